"""Time that passes as soon as everybody waits for it."""

import heapq
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

import anyio
import anyio.lowlevel

from sessionbay._concurrency._async import AsyncClock

ROUNDS = 25  # of the event loop, in which anyone who does not wait for time comes to its next sleep


class VirtualClock(AsyncClock):
    """A clock whose ``sleep`` takes no time: when all tasks wait, the one that sleeps shortest is woken."""

    def __init__(self) -> None:
        self.now = 1_000_000.0
        self._sleeping: list[tuple[float, int, anyio.Event]] = []
        self._numbers = count()

    def time(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        woken = anyio.Event()
        heapq.heappush(self._sleeping, (self.now + max(0.0, seconds), next(self._numbers), woken))
        await woken.wait()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Let time pass for the length of a block."""
        async with anyio.create_task_group() as group:
            group.start_soon(self._run)
            yield
            group.cancel_scope.cancel()

    async def _run(self) -> None:
        while True:
            for _ in range(ROUNDS):
                await anyio.lowlevel.checkpoint()
            if self._sleeping:
                self.now, _, woken = heapq.heappop(self._sleeping)
                woken.set()
