"""The base of the values that callers build and change, and that are sent."""

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar, cast

from pydantic import BaseModel, ConfigDict, ValidationInfo, model_validator
from pydantic.alias_generators import to_camel, to_pascal

from ..core.wire_model import Wire

F = TypeVar("F", bound=Callable[..., None])

WIRE_CONTEXT = {"from_wire": True}
"""The pydantic validation context of values that the engine parsed from the wire."""


def positional(init: F) -> F:
    """Make a model's ``__init__``, which needs no body, take its arguments by position, too, and validate them."""
    _, *parameters = inspect.signature(init).parameters.values()
    signature = inspect.Signature(parameters)

    @wraps(init)
    def validate(self: BaseModel, *args: Any, **fields: Any) -> None:
        by_position = signature.bind_partial(*args).arguments
        BaseModel.__init__(self, **by_position, **fields)

    validate.__pydantic_base_init__ = True  # type: ignore[attr-defined]  # pydantic's mark: models are parsed without it
    return cast("F", validate)


class StrictModel(Wire):
    """A model that callers build and change. An unknown name or an invalid value raises a ``ValidationError``.

    ``default()`` returns a new object with the default values.
    """

    model_config = ConfigDict(extra="forbid", frozen=False, validate_assignment=True)
    _official: ClassVar[Mapping[str, str]] = {}  # arguments of the official clients, and their names here

    if not TYPE_CHECKING:  # type checkers know the names used here

        def __getattr__(self, name: str) -> Any:
            own = type(self)._official.get(name)
            return super().__getattr__(name) if own is None else getattr(self, own)

        def __setattr__(self, name: str, value: Any) -> None:
            super().__setattr__(self._official.get(name, name), value)

    @classmethod
    def default(cls) -> Self:
        """Return a new object with the default values."""
        return cls()

    @model_validator(mode="before")
    @classmethod
    def _rename_official(cls, value: Any) -> Any:
        """Accept the argument names of the official clients."""
        fields = cast("dict[str, Any]", value)
        if not isinstance(value, dict) or cls._official.keys().isdisjoint(fields):
            return cast("object", value)
        renamed = {cls._official.get(name, name): inner for name, inner in fields.items() if inner is not None}
        if len(renamed) < sum(inner is not None for inner in fields.values()):
            raise ValueError(f"give either {' or '.join(f'{new} or {old}' for old, new in cls._official.items())}")
        return renamed

    @model_validator(mode="before")
    @classmethod
    def _drop_unknown_from_wire(cls, value: Any, info: ValidationInfo) -> Any:
        """Drop unknown and null fields of values from the wire: other clients send more than ours."""
        if info.context != WIRE_CONTEXT or not isinstance(value, dict):
            return value
        known = {case(name) for name in cls.model_fields for case in (str, to_camel, to_pascal)}
        fields = cast("dict[str, Any]", value)
        return {name: inner for name, inner in fields.items() if name in known and inner is not None}
