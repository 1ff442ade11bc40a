# Generated from src/sessionbay/_async/files/watch.py by scripts/generate_sync.py. Do not edit.
"""Watching a folder: the session tells what changes where it can, else it is asked again and again."""

import logging
from collections.abc import Iterable
from types import TracebackType
from typing import Self

from ..._concurrency._sync import shielded
from ...core.errors import FileError
from ...core.public import public
from ...environment import nonce
from ...models.files import FileChangeEvent, FileChangeResult
from ...operations import file_events as news, files as tools, frames
from ...operations.dispatcher import Message, Subscription
from ..api_client import CallTimeout
from ..session_connection import SessionConnection
from ..ws.multiplexer import Multiplexer
from ..ws.session_multiplexer import has_websocket, multiplexer_of

log = logging.getLogger("sessionbay.watch")
SUBSCRIBING = 15.0  # seconds that a subscription may take
LEAVING = 5.0  # seconds that its end may take
ASKING = 30.0  # seconds that one look may take
MOST_FAILURES = 3  # looks in a row that may go unanswered


@public
class Watch:
    """A folder that is watched; ``watch`` of the file module returns it.

    As a context manager it begins to watch, so that nothing that happens in the block is missed. Iterate over it for
    lists of ``FileChangeEvent``, each as soon as it is known.
    """

    def __init__(self, connection: SessionConnection, path: str, interval: float) -> None:
        self._connection = connection
        self._path = path
        self._interval = interval
        self._server = connection.server_of(tools.CHANGES.name)
        self._line: Multiplexer | None = None
        self._subscription = Subscription(route=self._server, accepts=news.events_of(path))
        self._entered = False
        self._failures = 0
        self._seen = 0  # the number of the last push that was read, where they are numbered

    @property
    def pushes(self) -> bool:
        """Whether the session tells of changes by itself; else it is asked every ``interval`` seconds."""
        return self._line is not None

    def __enter__(self) -> Self:
        self._entered = True
        if has_websocket(self._connection) and self._server:
            self._line = multiplexer_of(self._connection, FileError)
        if not self._goes_on():
            (self._look()).raise_for_error()
        if self._line is not None:
            self._subscribe_or_ask(self._line)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._entered = False
        line, self._line = self._line, None
        if line is None:
            return
        line.drop(self._subscription)
        if not (
            self._subscription.lost or line.is_closed or line.has_subscriber(news.sample(self._server, self._path))
        ):
            try:
                shielded(lambda: self._unsubscribe(line), LEAVING)
            except (FileError, TimeoutError) as error:
                log.info("the watch of %r could not be ended: %s", self._path, error)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> list[FileChangeEvent]:
        while not (found := self.changes(ASKING)):
            pass
        return found

    def changes(self, timeout_s: float) -> list[FileChangeEvent]:
        """Return what happened, as soon as something does; an empty list when nothing did in time.

        Args:
            timeout_s: Seconds to wait for it. Where the session has to be asked it is a little more.

        Raises:
            FileError: The session refuses to look, or does not answer.

        Example:
            ```python
            with session.file_system.watch("/tmp") as changes:
                session.file_system.write_file("/tmp/new.txt", "text")
                for change in changes.changes(timeout_s=10):
                    print(change.event_type, change.path)
            ```
        """
        if not self._entered:
            raise FileError.usage("nothing is watched: use the watch as a context manager")
        until = self._now() + timeout_s
        while (left := until - self._now()) > 0:
            found = self._pushed(self._line, left) if self._line else self._asked(left)
            if found:
                return found
        return []

    def _pushed(self, line: Multiplexer, left: float) -> list[FileChangeEvent]:
        """Return what the session pushes; after a lost connection, subscribe anew."""
        try:
            message = line.next(self._subscription, FileError, left, f"the watch of {self._path}")
        except TimeoutError:
            return []
        if message.kind == "failed":
            return self._begin_anew(line, message)
        return self._new([message])

    def _begin_anew(self, line: Multiplexer, message: Message) -> list[FileChangeEvent]:
        if line.is_closed:
            raise FileError.usage(f"the watch of {self._path} is over: {message.error}")
        log.info("the watch of %r is begun anew: %s", self._path, message.error)
        whole = self._subscribe_or_ask(line)
        if not whole:
            told = f"more changed in {self._path} while the connection was lost than is kept: look at the folder itself"
            raise FileError.of("unreachable", told)
        if self._goes_on():
            return self._new(line.poll_all(self._subscription))
        return list((self._look()).raise_for_error().events)

    def _new(self, pushes: Iterable[Message]) -> list[FileChangeEvent]:
        """Return what pushes tell that were not read yet; after a lost connection they may come twice."""
        found: list[FileChangeEvent] = []
        for message in sorted(pushes, key=lambda one: news.number(one.data)):
            number = news.number(message.data)
            if not 0 < number <= self._seen:
                self._seen = max(self._seen, number)
                found += news.read(message.data)
        return found

    def _asked(self, left: float) -> list[FileChangeEvent]:
        self._connection.api.clock.sleep(min(self._interval, left))
        try:
            found = (self._look()).raise_for_error().events
        except FileError as exc:
            self._failures += 1
            if exc.kind not in ("unreachable", "timeout") or self._failures >= MOST_FAILURES:
                raise
            log.info("a look at %r was not answered: %s", self._path, exc)
            return []
        self._failures = 0
        return found

    def _look(self) -> FileChangeResult:
        args = tools.PathArgs.of(self._path)
        return self._connection.call_tool(tools.CHANGES, args, CallTimeout(ASKING), strict=False)

    def _goes_on(self) -> bool:
        """Return whether the session itself sees to it that nothing is missed, when a subscription begins or breaks."""
        if self._line is None:
            return False
        try:
            return self._line.offers("resume", FileError)
        except FileError as exc:
            self._ask_from_now_on(exc)
            return False

    def _subscribe_or_ask(self, line: Multiplexer) -> bool:
        """Subscribe; where that does not work, the session is asked from now on. False where changes were lost."""
        wanted = news.SubscribeParams(path=self._path, after=self._seen or None)
        try:
            line.subscribe([self._subscription], FileError)
            frame = frames.call(nonce(), self._server, news.SUBSCRIBE, wanted.dump())
            ended = line.request(frame, FileError, Subscription(frame.id, streams=True))
            answer = line.answer(ended, news.SUBSCRIBE, FileError, SUBSCRIBING)
        except FileError as exc:
            line.drop(self._subscription)
            if line.is_closed:
                raise
            self._ask_from_now_on(exc)
            if exc.kind == "refused" and self._server:
                (self._look()).raise_for_error()  # a folder that is not there is refused here too, and told
            return True
        except BaseException:
            line.drop(self._subscription)
            raise
        self._seen = self._seen or news.number(answer)
        return news.is_whole(answer)

    def _ask_from_now_on(self, exc: FileError) -> None:
        log.info("changes in %r are asked for, since they are not pushed: %s", self._path, exc)
        self._line = None

    def _unsubscribe(self, line: Multiplexer) -> None:
        line.notify(frames.call(nonce(), self._server, news.UNSUBSCRIBE, {"path": self._path}), FileError)

    def _now(self) -> float:
        return self._connection.api.clock.monotonic()
