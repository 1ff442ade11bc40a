# Generated from src/sessionbay/_async/http/pool.py by scripts/generate_sync.py. Do not edit.
"""The connection pool of one client and event loop: bounded, first come, first served."""

from collections.abc import Callable
from dataclasses import dataclass

from ..._concurrency._sync import StateLock, connect
from ..._http.errors import PoolTimeoutError
from ..._http.request_head import Origin
from ..._http.tls import TlsSettings
from ...core.challenge import KnownEngine
from ...core.http import Timeouts
from ...core.idle_pool import IdlePool
from ..semaphore import Semaphore
from .connection import Connection
from .engine_auth import authenticate


@dataclass(frozen=True)
class PoolLimits:
    """The largest number of connections, and how long idle ones are kept (seconds)."""

    max_connections: int
    idle_timeout: float


@dataclass(frozen=True)
class PoolCounts:
    """The numbers of busy and idle connections, of the origins of idle ones, and of waiting requests."""

    busy: int = 0
    idle: int = 0
    origins: int = 0
    waiting: int = 0


class ConnectionPool:
    """A FIFO connection pool for all origins."""

    def __init__(
        self, limits: PoolLimits, tls: TlsSettings, clock: Callable[[], float], known: KnownEngine | None = None
    ) -> None:
        self._limits = limits
        self._tls = tls
        self._clock = clock
        self._known = known
        self._lock = StateLock()
        self._semaphore = Semaphore(limits.max_connections)
        self._idle: IdlePool[Origin, Connection] = IdlePool()
        self._closed = False

    def counts(self) -> PoolCounts:
        """Return the current numbers of connections and waiting requests."""
        with self._lock:
            return PoolCounts(
                self._semaphore.acquired, len(self._idle), self._idle.count_keys(), self._semaphore.waiting
            )

    def acquire(self, origin: Origin, timeouts: Timeouts) -> Connection:
        """Return a connection to ``origin``, which the caller must release."""
        if not self._semaphore.acquire_at_once():
            self._wait(timeouts.remaining("pool"))
        try:
            connection, useless = self._take_idle(origin)
            if useless:
                self._close(useless, connection)
            return connection or self._open(origin, timeouts)
        except BaseException:
            self._semaphore.release()
            raise

    def release(self, origin: Origin, connection: Connection, *, reusable: bool) -> None:
        """Return a connection to the pool, or close it, and wake the next waiting request."""
        try:
            if not (reusable and self._keep(origin, connection)):
                connection.close()
        finally:
            self._semaphore.release()

    def close(self) -> None:
        """Close the idle connections; busy ones are closed when they are released."""
        with self._lock:
            self._closed = True
            idle = self._idle.take_all()
        for connection in idle:
            connection.close()

    def _wait(self, timeout: float | None) -> None:
        try:
            self._semaphore.acquire(timeout)
        except TimeoutError as exc:
            raise PoolTimeoutError(f"all {self._semaphore.limit} connections were busy for {timeout:.3g} s") from exc

    def _open(self, origin: Origin, timeouts: Timeouts) -> Connection:
        scheme, host, port = origin
        tls = self._tls.context() if scheme == "https" else None
        stream = connect(host, port, tls, timeouts.remaining("connect"))
        if self._known and self._known.is_at(host, port):
            authenticate(stream, self._known, timeouts.remaining("connect"), self._clock)
        return Connection(stream)

    def _keep(self, origin: Origin, connection: Connection) -> bool:
        with self._lock:
            if not self._closed:
                self._idle.put(origin, connection, self._clock())
            return not self._closed

    def _take_idle(self, origin: Origin) -> tuple[Connection | None, list[Connection]]:
        """Return the usable connection that was used last, and those to close: also the oldest of a full pool."""
        with self._lock:
            useless = self._idle.take_older(self._clock() - self._limits.idle_timeout)
            while (connection := self._idle.take_last(origin)) and not connection.is_quiet():
                useless.append(connection)
            if connection is None and self._semaphore.acquired + len(self._idle) > self._limits.max_connections:
                useless.append(self._idle.take_oldest())
        return connection, useless

    def _close(self, useless: list[Connection], kept: Connection | None) -> None:
        """Close connections; also the one that was kept, if that fails."""
        try:
            for one in useless:
                one.close()
        except BaseException:
            if kept is not None:
                kept.close()
            raise
