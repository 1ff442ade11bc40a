"""The JSON Schema of data that a user describes."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.errors import PydanticUserError

from .errors import AgentBayError
from .validation import json_object


def json_schema(name: str, schema: object, errors: type[AgentBayError]) -> dict[str, Any]:
    """Return the JSON Schema of a pydantic class, or one that is given as a dict."""
    found = schema
    if isinstance(schema, type) and issubclass(schema, BaseModel):
        try:
            found = schema.model_json_schema()
        except PydanticUserError as exc:
            raise errors.usage(f"{name}: {schema.__name__} has no JSON Schema: {exc.message}") from exc
    elif not isinstance(schema, Mapping):
        message = f"{name} must be a pydantic class, or a JSON Schema as a dict, not {schema!r}"
        raise errors.usage(f"{message}; a class of a list is RootModel[list[...]]")
    return json_object(name, found, errors)
