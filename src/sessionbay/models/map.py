"""What a fan-out tells: how each item went, and how far all of it is."""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")
V = TypeVar("V")


@dataclass(frozen=True, kw_only=True)
class MapResult(Generic[T, V]):
    """One item of ``map``: what came of it, or why nothing did.

    Attributes:
        index: The item's place among the items, from 0.
        item: The item.
        value: What the function returned; None when it failed.
        error: What the function raised, or why there was no session for it; None when it went well.
        session_id: The session it ran in; empty when there was none.
        seconds: How long it took, the making of a session included.
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


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a fan-out is.

    Attributes:
        total: How many items there are; None when that is not known before the end.
        done: How many are done, the failed ones included.
        failed: How many failed.
        ended: Whether this is the last word: all are done, or the fan-out was left.
    """

    total: int | None
    done: int = 0
    failed: int = 0
    ended: bool = False
