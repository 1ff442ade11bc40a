"""A tool of the machine, declared once: what it takes, what it answers, and how that reads."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from .result import Result
from .wire_model import Wire

Q = TypeVar("Q", bound=Wire)
R = TypeVar("R", bound=Result[Any])


@dataclass(frozen=True, kw_only=True, eq=False)
class Tool(Generic[Q, R]):
    """One MCP tool.

    Attributes:
        name: The tool's name.
        server: The MCP server that the clouds offer it on.
        about: One sentence for ``list_mcp_tools``.
        args: Its arguments; their JSON Schema is what the engine advertises.
        result: What the caller gets.
        read: The result's own fields, taken from the answer's text; a ValueError means that the text is not the tool's.
        read_error: The same for a text that the tool answered as its error.
        only: The one cloud whose machines have it; empty is both.
    """

    name: str
    server: str
    about: str
    args: type[Q]
    result: type[R]
    read: Callable[[str], Mapping[str, Any]]
    read_error: Callable[[str], Mapping[str, Any]] = lambda text: {"error_message": text}
    only: str = ""
