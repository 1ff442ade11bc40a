# Generated from src/sessionbay/_async/ws/multiplexer.py by scripts/generate_sync.py. Do not edit.
"""A session's line: all its calls, streams and pushes over one WebSocket.

It has no task and no thread of its own: whoever waits for something reads. Of those who wait, one reads for all, hands
out what came, and hands the reading on when it has what it waits for, or gives up.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ..._concurrency._sync import Event, Lock, StateLock, Thunk
from ..._http.tls import TlsSettings
from ...core.challenge import KnownEngine
from ...core.errors import AgentBayError
from ...core.websocket import ConnectionLost, WebSocketAddress
from ...environment import nonce
from ...operations import frames
from ...operations.dispatcher import Callback, Dispatcher, Message, Subscription
from ...operations.frames import Frame
from .socket import WebSocket

Errors = type[AgentBayError]

REPLY_TIMEOUT = 30.0  # seconds that the answer to a call may take
CONNECT_TIMEOUT = 30.0  # seconds that a connection may take
PING_INTERVAL = 20.0  # seconds without a sign of life after which one is asked for
PONG_TIMEOUT = 20.0  # seconds after which a connection without one is given up
POLL_TIMEOUT = 0.05  # seconds to look whether a connection that nobody read has ended


class Multiplexer:
    """Carries frames between one session and everybody here who talks to it. It connects when it is first used."""

    def __init__(
        self, address: WebSocketAddress, tls: TlsSettings, clock: Callable[[], float], known: KnownEngine | None = None
    ) -> None:
        self._address = address
        self._known = known
        self._tls = tls
        self._clock = clock
        self._guard = StateLock()
        self._opening = Lock()
        self._sending = Lock()
        self._dispatcher = Dispatcher()
        self._socket: WebSocket | None = None
        self._waiting: list[tuple[Subscription, Event]] = []
        self._reader: Event | None = None
        self._room: Event | None = None
        self._last_received = 0.0
        self._pinged: float | None = None
        self._closed = ""

    def call(
        self, target: str, method: str, params: Mapping[str, Any], errors: Errors, limit: float = REPLY_TIMEOUT
    ) -> Mapping[str, Any]:
        """Call a method that answers once; return its answer."""
        deadline = self._clock() + limit
        inbox = self.request(frames.call(nonce(), target, method, params), errors, limit=limit)
        return self.answer(inbox, method, errors, max(deadline - self._clock(), 0.001))

    def request(
        self, frame: Frame, errors: Errors, inbox: Subscription | None = None, limit: float = CONNECT_TIMEOUT
    ) -> Subscription:
        """Send a call; return the inbox in which its answer will be."""
        inbox = inbox or Subscription(frame.id)
        self._send(frame, errors, inbox, limit)
        return inbox

    def answer(self, inbox: Subscription, what: str, errors: Errors, limit: float = REPLY_TIMEOUT) -> Mapping[str, Any]:
        """Return the one answer to a call."""
        try:
            letter = self.next(inbox, errors, limit, what)
        finally:
            self.drop(inbox)
        return self.raise_if_failed(letter, what, errors).data

    def raise_if_failed(self, letter: Message, what: str, errors: Errors) -> Message:
        """Return a letter that tells of no failure; raise when it does."""
        if letter.problem:
            raise errors.of(letter.error_kind, f"{what}: {letter.problem}")
        return letter

    def notify(self, frame: Frame, errors: Errors) -> None:
        """Send a frame that nobody answers."""
        self._send(frame, errors, None, CONNECT_TIMEOUT)

    def next(self, inbox: Subscription, errors: Errors, limit: float | None, what: str) -> Message:
        """Return the next letter of an inbox; one whose reader is gone has a last one, which says so."""
        until = None if limit is None else self._clock() + limit
        try:
            while (letter := self._taken(inbox)) is None:
                self._wait(inbox, until)
        except TimeoutError as exc:
            held = "; what the session sent before waits to be read" if self._room else ""
            raise errors.of("timeout", f"{what}: nothing came within {limit or 0:.3g} s{held}") from exc
        return letter

    def subscribe(self, inboxes: Sequence[Subscription], errors: Errors) -> None:
        """Deliver pushes to inboxes, anew where a connection was lost."""
        with self._guard:
            for inbox in inboxes:
                self._dispatcher.add(inbox)  # before anything is read that may be theirs
        try:
            self._add(inboxes, self._connected(errors, CONNECT_TIMEOUT))
        except ConnectionLost as exc:
            raise errors.of(exc.kind, str(exc)) from exc

    def drop(self, *inboxes: Subscription) -> None:
        """Deliver no more to inboxes; whoever waits for one is told."""
        with self._guard:
            for inbox in inboxes:
                self._dispatcher.drop(inbox)
            self._wake(inboxes)

    def poll(self, inbox: Subscription) -> Message | None:
        """Return the next letter of an inbox if it is there already."""
        with self._guard:
            letter = inbox.take()
            self._make_room()
            return letter

    def poll_all(self, inbox: Subscription) -> list[Message]:
        """Return the letters of an inbox that are there already."""
        with self._guard:
            found = inbox.take_all()
            self._make_room()
            return found

    def set_callback(self, inbox: Subscription, hear: Callback) -> None:
        """Have ``hear`` told of all letters of an inbox, as they come; those that came are told at once."""
        with self._guard:
            inbox.hear = hear
            held = inbox.take_all()
        for letter in held:
            hear(letter.data)

    def set_lossy(self, inbox: Subscription, *, lossy: bool) -> None:
        """Say whether the oldest letters of an inbox make room for new ones, or hold all others up."""
        with self._guard:
            inbox.lossy = lossy
            self._make_room()

    def mute(self, frame: Frame, *, muted: bool = True) -> None:
        """Make all deaf, or hearing again, whom a push like ``frame`` is for."""
        with self._guard:
            self._dispatcher.mute(frame, muted=muted)
            self._make_room()

    def has_subscriber(self, frame: Frame) -> bool:
        """Return whether a push like ``frame`` is for anybody."""
        with self._guard:
            return self._dispatcher.has_subscriber(frame)

    def inject(self, frame: Frame) -> None:
        """Deliver a frame as if it had come."""
        self._deliver([frames.write(frame)])

    @property
    def is_closed(self) -> bool:
        """Whether every use is refused."""
        return bool(self._closed)

    def connect(self, errors: Errors) -> None:
        """See to it that there is a connection; a loss that nobody noticed is noticed here."""
        self._connected(errors, CONNECT_TIMEOUT)

    def offers(self, what: str, errors: Errors) -> bool:
        """Return whether the other side does something beyond the clouds' protocol."""
        return what in (self._connected(errors, CONNECT_TIMEOUT)).offers

    def close(self, reason: str = "its client was closed") -> None:
        """Hang up; every later use is refused."""
        self._closed = reason
        with self._guard:
            socket, self._socket = self._socket, None
            self._dispatcher.lose("usage", reason)
            self._wake_all()
        if socket is not None:
            socket.close()

    def _taken(self, inbox: Subscription) -> Message | None:
        with self._guard:
            letter = inbox.take()
            self._make_room()
        return Message("end", {}, "it is disconnected", "usage") if letter is None and inbox.over else letter

    def _wait(self, inbox: Subscription, until: float | None) -> None:
        """Wait until an inbox has news, as the reader or told by it; TimeoutError when it has none ``until`` then."""
        called = Event()
        with self._guard:
            if inbox.has_news:
                return
            self._waiting.append((inbox, called))
            if self._reader is None:
                self._reader = called
        try:
            if self._reader is called:
                self._read(inbox, until)
            else:
                called.wait(self._left(until))
        finally:
            self._step_down(inbox, called)

    def _step_down(self, inbox: Subscription, called: Event) -> None:
        """Wait no more; the reader hands on, and whoever was called to read and does not come passes it on too."""
        with self._guard:
            self._waiting.remove((inbox, called))
            if self._reader is called:
                self._reader = None
            if self._reader is None and self._waiting:
                self._waiting[0][1].set()

    def _read(self, inbox: Subscription, until: float | None) -> None:
        """Read for all until ``inbox`` has news."""
        while not inbox.has_news:
            left = self._left(until)
            if left is not None and left <= 0:
                raise TimeoutError
            with self._guard:
                socket = self._socket
                self._room = room = Event() if self._dispatcher.is_full else None
            if socket is None:
                self._lost_without_socket()
            elif room is not None:
                self._wait_for_room(room, left)
            else:
                self._read_some(socket, left)

    def _lost_without_socket(self) -> None:
        """Tell those who came between a connection's loss and this moment."""
        with self._guard:
            if self._socket is None:
                self._dispatcher.lose("unreachable", "the connection was lost")
                self._wake_all()

    def _wait_for_room(self, room: Event, left: float | None) -> None:
        """Let what was sent lie until somebody has read what is there already."""
        try:
            room.wait(left)
        finally:
            self._last_received, self._pinged = self._clock(), None

    def _read_some(self, socket: WebSocket, left: float | None) -> None:
        try:
            patience = self._patience(socket)
            messages = socket.receive(patience if left is None else min(left, patience))
            self._last_received, self._pinged = self._clock(), None
            self._deliver(messages)
            with self._sending:
                self._whole(socket, socket.answer)
        except TimeoutError:
            return
        except ConnectionLost as exc:
            self._lose(socket, exc)

    def _patience(self, socket: WebSocket) -> float:
        """Return for how long nothing need come; ask for a sign of life when it is time."""
        now = self._clock()
        if self._pinged is None:
            if now < self._last_received + PING_INTERVAL:
                return self._last_received + PING_INTERVAL - now
            with self._sending:
                self._whole(socket, socket.ping)
            self._pinged = now
        if now >= self._pinged + PONG_TIMEOUT:
            raise ConnectionLost(f"the service gave no sign of life within {PONG_TIMEOUT:g} s")
        return self._pinged + PONG_TIMEOUT - now

    def _deliver(self, messages: Iterable[str | bytes]) -> None:
        with self._guard:
            told = [one for message in messages for one in self._dispatcher.deliver(message)]
            for inbox, called in self._waiting:
                if inbox.has_news:
                    called.set()
        for hear, data in told:
            hear(data)

    def _send(self, frame: Frame, errors: Errors, inbox: Subscription | None, limit: float) -> None:
        socket = self._connected(errors, limit)
        message = frames.write(frame)
        try:
            if inbox is not None:
                self._add([inbox], socket)
            with self._sending:
                self._whole(socket, lambda: socket.send(message))
        except BaseException as exc:
            if inbox is not None:
                self.drop(inbox)
            if isinstance(exc, ConnectionLost):
                raise errors.of(exc.kind, f"{frame.method}: {exc}") from exc
            raise

    def _add(self, inboxes: Iterable[Subscription], socket: WebSocket) -> None:
        with self._guard:
            if self._socket is not socket:
                raise ConnectionLost("the connection was lost")
            for inbox in inboxes:
                self._dispatcher.add(inbox)

    def _whole(self, socket: WebSocket, send: Thunk) -> None:
        """Send something whole; half a frame would spoil the connection for all."""
        try:
            send()
        except ConnectionLost as exc:
            self._lose(socket, exc)
            raise
        except BaseException:
            self._lose(socket, ConnectionLost("a message was cut off when its sender was cancelled"))
            raise

    def _connected(self, errors: Errors, limit: float) -> WebSocket:
        """Return the connection, a new one where there is none that is good."""
        if self._closed:
            raise errors.usage(f"the session's WebSocket is closed: {self._closed}")
        with self._opening:
            if self._socket is not None:
                self._notice_end(self._socket)
            if self._socket is not None:
                return self._socket
            try:
                socket = WebSocket.open(self._address, self._tls, self._clock, limit, self._known)
            except ConnectionLost as exc:
                message = f"the session's WebSocket cannot be opened: {exc}"
                raise errors.of(exc.kind, message, http_status_code=exc.status, outcome="not_sent") from exc
            with self._guard:
                self._socket, self._last_received, self._pinged = socket, self._clock(), None
            if self._closed:
                self.close(self._closed)
            return socket

    def _notice_end(self, socket: WebSocket) -> None:
        """Read what came while nobody did: it may have been the end."""
        mine = Event()
        with self._guard:
            if self._reader is not None:
                return
            self._reader = mine
        try:
            while self._socket is socket and not socket.is_quiet and not self._dispatcher.is_full:
                self._read_some(socket, POLL_TIMEOUT)
        finally:
            with self._guard:
                self._reader = None
                if self._waiting:
                    self._waiting[0][1].set()

    def _lose(self, socket: WebSocket, lost: ConnectionLost) -> None:
        """Give a connection up: whoever waits for something from it is told."""
        with self._guard:
            if self._socket is socket:
                self._socket = None
                self._dispatcher.lose(lost.kind, str(lost))
                self._wake_all()
        socket.drop()

    def _wake(self, inboxes: Iterable[Subscription]) -> None:
        wanted = tuple(inboxes)
        for inbox, called in self._waiting:
            if inbox in wanted:
                called.set()
        self._make_room()

    def _wake_all(self) -> None:
        for _, called in self._waiting:
            called.set()
        self._make_room()

    def _make_room(self) -> None:
        if self._room is not None and (self._socket is None or not self._dispatcher.is_full):
            self._room.set()
            self._room = None

    def _left(self, until: float | None) -> float | None:
        return None if until is None else until - self._clock()
