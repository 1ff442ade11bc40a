"""Taking turns: so many at once, and whoever waits longest comes next."""

from collections import deque

from .._concurrency._async import Event, StateLock


class AsyncSemaphore:
    """A bound on how many there are at once. A turn that was taken has to be ended."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.taken = 0
        self._waiting: deque[Event] = deque()
        self._guard = StateLock()

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    async def take(self, limit: float | None = None) -> None:
        """Wait for a turn; raise TimeoutError after ``limit`` seconds."""
        with self._guard:
            if self.taken < self.most:
                self.taken += 1
                return
            called = Event()
            self._waiting.append(called)
        try:
            await called.wait(limit)
        except BaseException:
            self._give_up(called)
            raise

    def end(self) -> None:
        """End a turn: it goes to the one who waits longest."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self.taken -= 1

    def _give_up(self, called: Event) -> None:
        """Leave the queue; a turn that came in the same moment goes to the next one."""
        with self._guard:
            waiting = called in self._waiting
            if waiting:
                self._waiting.remove(called)
        if not waiting:
            self.end()
