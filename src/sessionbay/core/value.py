"""The base classes of results and values: frozen dataclasses with a short repr, convertible to plain dicts and JSON."""

import json
import re
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any, ClassVar, NoReturn, cast, dataclass_transform

from .frozen import FrozenDict, freeze

MAX_REPR_TEXT = 120  # characters
MAX_REPR_ITEMS = 4
_SCALARS = frozenset([str, int, float, bool, bytes, type(None)])  # most fields, which need no second look


class Plain:
    """A dataclass that converts to a plain dict and to JSON."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as a plain dict that can be changed, secrets included."""
        return {spec.name: to_plain(getattr(self, spec.name)) for spec in fields(self)}

    def to_json(self, *, indent: int | None = None) -> str:
        """Return the fields as JSON text, secrets included. Bytes are base64."""
        return json.dumps(self.to_dict(), indent=indent, ensure_ascii=False, default=_to_text)

    def __repr__(self) -> str:
        shown = (
            f"{spec.name}={shorten(value)}"
            for spec in fields(self)
            if spec.repr and not _is_default(spec, value := getattr(self, spec.name))
        )
        return f"{type(self).__name__}({', '.join(shown)})"


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class Value(Plain):
    """A frozen value. Subclasses become dataclasses; their dicts and lists become read-only."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__()
        dataclass(frozen=True, repr=False, **options)(cls)

    def __post_init__(self) -> None:
        if _SCALARS.issuperset(map(type, vars(self).values())):
            return
        for name, value in vars(self).items():
            if isinstance(value, (dict, list, tuple)):
                object.__setattr__(self, name, freeze(value))

    def __setattr__(self, name: str, value: object) -> NoReturn:  # of names that are not fields
        raise AttributeError(f"{type(self).__name__} is read-only: use dataclasses.replace.", name=name, obj=self)

    def __delattr__(self, name: str) -> NoReturn:
        self.__setattr__(name, None)


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class Record(FrozenDict[str, Any], Value, eq=False):
    """A value that is also a read-only dict of its fields. As a key, ``isDirectory`` works as ``is_directory``."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__(eq=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        dict[str, Any].__init__(self, {spec.name: getattr(self, spec.name) for spec in fields(self)})

    def __missing__(self, key: str) -> Any:
        name = re.sub("(?<!^)(?=[A-Z])", "_", key).lower()
        if name == key or name not in self:
            raise KeyError(key)
        return self[name]

    def __contains__(self, key: object) -> bool:
        if super().__contains__(key) or not isinstance(key, str):
            return super().__contains__(key)
        try:
            self.__missing__(key)
        except KeyError:
            return False
        return True

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value of ``key``, or ``default``."""
        try:
            return self[key]
        except KeyError:
            return default

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return _rebuild, (type(self), dict(self))

    __repr__ = Value.__repr__


def _rebuild(kind: type[Record], values: dict[str, Any]) -> Record:
    return kind(**values)


def to_plain(value: Any) -> Any:
    """Return dicts, lists and strings in place of values, read-only collections and enumerations."""
    if hasattr(value, "model_json_schema") and isinstance(cast("object", value), type):
        return value.model_json_schema()
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if hasattr(value, "model_dump"):  # a model of pydantic's, by which a user described data
        return value.model_dump(mode="json")
    kind = cast("type[object]", type(value))
    if issubclass(kind, dict):
        return {key: to_plain(inner) for key, inner in value.items()}
    if issubclass(kind, (list, tuple)):
        return [to_plain(inner) for inner in value]
    return str(value) if issubclass(kind, str) else value


def _to_text(value: object) -> str:
    return b64encode(value).decode() if isinstance(value, bytes) else str(value)


def shorten(value: object) -> str:
    """Return a repr of bounded length. Shortened values show their size."""
    if isinstance(value, (str, bytes)) and len(value) > MAX_REPR_TEXT:
        unit = "characters" if isinstance(value, str) else "bytes"
        return f"{value[: MAX_REPR_TEXT // 2]!r}... ({len(value)} {unit})"
    if isinstance(value, Plain):
        return repr(value)
    if isinstance(value, dict):
        items = cast("dict[object, object]", value)
        return _shorten_items("{}", [f"{shorten(key)}: {shorten(items[key])}" for key in _first(items)], len(items))
    if isinstance(value, (list, tuple)):
        listed = cast("Sequence[object]", value)
        brackets = "()" if isinstance(value, tuple) else "[]"
        return _shorten_items(brackets, [shorten(item) for item in _first(listed)], len(listed))
    return repr(value)


def _first(items: Any) -> list[Any]:
    return [item for item, _ in zip(items, range(MAX_REPR_ITEMS), strict=False)]


def _shorten_items(brackets: str, shown: list[str], count: int) -> str:
    more = [f"... ({count} items)"] if count > len(shown) else []
    return brackets[0] + ", ".join(shown + more) + brackets[1]


def _is_default(spec: Field[Any], value: object) -> bool:
    default = spec.default_factory() if spec.default_factory is not MISSING else spec.default
    return type(value) is type(default) and value == default
