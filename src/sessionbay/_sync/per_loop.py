# Generated from src/sessionbay/_async/per_loop.py by scripts/generate_sync.py. Do not edit.
"""One of something for each event loop: what waits in one loop cannot be woken from another."""

from collections.abc import Callable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from .._concurrency._sync import current_loop, is_loop_closed

T = TypeVar("T")


class PerLoop(Generic[T]):
    """Makes one for each event loop that asks, and forgets those whose loop is gone."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._known: WeakKeyDictionary[object, T] = WeakKeyDictionary()

    def get(self) -> T:
        """Return the one of this event loop."""
        here = current_loop()
        known = self._known.get(here)
        return self._moved_in(here) if known is None else known

    def pop(self) -> T | None:
        """Forget the one of this event loop, and return it if there is one."""
        return self._known.pop(current_loop(), None)

    def _moved_in(self, here: object) -> T:
        for place in self._known.keyrefs():
            if is_loop_closed(place()):
                self._known.pop(place(), None)
        return self._known.setdefault(here, self._make())
