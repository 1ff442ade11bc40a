"""Declarations of MCP tools: arguments, result and parser."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from .result import Result
from .wire_model import Wire

Q = TypeVar("Q", bound=Wire)
R = TypeVar("R", bound=Result[Any])


class NoArgs(Wire):
    """The arguments of a tool that takes none."""


def parse_done(text: str) -> dict[str, Any]:
    """Return the fields of an action's result. The text of a success has no meaning, and may be empty."""
    return {"data": True}


def parse_text(text: str) -> dict[str, Any]:
    """Return the fields of a result whose data is the text."""
    return {"data": text}


@dataclass(frozen=True, kw_only=True, eq=False)
class Tool(Generic[Q, R]):
    """An MCP tool.

    Attributes:
        name: The tool's name.
        server: The MCP server that provides it on the clouds.
        about: One sentence for ``list_mcp_tools``.
        args: The model of its arguments. The engine advertises its JSON Schema.
        result: The result class.
        read: Parses the output text into the result's fields. It raises ValueError for invalid output.
        read_error: Parses the text of a tool error.
        read_extra: Adds the structured content, by which the local engine extends its text, to the result's fields.
        only: The only cloud that has it. Empty means both.
    """

    name: str
    server: str
    about: str
    args: type[Q]
    result: type[R]
    read: Callable[[str], Mapping[str, Any]]
    read_error: Callable[[str], Mapping[str, Any]] = lambda text: {"error_message": text}
    read_extra: Callable[[Mapping[str, Any], Mapping[str, Any]], Mapping[str, Any]] = lambda fields, extra: fields
    only: str = ""
