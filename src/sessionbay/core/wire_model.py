"""The base models of requests and responses: snake_case in Python, the dialect's case on the wire."""

import json
from collections.abc import Callable, Sequence
from functools import cache
from types import GenericAlias
from typing import Annotated, Any, Self, TypeVar, cast

from pydantic import (
    AliasChoices,
    AliasGenerator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    SerializationInfo,
    SerializerFunctionWrapHandler as Handler,
    TypeAdapter,
    ValidationError,
    model_serializer,
    model_validator,
)
from pydantic.alias_generators import to_camel, to_pascal
from pydantic_core import from_json

from .json_text import readable

Case = Callable[[str], str]
W = TypeVar("W", bound="Wire")


def _any_case(name: str) -> AliasChoices:
    return AliasChoices(to_pascal(name), to_camel(name), name)


class Wire(BaseModel):
    """A wire model. It parses PascalCase, camelCase and snake_case, and serializes in a given case."""

    model_config = ConfigDict(
        alias_generator=AliasGenerator(validation_alias=_any_case),
        coerce_numbers_to_str=True,
        defer_build=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        loc_by_alias=False,
        populate_by_name=True,
    )

    @model_serializer(mode="wrap")
    def _in_case(self, handler: Handler, info: SerializationInfo[dict[str, Case] | None]) -> dict[str, Any]:
        case = info.context["case"] if info.context else str
        return {case(name): value for name, value in handler(self).items()}

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **options: Any) -> Self:
        """Parse JSON, tolerating a byte order mark and lone surrogates."""
        return super().model_validate_json(readable(json_data), **options)

    def dump(self, case: Case = str) -> Any:
        """Return the plain JSON value without the fields that are None."""
        return self.model_dump(mode="json", exclude_none=True, context={"case": case})

    def refusal(self) -> str | None:
        """Return the reason if the payload reports a failure inside a successful envelope."""
        return None


class CamelWire(Wire):
    """A wire model with camelCase names on both clouds, as in the arguments of some tools."""

    model_config = ConfigDict(
        alias_generator=AliasGenerator(validation_alias=lambda name: AliasChoices(to_camel(name), name))
    )

    def dump(self, case: Case = to_camel) -> Any:
        return super().dump(case)


def parsed(value: object) -> object:
    """Return the JSON value inside a string (None if blank), and other values unchanged."""
    if not isinstance(value, str):
        return value
    return from_json(readable(value)) if value.strip() else None


def parse_json(kind: type[W], text: str) -> W:
    """Parse JSON text as an object of ``kind``. The ValueError for other text does not repeat it."""
    try:
        return kind.model_validate_json(text)
    except ValidationError as exc:
        raise ValueError(first_error(exc)) from exc


@cache
def _array_of(kind: type[Wire]) -> TypeAdapter[tuple[Any, ...]]:
    """Return the parser of an array. It is built once, when it is first needed, as that is slow."""
    array: Any = GenericAlias(tuple, (kind, ...))
    return TypeAdapter(array)


def parse_json_list(kind: type[W], text: str) -> tuple[W, ...]:
    """Parse JSON text as an array of ``kind``; blank text and null are empty. Raise ValueError as ``parse_json``."""
    if text.strip() in ("", "null"):
        return ()
    try:
        return _array_of(kind).validate_json(readable(text))
    except ValidationError as exc:
        raise ValueError(first_error(exc)) from exc


def first_error(exc: ValidationError) -> str:
    """Return the first validation error as one line, without the input."""
    error = exc.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(str(step) for step in error["loc"])
    return f"{where}: {error['msg']}" if where else error["msg"]


def as_text(value: Any) -> str:
    """Return ``value`` as JSON text, the names of its models in camelCase."""
    return json.dumps(plain(value, to_camel), ensure_ascii=False)


T = TypeVar("T")
JsonText = Annotated[T, BeforeValidator(parsed), PlainSerializer(as_text, return_type=str)]
"""A value serialized as JSON inside a string, with camelCase names on both clouds."""


def _none_to_empty(value: object) -> object:
    return "" if value is None else value


NullableStr = Annotated[str, BeforeValidator(_none_to_empty)]
"""A string. Null is parsed as an empty string."""


class TextWire(Wire):
    """A payload that may arrive as JSON text in place of the object."""

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: object) -> object:
        return parsed(value)


def plain(value: Any, case: Case) -> Any:
    """Return ``value`` as plain JSON, the names of its models in ``case``."""
    if isinstance(value, Wire):
        return value.dump(case)
    if isinstance(value, (list, tuple)):
        return [plain(item, case) for item in cast("Sequence[Any]", value)]
    return value
