"""What is not there, by names that are looked for all the same: what to do instead."""

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


def no_attribute(owner: object, name: str, hint: str) -> AttributeError:
    """Return Python's own error for an attribute that ``owner`` has not, with a hint at where it is."""
    return AttributeError(f"{type(owner).__name__!r} object has no attribute {name!r}{hint}", name=name, obj=owner)
