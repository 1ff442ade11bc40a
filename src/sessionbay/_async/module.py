"""What the modules of a session share."""

from typing import TYPE_CHECKING, Any, TypeVar

from ..core.result import Result

if TYPE_CHECKING:
    from .toolbox import AsyncToolbox

R = TypeVar("R", bound=Result[Any])


class AsyncModule:
    """One group of a session's tools."""

    def __init__(self, session: "AsyncToolbox") -> None:
        self._session = session

    def _told(self, result: R) -> R:
        """Return a result that was put together here; a strict client raises what it refuses."""
        return self._session._channel.told(result)
