"""The connections of one client on one event loop: at most so many, kept for the next request, handed out in turn."""

from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from ..._seam._async import Event, Guard, connect
from ..._seam.http import Tls
from ...core.http import Patience
from .connection import AsyncConnection

Origin = tuple[str, str, int]


@dataclass(frozen=True)
class Bounds:
    """How many connections there may be, and how long an idle one is kept (seconds)."""

    most: int
    kept: float


class AsyncPool:
    """Hands out connections; whoever waits longest gets the next one that is free."""

    def __init__(self, bounds: Bounds, tls: Tls, clock: Callable[[], float]) -> None:
        self._bounds = bounds
        self._tls = tls
        self._clock = clock
        self._guard = Guard()
        self._busy = 0
        self._idle: defaultdict[Origin, deque[AsyncConnection]] = defaultdict(deque)
        self._idle_count = 0
        self._waiting: deque[Event] = deque()
        self._closed = False

    async def take(self, origin: Origin, patience: Patience) -> AsyncConnection:
        """Return a connection to ``origin``. It has to be given back."""
        await self._turn(patience.left("pool"))
        try:
            return await self._kept_one(origin) or await self._open(origin, patience.left("connect"))
        except BaseException:
            self._end_turn()
            raise

    async def give(self, origin: Origin, connection: AsyncConnection, *, reusable: bool) -> None:
        """Take a connection back, to be kept or closed, and let the next one have its turn."""
        if reusable and not self._closed:
            connection.idle_since = self._clock()
            with self._guard:
                self._idle[origin].append(connection)
                self._idle_count += 1
            self._end_turn()
            return
        try:
            await connection.aclose()
        finally:
            self._end_turn()

    async def aclose(self) -> None:
        """Close what is kept; what is busy is closed when it is given back."""
        self._closed = True
        with self._guard:
            kept = [connection for queue in self._idle.values() for connection in queue]
            self._idle.clear()
            self._idle_count = 0
        for connection in kept:
            await connection.aclose()

    async def _open(self, origin: Origin, limit: float | None) -> AsyncConnection:
        scheme, host, port = origin
        return AsyncConnection(await connect(host, port, self._tls.context() if scheme == "https" else None, limit))

    async def _turn(self, wait: float | None) -> None:
        with self._guard:
            if self._busy < self._bounds.most and not self._waiting:
                self._busy += 1
                return
            called = Event()
            self._waiting.append(called)
        try:
            await called.wait(wait)
        except TimeoutError as exc:
            self._give_up(called)
            raise httpx.PoolTimeout(f"all {self._bounds.most} connections were busy for {wait:.3g} s") from exc
        except BaseException:
            self._give_up(called)
            raise

    def _give_up(self, called: Event) -> None:
        """Leave the queue; a turn that came in the same moment goes to the next one."""
        with self._guard:
            waiting = called in self._waiting
            if waiting:
                self._waiting.remove(called)
        if not waiting:
            self._end_turn()

    def _end_turn(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._busy -= 1

    async def _kept_one(self, origin: Origin) -> AsyncConnection | None:
        """Return the connection that was used last, of those that are still good; close what has to make room."""
        with self._guard:
            found, stale = self._sort_out(self._idle[origin])
            if found is None and self._busy + self._idle_count > self._bounds.most:
                stale.append(self._oldest())
        try:
            for connection in stale:
                await connection.aclose()
        except BaseException:
            if found is not None:
                await found.aclose()
            raise
        return found

    def _sort_out(self, kept: deque[AsyncConnection]) -> tuple[AsyncConnection | None, list[AsyncConnection]]:
        stale: list[AsyncConnection] = []
        begin = self._clock() - self._bounds.kept
        found = None
        while kept and kept[0].idle_since < begin:
            stale.append(kept.popleft())
        while kept and found is None:
            last = kept.pop()
            if last.is_quiet():
                found = last
            else:
                stale.append(last)
        self._idle_count -= len(stale) + (found is not None)
        return found, stale

    def _oldest(self) -> AsyncConnection:
        queue = min((queue for queue in self._idle.values() if queue), key=lambda queue: queue[0].idle_since)
        self._idle_count -= 1
        return queue.popleft()
