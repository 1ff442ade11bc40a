"""Time that passes only when somebody waits for it."""

from sessionbay._concurrency._async import AsyncClock


class FakeClock(AsyncClock):
    """A clock for waits that no test has the time for."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class ShiftedClock(AsyncClock):
    """A clock that can be put forward."""

    shift = 0.0

    def time(self) -> float:
        return super().time() + self.shift

    def monotonic(self) -> float:
        return super().monotonic() + self.shift
