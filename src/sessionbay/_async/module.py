"""What the modules of a session share."""

from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, TypeVar

from ..core.absent import LATER, refuse
from ..core.result import Result

if TYPE_CHECKING:
    from .toolbox import AsyncToolbox

R = TypeVar("R", bound=Result[Any])


class AsyncModule:
    """One group of a session's tools."""

    _name: ClassVar[str]

    def __init__(self, session: "AsyncToolbox") -> None:
        self._session = session

    def _told(self, result: R) -> R:
        """Return a result that was put together here; a strict client raises what it refuses."""
        return result.raise_if_strict() if self._session._strict else result

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> NoReturn:
            if name in LATER.get(self._name, ()):
                refuse(f"session.{self._name}.{name}")
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
