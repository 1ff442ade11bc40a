"""Encoders and dialect annotations of request fields, where they differ from the dialect's default.

``dialects.envelope`` reads these annotations::

    labels: Annotated[dict[str, str] | None, TEXT_ASCII] = None         # JSON in a string, on both clouds
    image_id: Annotated[str | None, DialectField("agb", place="query")] = None    # elsewhere on one of them
    network_id: Annotated[str | None, ONLY_AGENTBAY] = None             # unknown to the other
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, cast

from pydantic_core import from_json

from .errors import SessionError
from .wire_model import Case, Wire, plain

DialectName = Literal["agentbay", "agb"]
ParameterLocation = Literal["body", "query"]
Params = Mapping[str, Any]
MAX_DEPTH = 16


@dataclass(frozen=True, slots=True, eq=False)
class NamingConvention:
    """The spelling of names and plain values in a dialect."""

    case: Case
    true: str
    false: str
    plain_body: bool

    def to_text(self, value: object) -> str:
        """Return a plain value as text."""
        if isinstance(value, bool):
            return self.true if value else self.false
        return str(value)


class Encoder:
    """The base encoder: plain text, or the value itself in a JSON body."""

    def write(
        self, name: str, value: Any, request: Wire, convention: NamingConvention, place: ParameterLocation
    ) -> Iterable[tuple[str, Any]]:
        """Return the names and values that carry ``value``."""
        return [(name, value if place == "body" and convention.plain_body else convention.to_text(value))]

    def read(self, name: str, params: Params) -> Any:
        """Return the value of ``name``, or None."""
        return params.get(name)


@dataclass(frozen=True)
class TextEncoder(Encoder):
    """A JSON value inside a string."""

    compact: bool = False
    ascii: bool = False

    @cached_property
    def _json(self) -> json.JSONEncoder:
        return json.JSONEncoder(separators=(",", ":") if self.compact else None, ensure_ascii=self.ascii)

    def write(
        self, name: str, value: Any, request: Wire, convention: NamingConvention, place: ParameterLocation
    ) -> Iterable[tuple[str, Any]]:
        return [(name, self._json.encode(plain(value, convention.case)))]

    def read(self, name: str, params: Params) -> Any:
        value = params.get(name)
        return from_json(value) if isinstance(value, str) else value


class JsonEncoder(Encoder):
    """A plain JSON value in a JSON body."""

    def write(
        self, name: str, value: Any, request: Wire, convention: NamingConvention, place: ParameterLocation
    ) -> Iterable[tuple[str, Any]]:
        return [(name, plain(value, convention.case))]


class DottedEncoder(Encoder):
    """A nested value as one parameter per leaf: ``Name.Inner.1=x``. JSON text is decoded, too.

    Empty values raise, because this form cannot represent them.
    """

    def write(
        self, name: str, value: Any, request: Wire, convention: NamingConvention, place: ParameterLocation
    ) -> Iterable[tuple[str, Any]]:
        return [(path, convention.to_text(leaf)) for path, leaf in _leaves(name, plain(value, convention.case))]

    def read(self, name: str, params: Params) -> Any:
        if name in params:
            return from_json(params[name])
        tree: dict[str, Any] = {}
        for path, leaf in params.items():
            if path.startswith(f"{name}."):
                _insert(tree, path.removeprefix(f"{name}.").split("."), leaf)
        return _lists(tree) or None


PLAIN = Encoder()
TEXT = TextEncoder()
TEXT_ASCII = TextEncoder(ascii=True)
TEXT_COMPACT = TextEncoder(compact=True)
JSON = JsonEncoder()
DOTTED = DottedEncoder()


@dataclass(frozen=True, slots=True)
class DialectField:
    """The overrides of one dialect for a field. None keeps the dialect's default."""

    dialect: DialectName
    name: str | None = None
    place: ParameterLocation | None = None
    form: Encoder | None = None
    absent: bool = False


ONLY_AGENTBAY = DialectField("agb", absent=True)


def _leaves(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if value in ({}, []):
        raise SessionError.usage(f"{path} is empty, which this encoding cannot represent: leave it out")
    if isinstance(value, dict):
        for name, inner in cast("dict[str, Any]", value).items():
            yield from _leaves(f"{path}.{name}", inner)
    elif isinstance(value, list):
        for number, inner in enumerate(cast("Sequence[Any]", value), start=1):
            yield from _leaves(f"{path}.{number}", inner)
    else:
        yield path, value


def _insert(tree: dict[str, Any], steps: list[str], leaf: Any) -> None:
    """Insert ``leaf`` into the tree of names."""
    *inner, last = steps
    if len(inner) > MAX_DEPTH:
        raise ValueError(f"a name has more than {MAX_DEPTH} parts")
    for step in inner:
        if not isinstance(found := tree.setdefault(step, {}), dict):
            raise ValueError(f"{step} is both a value and the beginning of a name")  # noqa: TRY004  # invalid input, not a caller's type error
        tree = cast("dict[str, Any]", found)
    if last in tree:
        raise ValueError(f"{last} is both a value and the beginning of a name")
    tree[last] = leaf


def _lists(node: Any) -> Any:
    """Return the tree with lists in place of nodes whose names are numbers."""
    if not isinstance(node, dict):
        return node
    inner = {name: _lists(value) for name, value in cast("dict[str, Any]", node).items()}
    if inner and all(name.isdigit() for name in inner):
        return [inner[name] for name in sorted(inner, key=int)]
    return inner
