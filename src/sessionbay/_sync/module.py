# Generated from src/sessionbay/_async/module.py by scripts/generate_sync.py. Do not edit.
"""What the modules of a session share."""

from typing import TYPE_CHECKING, Any, TypeVar

from ..core.result import Result

if TYPE_CHECKING:
    from .toolbox import Toolbox

R = TypeVar("R", bound=Result[Any])


class Module:
    """One group of a session's tools."""

    def __init__(self, session: "Toolbox") -> None:
        self._session = session

    def _told(self, result: R) -> R:
        """Return a result that was put together here; a strict client raises what it refuses."""
        return self._session._channel.told(result)
