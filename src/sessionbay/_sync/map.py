# Generated from src/sessionbay/_async/map.py by scripts/generate_sync.py. Do not edit.
"""A fan-out: calls a function for many items, each in a session, and yields the results as they complete."""

from collections.abc import Callable, Iterable, Iterator, Sized
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Generic, Self, TypeVar

from .._concurrency._sync import BinaryCall, BoundedQueue, StateLock, WorkerGroup, call_user_function
from ..core.errors import SessionError
from ..core.public import public
from ..models.map import MapResult, Progress
from .lease import Lease
from .pooled_sessions import PooledSessions
from .session import Session

T = TypeVar("T")
V = TypeVar("V")


@dataclass(frozen=True, kw_only=True)
class MapRules:
    """The arguments of a fan-out; ``map`` of the clients documents them."""

    concurrency: int
    ordered: bool
    progress: Callable[[Progress], None] | None


@public
class Map(Generic[T, V]):
    """The results of ``map``: iterate inside its block. Leaving the block cancels the work in progress.

    Sessions are created on demand, reused, and deleted at the end of the block.
    """

    def __init__(
        self, sessions: PooledSessions, work: BinaryCall[Session, T, V], items: Iterable[T], rules: MapRules
    ) -> None:
        connections = sessions.core.api.config.max_connections
        if rules.concurrency > connections:
            raise SessionError.usage(
                f"concurrency={rules.concurrency} needs as many connections, and the client has {connections}:"
                f" make it with max_connections={rules.concurrency}"
            )
        self._sessions = sessions
        self._work = work
        self._items: Iterator[tuple[int, T]] = enumerate(items)
        self._rules = rules
        self._clock = sessions.core.clock
        self._lock = StateLock()
        self._workers = WorkerGroup()
        self._done: BoundedQueue[MapResult[T, V]]  # created on entering the block
        self._failure: BaseException | None = None
        self._out_of_order: dict[int, MapResult[T, V]] = {}
        self._next = 0
        self._progress = Progress(total=len(items) if isinstance(items, Sized) else None)
        self._running = min(rules.concurrency, max(1, len(items))) if isinstance(items, Sized) else rules.concurrency

    def __enter__(self) -> Self:
        self._sessions.enter("map")
        self._report()
        self._done = BoundedQueue(self._rules.concurrency)
        self._workers.start()
        for _ in range(self._running):
            self._workers.spawn(self._run_worker)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.close()
        try:
            self._workers.stop(self._sessions.close)
        finally:
            self._report(ended=True)
        if exc is None:
            self._sessions.raise_failure()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> MapResult[T, V]:
        self._sessions.raise_unless_entered("map")
        while True:
            if self._rules.ordered and self._next in self._out_of_order:
                self._next += 1
                return self._out_of_order.pop(self._next - 1)
            if (done := self._done.get()) is None:
                break
            self._report(done)
            if not self._rules.ordered:
                return done
            self._out_of_order[done.index] = done
        if self._failure is not None:
            raise self._failure
        raise StopIteration

    def _run_worker(self) -> None:
        """Process items until there are no more, or the reader has left."""
        try:
            while (task := self._next_item()) and self._done.put(self._process(*task)):
                pass
        except BaseException as exc:  # sys.exit() ends a thread silently: the reader must see it
            self._failure = self._failure or exc
            raise
        finally:
            with self._lock:
                self._running -= 1
            if not self._running:
                self._done.end()

    def _next_item(self) -> tuple[int, T] | None:
        """Return the next item; an exception of the iterable ends the intake and is raised to the reader."""
        with self._lock:
            if self._failure is not None:
                return None
            try:
                return next(self._items, None)
            except Exception as exc:  # noqa: BLE001  # the user's own code
                self._failure = exc
                return None

    def _process(self, index: int, item: T) -> MapResult[T, V]:
        """Process one item; an exception becomes its result."""
        start = self._clock.monotonic()
        session_id, value, error = "", None, None
        try:
            with Lease(self._sessions, None) as session:
                session_id = session.session_id
                value = call_user_function(self._work(session, item))
        except Exception as exc:  # noqa: BLE001  # the user's own code
            error = exc
        seconds = self._clock.monotonic() - start
        return MapResult(index=index, item=item, value=value, error=error, session_id=session_id, seconds=seconds)

    def _report(self, done: MapResult[T, V] | None = None, *, ended: bool = False) -> None:
        seen, failed = self._progress, done is not None and not done
        self._progress = replace(seen, done=seen.done + (done is not None), failed=seen.failed + failed, ended=ended)
        if self._rules.progress:
            self._rules.progress(self._progress)
