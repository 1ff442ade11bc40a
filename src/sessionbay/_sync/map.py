# Generated from src/sessionbay/_async/map.py by scripts/generate_sync.py. Do not edit.
"""A fan-out: a function over many items, each in a session, the results as they come."""

from collections.abc import Callable, Iterable, Iterator, Sized
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Generic, Self, TypeVar

from .._concurrency._sync import BoundedQueue, StateLock, Work, WorkerGroup, call_user_function
from ..core.errors import SessionError
from ..models.map import MapResult, Progress
from .pool import SessionPool
from .session import Session

T = TypeVar("T")
V = TypeVar("V")


@dataclass(frozen=True, kw_only=True)
class MapRules:
    """How a fan-out goes; see ``map`` of the clients."""

    concurrency: int
    ordered: bool
    progress: Callable[[Progress], None] | None


class Map(Generic[T, V]):
    """The results of ``map``: iterate inside its block. Leaving the block, in whatever way, ends the work that is on.

    Sessions are made as they are needed, used again, and all deleted when the block ends.
    """

    def __init__(self, pool: SessionPool, work: Work[Session, T, V], items: Iterable[T], rules: MapRules) -> None:
        bounds = pool._client._channel.options.bounds
        if rules.concurrency > bounds.most:
            raise SessionError.usage(
                f"concurrency={rules.concurrency} needs as many connections, and the client has {bounds.most}:"
                f" make it with max_connections={rules.concurrency}"
            )
        self._pool = pool
        self._work = work
        self._items: Iterator[tuple[int, T]] = enumerate(items)
        self._rules = rules
        self._clock = pool._clock
        self._guard = StateLock()
        self._crew = WorkerGroup()
        self._done: BoundedQueue[MapResult[T, V]]  # there from the beginning of the block on
        self._failure: BaseException | None = None
        self._early: dict[int, MapResult[T, V]] = {}
        self._next = 0
        self._progress = Progress(total=len(items) if isinstance(items, Sized) else None)
        self._working = min(rules.concurrency, max(1, len(items))) if isinstance(items, Sized) else rules.concurrency

    def __enter__(self) -> Self:
        self._pool._begin("map")
        self._report()
        self._done = BoundedQueue(self._rules.concurrency)
        self._crew.start()
        for _ in range(self._working):
            self._crew.spawn(self._serve)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.close()
        try:
            self._crew.stop(self._pool._end)
        finally:
            self._report(ended=True)
        if exc is None:
            self._pool._raise_failure()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> MapResult[T, V]:
        self._pool._refuse_if_not_begun("map")
        while True:
            if self._rules.ordered and self._next in self._early:
                self._next += 1
                return self._early.pop(self._next - 1)
            if (done := self._done.get()) is None:
                break
            self._report(done)
            if not self._rules.ordered:
                return done
            self._early[done.index] = done
        if self._failure is not None:
            raise self._failure
        raise StopIteration

    def _serve(self) -> None:
        """Work on item after item, until there are no more or nobody wants to know."""
        try:
            while (task := self._take()) and self._done.put(self._attempt(*task)):
                pass
        except BaseException as exc:  # sys.exit() ends a thread without a word: the reader is to hear of it
            self._failure = self._failure or exc
            raise
        finally:
            with self._guard:
                self._working -= 1
            if not self._working:
                self._done.end()

    def _take(self) -> tuple[int, T] | None:
        """Return the next item; what the items themselves raise ends the intake, and is raised to the reader."""
        with self._guard:
            if self._failure is not None:
                return None
            try:
                return next(self._items, None)
            except Exception as exc:  # noqa: BLE001  # the user's own code
                self._failure = exc
                return None

    def _attempt(self, index: int, item: T) -> MapResult[T, V]:
        """Do the work on one item; whatever it raises is the item's."""
        begin = self._clock.monotonic()
        session_id = ""
        try:
            with self._pool.lease() as session:
                session_id = session.session_id
                value = call_user_function(self._work(session, item))
        except Exception as exc:  # noqa: BLE001  # the user's own code
            done: MapResult[T, V] = MapResult(index=index, item=item, error=exc)
        else:
            done = MapResult(index=index, item=item, value=value)
        return replace(done, session_id=session_id, seconds=self._clock.monotonic() - begin)

    def _report(self, done: MapResult[T, V] | None = None, *, ended: bool = False) -> None:
        seen = self._progress
        if done is not None:
            seen = replace(seen, done=seen.done + 1, failed=seen.failed + (not done))
        self._progress = replace(seen, ended=ended)
        if self._rules.progress:
            self._rules.progress(self._progress)
