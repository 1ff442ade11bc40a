# Generated from src/sessionbay/_async/ws/multiplexer.py by scripts/generate_sync.py. Do not edit.
"""A multiplexer of calls, streams and pushes over a session's WebSocket.

It has no task or thread of its own. One of the waiting callers reads for all and dispatches the messages. It passes the
reader's role on when its own message has come, or when it gives up.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ..._concurrency._sync import Event, Lock, StateLock, Thunk
from ..._http.tls import TlsSettings
from ...core.challenge import KnownEngine
from ...core.errors import AgentBayError, Kind
from ...core.websocket import ConnectionLost, WebSocketAddress
from ...environment import nonce
from ...operations import frames
from ...operations.dispatcher import Callback, Dispatcher, Message, Subscription
from ...operations.frames import Frame
from .socket import WebSocket

Errors = type[AgentBayError]

REPLY_TIMEOUT = 30.0  # seconds to wait for the reply to a call
CONNECT_TIMEOUT = 30.0  # seconds to connect
PING_INTERVAL = 20.0  # seconds without data after which a ping is sent
PONG_TIMEOUT = 20.0  # seconds after a ping without data after which the connection is closed
POLL_TIMEOUT = 0.05  # seconds to wait for data that is readable already


class Multiplexer:
    """The WebSocket of one session, shared by its modules. It connects at the first use."""

    def __init__(
        self,
        address: WebSocketAddress,
        tls: TlsSettings,
        clock: Callable[[], float],
        known: KnownEngine | None = None,
        raise_if_gone: Thunk | None = None,
    ) -> None:
        self._address = address
        self._known = known
        self._raise_if_gone = raise_if_gone
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
        self._closed_kind: Kind = "usage"

    def call(
        self, target: str, method: str, params: Mapping[str, Any], errors: Errors, limit: float = REPLY_TIMEOUT
    ) -> Mapping[str, Any]:
        """Call a method with a single reply, and return the reply."""
        deadline = self._clock() + limit
        subscription = self.request(frames.call(nonce(), target, method, params), errors, limit=limit)
        return self.answer(subscription, method, errors, max(deadline - self._clock(), 0.001))

    def request(
        self, frame: Frame, errors: Errors, subscription: Subscription | None = None, limit: float = CONNECT_TIMEOUT
    ) -> Subscription:
        """Send a call; return the subscription to its reply."""
        subscription = subscription or Subscription(frame.id)
        self._send(frame, errors, subscription, limit)
        return subscription

    def answer(
        self, subscription: Subscription, what: str, errors: Errors, limit: float = REPLY_TIMEOUT
    ) -> Mapping[str, Any]:
        """Return the single reply to a call."""
        try:
            message = self.next(subscription, errors, limit, what)
        finally:
            self.drop(subscription)
        return self.raise_if_failed(message, what, errors).data

    def raise_if_failed(self, message: Message, what: str, errors: Errors) -> Message:
        """Return the message; raise if it is a failure."""
        if message.error:
            raise errors.of(message.error_kind, f"{what}: {message.error}")
        return message

    def notify(self, frame: Frame, errors: Errors) -> None:
        """Send a frame without waiting for a reply."""
        self._send(frame, errors, None, CONNECT_TIMEOUT)

    def next(self, subscription: Subscription, errors: Errors, limit: float | None, what: str) -> Message:
        """Return the next message; after the end of a subscription, a message that says so."""
        until = None if limit is None else self._clock() + limit
        try:
            while (message := self._take(subscription)) is None:
                self._wait(subscription, until)
        except TimeoutError as exc:
            queued = "; what the session sent before waits to be read" if self._room else ""
            raise errors.of("timeout", f"{what}: nothing came within {limit or 0:.3g} s{queued}") from exc
        return message

    def subscribe(self, subscriptions: Sequence[Subscription], errors: Errors) -> None:
        """Subscribe to pushes, again after a lost connection."""
        with self._guard:
            for subscription in subscriptions:
                self._dispatcher.add(subscription)  # before its first push can be read
        try:
            self._add(subscriptions, self._connected(errors, CONNECT_TIMEOUT))
        except ConnectionLost as exc:
            raise errors.of(exc.kind, str(exc)) from exc

    def drop(self, *subscriptions: Subscription) -> None:
        """End subscriptions and wake their readers."""
        with self._guard:
            for subscription in subscriptions:
                self._dispatcher.drop(subscription)
            self._wake(subscriptions)

    def poll(self, subscription: Subscription) -> Message | None:
        """Return the next message if there is one already."""
        with self._guard:
            message = subscription.take()
            self._make_room()
            return message

    def poll_all(self, subscription: Subscription) -> list[Message]:
        """Return the messages that are there already."""
        with self._guard:
            messages = subscription.take_all()
            self._make_room()
            return messages

    def set_callback(self, subscription: Subscription, callback: Callback) -> None:
        """Call ``callback`` with the data of every push, the queued ones included."""
        with self._guard:
            subscription.on_push = callback
            queued = subscription.take_all()
        for message in queued:
            callback(message.data)

    def set_lossy(self, subscription: Subscription, *, lossy: bool) -> None:
        """Set whether new messages evict the oldest ones, instead of pausing the connection."""
        with self._guard:
            subscription.lossy = lossy
            self._make_room()

    def mute(self, frame: Frame, *, muted: bool = True) -> None:
        """Mute or unmute the subscriptions to pushes like ``frame``."""
        with self._guard:
            self._dispatcher.mute(frame, muted=muted)
            self._make_room()

    def has_subscriber(self, frame: Frame) -> bool:
        """Return whether a push like ``frame`` has a subscriber."""
        with self._guard:
            return self._dispatcher.has_subscriber(frame)

    def inject(self, frame: Frame) -> None:
        """Deliver a frame as if it had been received."""
        self._deliver([frames.write(frame)])

    @property
    def is_closed(self) -> bool:
        """Whether the multiplexer was closed."""
        return bool(self._closed)

    @property
    def is_connected(self) -> bool:
        """Whether there is a connection, as far as is known."""
        return self._socket is not None

    def connect(self, errors: Errors) -> None:
        """Connect if there is no connection; detect a loss that went unnoticed."""
        self._connected(errors, CONNECT_TIMEOUT)

    def offers(self, what: str, errors: Errors) -> bool:
        """Return whether the server has an extension of the clouds' protocol."""
        return what in (self._connected(errors, CONNECT_TIMEOUT)).offers

    def close(self, reason: str = "its client was closed", kind: Kind = "usage") -> None:
        """Close the connection; every later use raises an error of this kind."""
        self._closed, self._closed_kind = reason, kind
        with self._guard:
            socket, self._socket = self._socket, None
            self._dispatcher.lose(kind, reason)
            self._wake_all()
        if socket is not None:
            socket.close()

    def _take(self, subscription: Subscription) -> Message | None:
        with self._guard:
            message = subscription.take()
            self._make_room()
        return Message("end", {}, "it is disconnected", "usage") if message is None and subscription.over else message

    def _wait(self, subscription: Subscription, until: float | None) -> None:
        """Wait for a message, as the reader or woken by it; raise TimeoutError at ``until``."""
        called = Event()
        with self._guard:
            if subscription.has_news:
                return
            self._waiting.append((subscription, called))
            if self._reader is None:
                self._reader = called
        try:
            if self._reader is called:
                self._read(subscription, until)
            else:
                called.wait(self._remaining(until))
        finally:
            self._step_down(subscription, called)

    def _step_down(self, subscription: Subscription, called: Event) -> None:
        """Stop waiting, and wake another caller if there is no reader now."""
        with self._guard:
            self._waiting.remove((subscription, called))
            if self._reader is called:
                self._reader = None
            if self._reader is None and self._waiting:
                self._waiting[0][1].set()

    def _read(self, subscription: Subscription, until: float | None) -> None:
        """Read and dispatch until ``subscription`` has a message."""
        while not subscription.has_news:
            remaining = self._remaining(until)
            if remaining is not None and remaining <= 0:
                raise TimeoutError
            with self._guard:
                socket = self._socket
                self._room = room = Event() if self._dispatcher.is_full else None
            if socket is None:
                self._lost_without_socket()
            elif room is not None:
                self._wait_for_room(room, remaining)
            else:
                self._read_some(socket, remaining)

    def _lost_without_socket(self) -> None:
        """Fail the subscriptions that were added after the connection was lost."""
        with self._guard:
            if self._socket is None:
                self._dispatcher.lose("unreachable", "the connection was lost")
                self._wake_all()

    def _wait_for_room(self, room: Event, remaining: float | None) -> None:
        """Pause reading until the full subscriptions were read."""
        try:
            room.wait(remaining)
        finally:
            self._last_received, self._pinged = self._clock(), None

    def _read_some(self, socket: WebSocket, remaining: float | None) -> None:
        try:
            timeout = self._timeout(socket)
            messages = socket.receive(timeout if remaining is None else min(remaining, timeout))
            self._last_received, self._pinged = self._clock(), None
            self._deliver(messages)
            with self._sending:
                self._send_whole(socket, socket.answer)
        except TimeoutError:
            return
        except ConnectionLost as exc:
            self._lose(socket, self._explain(exc))

    def _explain(self, lost: ConnectionLost) -> ConnectionLost:
        """Return the loss as one of the session if that is gone."""
        try:
            if self._raise_if_gone is not None:
                self._raise_if_gone()
        except AgentBayError as exc:
            return ConnectionLost(str(exc), exc.kind)
        return lost

    def _timeout(self, socket: WebSocket) -> float:
        """Return how long to wait for data; send a ping when it is due."""
        now = self._clock()
        if self._pinged is None:
            if now < self._last_received + PING_INTERVAL:
                return self._last_received + PING_INTERVAL - now
            with self._sending:
                self._send_whole(socket, socket.ping)
            self._pinged = now
        if now >= self._pinged + PONG_TIMEOUT:
            raise ConnectionLost(f"the service gave no sign of life within {PONG_TIMEOUT:g} s")
        return self._pinged + PONG_TIMEOUT - now

    def _deliver(self, messages: Iterable[str | bytes]) -> None:
        with self._guard:
            pushes = [pair for message in messages for pair in self._dispatcher.deliver(message)]
            for subscription, called in self._waiting:
                if subscription.has_news:
                    called.set()
        for callback, data in pushes:
            callback(data)

    def _send(self, frame: Frame, errors: Errors, subscription: Subscription | None, limit: float) -> None:
        socket = self._connected(errors, limit)
        message = frames.write(frame)
        try:
            if subscription is not None:
                self._add([subscription], socket)
            with self._sending:
                self._send_whole(socket, lambda: socket.send(message))
        except BaseException as exc:
            if subscription is not None:
                self.drop(subscription)
            if isinstance(exc, ConnectionLost):
                lost = self._explain(exc)
                raise errors.of(lost.kind, f"{frame.method}: {lost}") from exc
            raise

    def _add(self, subscriptions: Iterable[Subscription], socket: WebSocket) -> None:
        with self._guard:
            if self._socket is not socket:
                raise ConnectionLost("the connection was lost")
            for subscription in subscriptions:
                self._dispatcher.add(subscription)

    def _send_whole(self, socket: WebSocket, send: Thunk) -> None:
        """Send a whole frame, or drop the connection: half a frame would corrupt it."""
        try:
            send()
        except ConnectionLost as exc:
            self._lose(socket, exc)
            raise
        except BaseException:
            self._lose(socket, ConnectionLost("a message was cut off when its sender was cancelled"))
            raise

    def _connected(self, errors: Errors, limit: float) -> WebSocket:
        """Return the connection; open a new one if there is none."""
        if self._closed:
            raise errors.of(self._closed_kind, f"the session's WebSocket is closed: {self._closed}")
        with self._opening:
            if self._socket is not None:
                self._notice_end(self._socket)
            if self._socket is not None:
                return self._socket
            try:
                socket = WebSocket.open(self._address, self._tls, self._clock, limit, self._known)
            except ConnectionLost as exc:
                if self._raise_if_gone is not None:
                    self._raise_if_gone()
                message = f"the session's WebSocket cannot be opened: {exc}"
                raise errors.of(exc.kind, message, http_status_code=exc.status, outcome="not_sent") from exc
            with self._guard:
                self._socket, self._last_received, self._pinged = socket, self._clock(), None
            if self._closed:
                self.close(self._closed, self._closed_kind)
            return socket

    def _notice_end(self, socket: WebSocket) -> None:
        """Read what came without a reader: it may be the end of the connection."""
        event = Event()
        with self._guard:
            if self._reader is not None:
                return
            self._reader = event
        try:
            while self._socket is socket and not socket.is_quiet and not self._dispatcher.is_full:
                self._read_some(socket, POLL_TIMEOUT)
        finally:
            with self._guard:
                self._reader = None
                if self._waiting:
                    self._waiting[0][1].set()

    def _lose(self, socket: WebSocket, lost: ConnectionLost) -> None:
        """Drop a connection and fail its subscriptions."""
        with self._guard:
            if self._socket is socket:
                self._socket = None
                self._dispatcher.lose(lost.kind, str(lost))
                self._wake_all()
        socket.drop()

    def _wake(self, subscriptions: Iterable[Subscription]) -> None:
        wanted = tuple(subscriptions)
        for subscription, called in self._waiting:
            if subscription in wanted:
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

    def _remaining(self, until: float | None) -> float | None:
        return None if until is None else until - self._clock()
