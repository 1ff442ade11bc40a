# Generated from src/sessionbay/_async/http/pool.py by scripts/generate_sync.py. Do not edit.
"""The connections of one client on one event loop: at most so many, kept for the next request, handed out in turn."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from ..._seam._sync import Event, Guard, connect
from ..._seam.http import Tls
from ...core.http import Patience
from ...core.idle import Idle
from .connection import Connection

Origin = tuple[str, str, int]


@dataclass(frozen=True)
class Bounds:
    """How many connections there may be, and how long an idle one is kept (seconds)."""

    most: int
    kept: float


@dataclass(frozen=True)
class Counts:
    """How many connections are in use and how many are kept, of how many origins; and how many requests wait."""

    busy: int = 0
    idle: int = 0
    origins: int = 0
    waiting: int = 0


class Pool:
    """Hands out connections; whoever waits longest gets the next one that is free."""

    def __init__(self, bounds: Bounds, tls: Tls, clock: Callable[[], float]) -> None:
        self._bounds = bounds
        self._tls = tls
        self._clock = clock
        self._guard = Guard()
        self._busy = 0
        self._idle: Idle[Origin, Connection] = Idle()
        self._waiting: deque[Event] = deque()
        self._closed = False

    def counts(self) -> Counts:
        """Return how things stand."""
        with self._guard:
            return Counts(self._busy, len(self._idle), self._idle.kinds(), len(self._waiting))

    def take(self, origin: Origin, patience: Patience) -> Connection:
        """Return a connection to ``origin``. It has to be given back."""
        self._turn(patience.left("pool"))
        try:
            return self._kept_one(origin) or self._open(origin, patience.left("connect"))
        except BaseException:
            self._end_turn()
            raise

    def give(self, origin: Origin, connection: Connection, *, reusable: bool) -> None:
        """Take a connection back, to be kept or closed, and let the next one have its turn."""
        if reusable and self._keep(origin, connection):
            return
        try:
            connection.close()
        finally:
            self._end_turn()

    def close(self) -> None:
        """Close what is kept; what is busy is closed when it is given back."""
        with self._guard:
            self._closed = True
            kept = self._idle.take_all()
        for connection in kept:
            connection.close()

    def _open(self, origin: Origin, limit: float | None) -> Connection:
        scheme, host, port = origin
        return Connection(connect(host, port, self._tls.context() if scheme == "https" else None, limit))

    def _keep(self, origin: Origin, connection: Connection) -> bool:
        with self._guard:
            if not self._closed:
                self._idle.keep(origin, connection, self._clock())
                self._call_next()
            return not self._closed

    def _kept_one(self, origin: Origin) -> Connection | None:
        """Return the connection that was used last, of those that are still good; close what has to make room."""
        with self._guard:
            useless = self._idle.take_older(self._clock() - self._bounds.kept)
            while (found := self._idle.take_last(origin)) and not found.is_quiet():
                useless.append(found)
            if found is None and self._busy + len(self._idle) > self._bounds.most:
                useless.append(self._idle.take_oldest())
        try:
            for connection in useless:
                connection.close()
        except BaseException:
            if found is not None:
                found.close()
            raise
        return found

    def _turn(self, wait: float | None) -> None:
        with self._guard:
            if self._busy < self._bounds.most:  # nobody waits then, since turns are handed on
                self._busy += 1
                return
            called = Event()
            self._waiting.append(called)
        try:
            called.wait(wait)
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
            self._call_next()

    def _call_next(self) -> None:
        if self._waiting:
            self._waiting.popleft().set()
        else:
            self._busy -= 1
