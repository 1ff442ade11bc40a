"""The results and the progress of ``map``."""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from ..core.public import public

T = TypeVar("T")
V = TypeVar("V")


@public
@dataclass(frozen=True, kw_only=True)
class MapResult(Generic[T, V]):
    """The result of one item of ``map``: a value or an error.

    Attributes:
        index: The index of the item, from 0.
        item: The item.
        value: The return value of the function; None on failure.
        error: The exception of the function or of the session's creation; None on success.
        session_id: The id of the session that the item ran in, or an empty string.
        seconds: The duration in seconds, including the creation of a session.
    """

    index: int
    item: T
    value: V | None = None
    error: Exception | None = None
    session_id: str = ""
    seconds: float = field(default=0.0, compare=False)

    def __bool__(self) -> bool:
        return self.error is None

    def unwrap(self) -> V:
        """Return the value, or raise the item's error."""
        if self.error is not None:
            raise self.error
        return self.value  # type: ignore[return-value]  # without an error it is what the function returned


@public
@dataclass(frozen=True, kw_only=True)
class Progress:
    """The progress of ``map``.

    Attributes:
        total: The number of items; None while it is unknown.
        done: The number of completed items, including failed ones.
        failed: The number of failed items.
        ended: Whether this is the last report: all items are done, or ``map`` was left early.
    """

    total: int | None
    done: int = 0
    failed: int = 0
    ended: bool = False
