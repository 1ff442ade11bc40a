"""A pool of idle objects: last in, first out, with eviction of the oldest."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T", bound=Hashable)


class IdlePool(Generic[K, T]):
    """Idle objects by key, with the time since which they are idle. Every operation takes constant time."""

    def __init__(self) -> None:
        self._keys: dict[K, dict[T, None]] = {}
        self._since: OrderedDict[T, tuple[K, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._since)

    def count_keys(self) -> int:
        """Return the number of keys with an idle object."""
        return len(self._keys)

    def put(self, key: K, item: T, now: float) -> None:
        """Add ``item``; ``now`` must not decrease."""
        self._keys.setdefault(key, {})[item] = None
        self._since[item] = key, now

    def take_last(self, key: K) -> T | None:
        """Remove and return the newest object of ``key``, or None."""
        return self._remove(next(reversed(self._keys[key]))) if key in self._keys else None

    def take_oldest(self) -> T:
        """Remove and return the oldest object of all keys. The pool must not be empty."""
        return self._remove(next(iter(self._since)))

    def take_older(self, than: float) -> list[T]:
        """Remove and return the objects that are idle since before ``than``."""
        older: list[T] = []
        while self._since and next(iter(self._since.values()))[1] < than:
            older.append(self.take_oldest())
        return older

    def take_all(self) -> list[T]:
        """Remove and return all objects."""
        return [self.take_oldest() for _ in range(len(self))]

    def _remove(self, item: T) -> T:
        key, _ = self._since.pop(item)
        del self._keys[key][item]
        if not self._keys[key]:
            del self._keys[key]
        return item
