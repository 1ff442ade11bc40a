"""The result of ``reap``."""

from ..core.public import public
from ..core.result import ListResult
from ..core.value import Record


@public
class OrphanedSession(Record):
    """A session created by this package that matches the filter of ``reap``.

    Attributes:
        session_id: The session's id.
        attempt: The attempt id of its creation.
        age: The age in seconds; None if its labels do not contain the creation time.
        deleted: Whether it was deleted.
        error: Why the deletion failed, or an empty string.
    """

    session_id: str
    attempt: str = ""
    age: float | None = None
    deleted: bool = False
    error: str = ""


@public
class ReapResult(ListResult[OrphanedSession]):
    """The result of ``reap``. It succeeds if every selected session is deleted."""

    @property
    def sessions(self) -> tuple[OrphanedSession, ...]:
        """The matching sessions, deleted or not."""
        return self.data or ()
