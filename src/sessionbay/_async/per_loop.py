"""A per-event-loop cache: locks and events cannot be shared across loops."""

from collections.abc import Callable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from .._concurrency._async import current_loop, is_loop_closed

T = TypeVar("T")


class AsyncPerLoop(Generic[T]):
    """Creates one value for each event loop that asks for it, and drops those of closed loops."""

    def __init__(self, create: Callable[[], T]) -> None:
        self._create = create
        self._values: WeakKeyDictionary[object, T] = WeakKeyDictionary()

    def get(self) -> T:
        """Return the value of the running event loop."""
        loop = current_loop()
        value = self._values.get(loop)
        return self._add(loop) if value is None else value

    def pop(self) -> T | None:
        """Remove the value of the running event loop, and return it if there is one."""
        return self._values.pop(current_loop(), None)

    def _add(self, loop: object) -> T:
        for known in self._values.keyrefs():
            if is_loop_closed(known()):
                self._values.pop(known(), None)
        return self._values.setdefault(loop, self._create())
