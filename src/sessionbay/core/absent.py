"""Errors for modules and attributes that do not exist in this version, with the alternative."""

from typing import NoReturn

from .errors import AgentBayError

ALTERNATIVE = "use session.call_mcp_tool instead; session.list_mcp_tools lists the tools"


class AbsentModule:
    """A session module of a later version. Every public attribute raises a usage error."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> NoReturn:
        if attribute.startswith("_"):  # copy and inspect look these up
            raise AttributeError(attribute)
        raise AgentBayError.usage(f"{self._name}.{attribute} is not part of this version of sessionbay; {ALTERNATIVE}")

    def __repr__(self) -> str:
        return f"<{self._name}: in a later version>"


def no_attribute(owner: object, name: str, hint: str) -> AttributeError:
    """Return Python's AttributeError for a missing attribute of ``owner``, with a hint."""
    return AttributeError(f"{type(owner).__name__!r} object has no attribute {name!r}{hint}", name=name, obj=owner)
