"""Modules whose place is kept: whoever uses one is told that it is not there yet."""

from typing import NoReturn

from .errors import AgentBayError

USE_TOOLS = "until it is, call the machine's own tools by session.call_mcp_tool; session.list_mcp_tools names them"


def refuse(name: str, instead: str = USE_TOOLS) -> NoReturn:
    """Say that ``name`` is not there yet, and what to do until it is."""
    raise AgentBayError.usage(f"{name} is not part of this version of sessionbay; {instead}")


class AbsentModule:
    """A module of a session that comes with a later version: every use of it says so."""

    def __init__(self, name: str, instead: str = USE_TOOLS) -> None:
        self._name = name
        self._instead = instead

    def __getattr__(self, attribute: str) -> NoReturn:
        if attribute.startswith("_"):  # copy, inspect and the like ask for these
            raise AttributeError(attribute)
        refuse(f"{self._name}.{attribute}", self._instead)

    def __repr__(self) -> str:
        return f"<{self._name}: in a later version>"
