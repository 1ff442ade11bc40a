# Generated from src/sessionbay/_async/rate_limiter.py by scripts/generate_sync.py. Do not edit.
"""Sharing a rate limit: once the service said "too many requests", the calls of that action go one after another."""

from .._concurrency._sync import Clock
from ..core.adaptive_rate import AdaptiveRate
from .per_loop import PerLoop
from .semaphore import Semaphore

FIRST = 10.0  # calls a second after the first "too many requests"
FREE = 100.0  # calls a second from which on nobody waits any more


class _ActionQueue:
    """Where the calls of one action queue."""

    def __init__(self) -> None:
        self.pace = AdaptiveRate(FIRST, most=FREE)
        self.queue = PerLoop(lambda: Semaphore(1))
        self.opened_at = float("-inf")


class RateLimiter:
    """Lets calls through as fast as the service takes them; without a limit as long as it takes them all."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._gates: dict[str, _ActionQueue] = {}

    def turn(self, action: str, limit: float) -> None:
        """Wait until a call may go, ``limit`` seconds at most: then it goes in any case."""
        if (gate := self._gates.get(action)) is None:
            return
        turns = gate.queue.get()
        try:
            turns.take(limit)
        except TimeoutError:
            return
        try:
            wait = gate.opened_at + gate.pace.gap - self._clock.monotonic()
            if wait > 0:
                self._clock.sleep(min(wait, limit))
            gate.opened_at = self._clock.monotonic()
        finally:
            turns.end()

    def note(self, action: str, *, throttled: bool) -> None:
        """Take note of how a call went."""
        gate = self._gates.get(action)
        if gate is None:
            if throttled:
                self._gates[action] = _ActionQueue()
            return
        gate.pace.note(self._clock.monotonic(), throttled=throttled)
        if gate.pace.gap <= 1 / FREE:
            self._gates.pop(action, None)  # another thread may have been faster
