"""Modules whose place is kept: whoever uses one is told that it is not there yet."""

from typing import NoReturn

from .errors import AgentBayError

INSTEAD = "until it is, call the machine's own tools by session.call_mcp_tool; session.list_mcp_tools names them"


class AbsentModule:
    """A module of a session that comes with a later version: every use of it says so."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> NoReturn:
        if attribute.startswith("_"):  # copy, inspect and the like ask for these
            raise AttributeError(attribute)
        raise AgentBayError.usage(f"{self._name}.{attribute} is not part of this version of sessionbay; {INSTEAD}")

    def __repr__(self) -> str:
        return f"<{self._name}: in a later version>"
