# Generated from src/sessionbay/_async/ws/socket.py by scripts/generate_sync.py. Do not edit.
"""A WebSocket connection: the protocol of ``core.websocket`` over a stream."""

from collections.abc import Callable

from ..._concurrency._sync import Stream, checkpoint, connect
from ..._http.errors import ReceiveTimeoutError, TransportError
from ..._http.timeouts import CLOSE_TIMEOUT, CONNECT_TIMEOUT
from ..._http.tls import TlsSettings
from ...core.challenge import KnownEngine
from ...core.websocket import ConnectionLost, WebSocketAddress, WebSocketProtocol
from ...environment import USER_AGENT
from ..http.engine_auth import authenticate

SEND_TIMEOUT = 30.0  # seconds to send a message
PART_SIZE = 2048  # bytes that are parsed at once: a frame may have only 2


class WebSocket:
    """An open WebSocket. One task may send while another one receives."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._protocol = WebSocketProtocol()
        self._unread = memoryview(b"")

    @classmethod
    def open(
        cls,
        address: WebSocketAddress,
        tls: TlsSettings,
        clock: Callable[[], float],
        limit: float,
        known: KnownEngine | None = None,
    ) -> "WebSocket":
        """Connect within ``limit`` seconds; a ``known`` engine has to prove its identity."""
        deadline = clock() + limit
        connect_timeout = min(limit, CONNECT_TIMEOUT)
        try:
            context = tls.context() if address.secure else None
            stream = connect(address.host, address.port, context, connect_timeout)
            if known and known.is_at(address.host, address.port):
                authenticate(stream, known, connect_timeout, clock)
        except TransportError as exc:
            raise ConnectionLost(str(exc)) from exc
        socket = cls(stream.full_duplex())
        try:
            socket._handshake(address, clock, deadline)
        except BaseException:
            socket.drop()
            raise
        return socket

    @property
    def offers(self) -> frozenset[str]:
        """The server's extensions of the clouds' protocol."""
        return self._protocol.offers

    @property
    def is_quiet(self) -> bool:
        """Whether there is neither unread data nor the end of the stream."""
        return not self._unread and self._stream.is_quiet()

    def send(self, message: str) -> None:
        """Send a message."""
        self._write(self._protocol.text(message))

    def ping(self) -> None:
        """Send a ping."""
        self._write(self._protocol.ping())

    def answer(self) -> None:
        """Send the pongs and the close frame that are due."""
        if pending_replies := self._protocol.pending_replies():
            self._write(pending_replies)

    def receive(self, limit: float) -> list[str | bytes]:
        """Return received messages, perhaps none; raise TimeoutError after ``limit`` seconds without data."""
        protocol = self._protocol
        if not protocol.messages:
            if protocol.over:
                raise protocol.over
            self._process_part(limit)
            while self._unread:
                self._process_part(limit)
        received = list(protocol.messages)
        protocol.messages.clear()
        return received

    def close(self) -> None:
        """Send a close frame, and close."""
        try:
            if close_frame := self._protocol.close_frame():
                self._stream.send(close_frame, CLOSE_TIMEOUT)
        except (TransportError, ConnectionLost):
            pass  # the peer is gone
        finally:
            self.drop()

    def drop(self) -> None:
        """Close without a close frame."""
        self._stream.close()

    def _handshake(self, address: WebSocketAddress, clock: Callable[[], float], deadline: float) -> None:
        protocol = self._protocol
        self._write(protocol.handshake_request(address, USER_AGENT))
        while not protocol.is_open:
            try:
                self._process_part(max(deadline - clock(), 0.001))
            except TimeoutError as exc:
                raise ConnectionLost("the service did not answer the handshake in time", "timeout") from exc
            if protocol.over and not protocol.is_open:
                raise protocol.over

    def _write(self, data: bytes) -> None:
        try:
            self._stream.send(data, SEND_TIMEOUT)
        except TransportError as exc:
            raise self._protocol.over or ConnectionLost(str(exc)) from exc

    def _process_part(self, limit: float) -> None:
        """Process a part of what was received, so that a flood of frames does not hold the event loop."""
        if self._unread:
            checkpoint()
        else:
            self._unread = memoryview(self._read(limit))
        part, self._unread = bytes(self._unread[:PART_SIZE]), self._unread[PART_SIZE:]
        self._protocol.take(part)

    def _read(self, limit: float) -> bytes:
        try:
            return self._stream.receive(limit)
        except ReceiveTimeoutError as exc:
            raise TimeoutError from exc
        except TransportError as exc:
            raise ConnectionLost(str(exc)) from exc
