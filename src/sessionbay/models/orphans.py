"""What ``reap`` found."""

from dataclasses import dataclass

from ..core.result import Result


@dataclass(frozen=True)
class OrphanedSession:
    """A session that this package made and that ``reap`` was asked for.

    Attributes:
        session_id: The session's id.
        attempt: The name of the attempt that made it.
        age: Seconds since then; None when its labels do not say.
        deleted: Whether it was deleted.
        error: Why it was not, where that was tried.
    """

    session_id: str
    attempt: str = ""
    age: float | None = None
    deleted: bool = False
    error: str = ""


class ReapResult(Result[tuple[OrphanedSession, ...]]):
    """The answer to ``reap``: a success when all that was to be deleted is gone."""

    @property
    def sessions(self) -> tuple[OrphanedSession, ...]:
        """What was found, deleted or not."""
        return self.data or ()
