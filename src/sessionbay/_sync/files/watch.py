# Generated from src/sessionbay/_async/files/watch.py by scripts/generate_sync.py. Do not edit.
"""Watching a folder: the session pushes changes over its WebSocket, or is polled for them."""

from collections.abc import Iterable
from types import TracebackType
from typing import Self

from ..._concurrency._sync import shielded
from ...core.errors import FileError
from ...core.escaping_filter import escaping_logger
from ...core.public import public
from ...core.text import escape_line
from ...environment import nonce
from ...models.files import FileChangeEvent, FileChangeResult
from ...operations import file_events, files as tools, frames
from ...operations.dispatcher import Message, Subscription
from ..api_client import CallTimeout
from ..session_connection import SessionConnection
from ..ws.multiplexer import Multiplexer
from ..ws.session_multiplexer import has_websocket, multiplexer_of

log = escaping_logger("sessionbay.watch")
SUBSCRIBE_TIMEOUT = 15.0  # seconds
UNSUBSCRIBE_TIMEOUT = 5.0  # seconds
POLL_TIMEOUT = 30.0  # seconds for one request
MAX_FAILURES = 3  # consecutive polls without a response


@public
class Watch:
    """A watched folder, returned by ``watch`` of the file module.

    The watch begins when the block is entered, so that no change within the block is missed. Iterate over it for lists
    of ``FileChangeEvent``.
    """

    def __init__(self, connection: SessionConnection, path: str, interval: float) -> None:
        self._connection = connection
        self._path = path
        self._interval = interval
        self._server = connection.server_of(tools.CHANGES.name)
        self._multiplexer: Multiplexer | None = None
        self._subscription = Subscription(route=self._server, accepts=file_events.events_of(path))
        self._entered = False
        self._failures = 0
        self._seen = 0  # the number of the last push that was read, if pushes are numbered

    @property
    def pushes(self) -> bool:
        """Whether the session pushes changes; otherwise it is polled every ``interval`` seconds."""
        return self._multiplexer is not None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._path!r} of {escape_line(self._connection.session_id)}>"

    def __enter__(self) -> Self:
        self._entered = True
        if has_websocket(self._connection) and self._server:
            self._multiplexer = multiplexer_of(self._connection, FileError)
        if not self._can_resume():
            (self._poll()).raise_for_error()
        if self._multiplexer is not None:
            self._subscribe_or_poll(self._multiplexer)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._entered = False
        multiplexer, self._multiplexer = self._multiplexer, None
        if multiplexer is None:
            return
        if self._subscription.lost:
            multiplexer.drop(self._subscription)
        else:
            self._leave(multiplexer)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> list[FileChangeEvent]:
        while not (events := self.changes(POLL_TIMEOUT)):
            pass
        return events

    def changes(self, timeout_s: float) -> list[FileChangeEvent]:
        """Return the next changes; an empty list if there is none before the timeout.

        Args:
            timeout_s: The timeout in seconds. A poll may exceed it.

        Raises:
            FileError: The session refuses the request, or does not respond.

        Example:
            ```python
            with session.file_system.watch("/tmp") as changes:
                session.file_system.write_file("/tmp/new.txt", "text")
                for change in changes.changes(timeout_s=10):
                    print(change.event_type, change.path)
            ```
        """
        if not self._entered:
            raise FileError.usage("the watch has not begun: enter it as a context manager")
        until = self._now() + timeout_s
        while (left := until - self._now()) > 0:
            events = self._pushed(self._multiplexer, left) if self._multiplexer else self._polled(left)
            if events:
                return events
        return []

    def _pushed(self, multiplexer: Multiplexer, left: float) -> list[FileChangeEvent]:
        """Return the next pushed changes. After a lost connection, subscribe again."""
        try:
            message = multiplexer.next(self._subscription, FileError, left, f"the watch of {self._path}")
        except TimeoutError:
            return []
        if message.kind == "failed":
            return self._resubscribe(multiplexer, message)
        return self._new([message])

    def _resubscribe(self, multiplexer: Multiplexer, message: Message) -> list[FileChangeEvent]:
        if multiplexer.is_closed:
            raise FileError.usage(f"the watch of {self._path} is over: {message.error}")
        log.info("subscribing to %r again: %s", self._path, message.error)
        complete = self._subscribe_or_poll(multiplexer)
        if not complete:
            reason = f"changes in {self._path} were lost with the connection: list the folder"
            raise FileError.of("unreachable", reason)
        if self._can_resume():
            return self._new(multiplexer.poll_all(self._subscription))
        return list((self._poll()).raise_for_error().events)

    def _new(self, pushes: Iterable[Message]) -> list[FileChangeEvent]:
        """Return the events of pushes that were not read yet. After a lost connection, pushes may be repeated."""
        events: list[FileChangeEvent] = []
        for message in sorted(pushes, key=lambda one: file_events.number(one.data)):
            number = file_events.number(message.data)
            if not 0 < number <= self._seen:
                self._seen = max(self._seen, number)
                events += file_events.read(message.data)
        return events

    def _polled(self, left: float) -> list[FileChangeEvent]:
        self._connection.api.clock.sleep(min(self._interval, left))
        try:
            events = (self._poll()).raise_for_error().events
        except FileError as exc:
            self._failures += 1
            if exc.kind not in ("unreachable", "timeout") or self._failures >= MAX_FAILURES:
                raise
            log.info("a poll of %r failed: %s", self._path, exc)
            return []
        self._failures = 0
        return events

    def _poll(self) -> FileChangeResult:
        args = tools.PathArgs.of(self._path)
        return self._connection.call_tool(tools.CHANGES, args, CallTimeout(POLL_TIMEOUT), strict=False)

    def _can_resume(self) -> bool:
        """Return whether a subscription that breaks can be resumed without missing changes."""
        if self._multiplexer is None:
            return False
        try:
            return self._multiplexer.offers("resume", FileError)
        except FileError as exc:
            self._fall_back_to_polling(exc)
            return False

    def _subscribe_or_poll(self, multiplexer: Multiplexer) -> bool:
        """Subscribe, or fall back to polling. Return False if changes were lost."""
        params = file_events.SubscribeParams(path=self._path, after=self._seen or None)
        try:
            multiplexer.subscribe([self._subscription], FileError)
            frame = frames.call(nonce(), self._server, file_events.SUBSCRIBE, params.dump())
            ended = multiplexer.request(frame, FileError, Subscription(frame.id, streams=True))
            answer = multiplexer.answer(ended, file_events.SUBSCRIBE, FileError, SUBSCRIBE_TIMEOUT)
        except FileError as exc:
            multiplexer.drop(self._subscription)
            if multiplexer.is_closed:
                raise
            self._fall_back_to_polling(exc)
            if exc.kind == "refused" and self._server:
                (self._poll()).raise_for_error()  # a missing folder is refused here too
            return True
        except BaseException:
            self._leave(multiplexer)  # the subscription may have been sent
            raise
        self._seen = self._seen or file_events.number(answer)
        return file_events.is_complete(answer)

    def _fall_back_to_polling(self, exc: FileError) -> None:
        log.info("polling %r, as changes cannot be pushed: %s", self._path, exc)
        self._multiplexer = None

    def _leave(self, multiplexer: Multiplexer) -> None:
        """Unsubscribe, unless another watch of the same folder remains."""
        multiplexer.drop(self._subscription)
        if multiplexer.is_closed or multiplexer.has_subscriber(file_events.sample(self._server, self._path)):
            return
        try:
            shielded(lambda: self._unsubscribe(multiplexer), UNSUBSCRIBE_TIMEOUT)
        except (FileError, TimeoutError) as error:
            log.info("the subscription to %r could not be ended: %s", self._path, error)

    def _unsubscribe(self, multiplexer: Multiplexer) -> None:
        multiplexer.notify(frames.call(nonce(), self._server, file_events.UNSUBSCRIBE, {"path": self._path}), FileError)

    def _now(self) -> float:
        return self._connection.api.clock.monotonic()
