"""The connections of one client on one event loop: at most so many, kept for the next request, handed out in turn."""

from collections.abc import Callable
from dataclasses import dataclass

import httpx

from ..._concurrency._async import StateLock, connect
from ..._http.tls import TlsSettings
from ...core.challenge import KnownEngine
from ...core.http import Timeouts
from ...core.idle_pool import IdlePool
from ..semaphore import AsyncSemaphore
from .connection import AsyncConnection
from .engine_auth import prove

Origin = tuple[str, str, int]


@dataclass(frozen=True)
class PoolLimits:
    """How many connections there may be, and how long an idle one is kept (seconds)."""

    most: int
    kept: float


@dataclass(frozen=True)
class PoolCounts:
    """How many connections are in use and how many are kept, of how many origins; and how many requests wait."""

    busy: int = 0
    idle: int = 0
    origins: int = 0
    waiting: int = 0


class AsyncConnectionPool:
    """Hands out connections; whoever waits longest gets the next one that is free."""

    def __init__(
        self, bounds: PoolLimits, tls: TlsSettings, clock: Callable[[], float], known: KnownEngine | None = None
    ) -> None:
        self._bounds = bounds
        self._tls = tls
        self._clock = clock
        self._known = known
        self._guard = StateLock()
        self._turns = AsyncSemaphore(bounds.most)
        self._idle: IdlePool[Origin, AsyncConnection] = IdlePool()
        self._closed = False

    def counts(self) -> PoolCounts:
        """Return how things stand."""
        with self._guard:
            return PoolCounts(self._turns.acquired, len(self._idle), self._idle.kinds(), self._turns.waiting)

    async def take(self, origin: Origin, patience: Timeouts) -> AsyncConnection:
        """Return a connection to ``origin``. It has to be given back."""
        wait = patience.left("pool")
        try:
            await self._turns.acquire(wait)
        except TimeoutError as exc:
            raise httpx.PoolTimeout(f"all {self._turns.limit} connections were busy for {wait:.3g} s") from exc
        try:
            return await self._kept_one(origin) or await self._open(origin, patience)
        except BaseException:
            self._turns.release()
            raise

    async def give(self, origin: Origin, connection: AsyncConnection, *, reusable: bool) -> None:
        """Take a connection back, to be kept or closed, and let the next one have its turn."""
        try:
            if not (reusable and self._keep(origin, connection)):
                await connection.aclose()
        finally:
            self._turns.release()

    async def aclose(self) -> None:
        """Close what is kept; what is busy is closed when it is given back."""
        with self._guard:
            self._closed = True
            kept = self._idle.take_all()
        for connection in kept:
            await connection.aclose()

    async def _open(self, origin: Origin, patience: Timeouts) -> AsyncConnection:
        scheme, host, port = origin
        tls = self._tls.context() if scheme == "https" else None
        stream = await connect(host, port, tls, patience.left("connect"))
        if self._known and self._known.is_at(host, port):
            await prove(stream, self._known, patience.left("connect"), self._clock)
        return AsyncConnection(stream)

    def _keep(self, origin: Origin, connection: AsyncConnection) -> bool:
        with self._guard:
            if not self._closed:
                self._idle.keep(origin, connection, self._clock())
            return not self._closed

    async def _kept_one(self, origin: Origin) -> AsyncConnection | None:
        """Return the connection that was used last, of those that are still good; close what has to make room."""
        with self._guard:
            useless = self._idle.take_older(self._clock() - self._bounds.kept)
            while (found := self._idle.take_last(origin)) and not found.is_quiet():
                useless.append(found)
            if found is None and self._turns.acquired + len(self._idle) > self._bounds.most:
                useless.append(self._idle.take_oldest())
        try:
            for connection in useless:
                await connection.aclose()
        except BaseException:
            if found is not None:
                await found.aclose()
            raise
        return found
