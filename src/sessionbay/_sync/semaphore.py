# Generated from src/sessionbay/_async/semaphore.py by scripts/generate_sync.py. Do not edit.
"""A FIFO semaphore."""

from collections import deque

from .._concurrency._sync import Event, StateLock


class Semaphore:
    """Bounds how many tasks hold it at once; the longest waiter acquires it next."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.acquired = 0
        self._waiters: deque[Event] = deque()
        self._lock = StateLock()

    @property
    def waiting(self) -> int:
        """The number of waiters."""
        return len(self._waiters)

    def acquire_at_once(self) -> bool:
        """Acquire the semaphore if that needs no waiting; return whether it did not."""
        with self._lock:
            free = self.acquired < self.limit
            self.acquired += free
        return free

    def acquire(self, timeout: float | None = None) -> None:
        """Acquire the semaphore; raise TimeoutError after ``timeout`` seconds."""
        with self._lock:
            if self.acquired < self.limit:
                self.acquired += 1
                return
            granted = Event()
            self._waiters.append(granted)
        try:
            granted.wait(timeout)
        except BaseException:
            self._withdraw(granted)
            raise

    def release(self) -> None:
        """Release the semaphore to the longest waiter."""
        with self._lock:
            if self._waiters:
                self._waiters.popleft().set()
            else:
                self.acquired -= 1

    def _withdraw(self, granted: Event) -> None:
        """Leave the queue; release the semaphore if it was granted in the same moment."""
        with self._lock:
            waiting = granted in self._waiters
            if waiting:
                self._waiters.remove(granted)
        if not waiting:
            self.release()
