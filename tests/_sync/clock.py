# Generated from tests/_async/clock.py by scripts/generate_sync.py. Do not edit.
"""Time that passes only when somebody waits for it."""

from sessionbay._concurrency._sync import Clock


class FakeClock(Clock):
    """A clock for waits that no test has the time for."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class ShiftedClock(Clock):
    """A clock that can be put forward."""

    shift = 0.0

    def time(self) -> float:
        return super().time() + self.shift

    def monotonic(self) -> float:
        return super().monotonic() + self.shift
