"""A client-side rate limiter: after a "too many requests" response, calls of that action are spaced out."""

from .._concurrency._async import AsyncClock
from ..core.adaptive_rate import AdaptiveRate
from .per_loop import AsyncPerLoop
from .semaphore import AsyncSemaphore

INITIAL_RATE = 10.0  # calls a second after the first "too many requests"
UNLIMITED_RATE = 100.0  # calls a second at which the limit is lifted


class _ActionLimit:
    """The rate limit of one action, and the queue of its callers."""

    def __init__(self) -> None:
        self.rate = AdaptiveRate(INITIAL_RATE, limit=UNLIMITED_RATE)
        self.queue = AsyncPerLoop(lambda: AsyncSemaphore(1))
        self.last_start = float("-inf")


class AsyncRateLimiter:
    """Limits the calls of each action to the rate that the service accepts; an action starts without a limit."""

    def __init__(self, clock: AsyncClock) -> None:
        self._clock = clock
        self._limits: dict[str, _ActionLimit] = {}

    async def acquire(self, action: str, deadline: float) -> None:
        """Wait until a call of ``action`` may be sent, but no longer than until ``deadline``."""
        if (limit := self._limits.get(action)) is None:
            return
        queue, timeout = limit.queue.get(), deadline - self._clock.monotonic()
        try:
            await queue.acquire(timeout)
        except TimeoutError:
            return
        try:
            delay = limit.last_start + limit.rate.interval - self._clock.monotonic()
            if delay > 0:
                await self._clock.sleep(min(delay, timeout))
            limit.last_start = self._clock.monotonic()
        finally:
            queue.release()

    def record(self, action: str, *, throttled: bool) -> None:
        """Adapt the rate of an action to the outcome of a call."""
        limit = self._limits.get(action)
        if limit is None:
            if throttled:
                self._limits[action] = _ActionLimit()
            return
        limit.rate.record(self._clock.monotonic(), throttled=throttled)
        if limit.rate.interval <= 1 / UNLIMITED_RATE:
            self._limits.pop(action, None)  # another thread may have removed it
