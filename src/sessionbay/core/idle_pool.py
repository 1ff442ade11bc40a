"""What is kept for its next use: the last one given back is the first to go out again, and none gets too old."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T", bound=Hashable)


class IdlePool(Generic[K, T]):
    """Things of several kinds, and since when they wait. No step takes longer where there are more of them."""

    def __init__(self) -> None:
        self._kinds: dict[K, dict[T, None]] = {}
        self._since: OrderedDict[T, tuple[K, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._since)

    def kinds(self) -> int:
        """Return of how many kinds there is something."""
        return len(self._kinds)

    def keep(self, kind: K, thing: T, now: float) -> None:
        """Keep ``thing``; ``now`` is never before the time of an earlier one."""
        self._kinds.setdefault(kind, {})[thing] = None
        self._since[thing] = kind, now

    def take_last(self, kind: K) -> T | None:
        """Return the one of this kind that came last, None if there is none."""
        return self._removed(next(reversed(self._kinds[kind]))) if kind in self._kinds else None

    def take_oldest(self) -> T:
        """Return the one that waits longest, whatever its kind; there has to be one."""
        return self._removed(next(iter(self._since)))

    def take_older(self, than: float) -> list[T]:
        """Return those that wait since a time before ``than``."""
        older: list[T] = []
        while self._since and next(iter(self._since.values()))[1] < than:
            older.append(self.take_oldest())
        return older

    def take_all(self) -> list[T]:
        """Return all of them."""
        return [self.take_oldest() for _ in range(len(self))]

    def _removed(self, thing: T) -> T:
        kind, _ = self._since.pop(thing)
        of_kind = self._kinds[kind]
        del of_kind[thing]
        if not of_kind:
            del self._kinds[kind]
        return thing
