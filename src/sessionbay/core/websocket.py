"""A WebSocket client without I/O, bytes in and messages out, over wsproto."""

from collections import deque
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Event,
    Ping,
    RejectConnection,
    Request,
    TextMessage,
)
from wsproto.utilities import ProtocolError

from .errors import Kind
from .secrets import Secret

MAX_MESSAGE = 64 * 2**20  # bytes of one message
OFFERS = b"x-sessionbay-offers"  # extensions of the clouds' protocol; only the local engine sends it


class ConnectionLost(Exception):
    """The connection was lost or could not be opened; the text says why."""

    def __init__(self, reason: str, kind: Kind = "unreachable", status: int = 0) -> None:
        super().__init__(reason)
        self.kind: Kind = kind
        self.status = status


@dataclass(frozen=True)
class WebSocketAddress:
    """The address and the token of a WebSocket."""

    host: str
    port: int
    target: str
    secure: bool
    token: Secret

    @classmethod
    def of(cls, url: str, token: Secret) -> Self:
        """Parse an address; raise ValueError if it is invalid."""
        parts = urlsplit(url)
        secure = parts.scheme == "wss"
        if parts.scheme not in ("ws", "wss") or not parts.hostname:
            raise ValueError("its address does not begin with ws:// or wss://")
        if not token.is_header_safe():
            raise ValueError("its token has characters that are not allowed in a header")
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return cls(parts.hostname, parts.port or (443 if secure else 80), target, secure, token)

    @property
    def page(self) -> str:
        """The origin of the address as an HTTP URL."""
        return f"{'https' if self.secure else 'http'}://{self.authority}/"

    @property
    def authority(self) -> str:
        """The host and port of the ``Host`` header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"


class WebSocketProtocol:
    """The protocol state of one connection.

    Attributes:
        messages: Complete messages to take.
        is_open: Whether the handshake is done.
        over: The reason for the end, None while the connection lives.
        offers: The server's extensions of the clouds' protocol.
    """

    def __init__(self) -> None:
        self._protocol = WSConnection(ConnectionType.CLIENT)
        self._parts: list[str] | list[bytes] = []
        self._size = 0
        self._pings: list[Event] = []
        self.messages: deque[str | bytes] = deque()
        self.is_open = False
        self.over: ConnectionLost | None = None
        self.offers: frozenset[str] = frozenset()

    def handshake_request(self, address: WebSocketAddress, user_agent: str) -> bytes:
        """Return the bytes of the opening handshake."""
        headers = [
            (b"X-Access-Token", address.token.reveal().encode()),
            (b"User-Agent", user_agent.encode()),
        ]
        request = Request(host=address.authority, target=address.target, extra_headers=headers)
        return self._protocol.send(request)

    def text(self, message: str) -> bytes:
        """Return the bytes of a text message."""
        return self._encode(TextMessage(data=message))

    def ping(self) -> bytes:
        """Return the bytes of a ping."""
        return self._encode(Ping())

    def close_frame(self) -> bytes:
        """Return the bytes of a close frame; empty if the connection is over."""
        return b"" if self.over or not self.is_open else self._encode(CloseConnection(code=1000))

    def pending_replies(self) -> bytes:
        """Return the bytes of the replies that are due."""
        pings, self._pings = self._pings, []
        return b"".join(self._encode(ping) for ping in pings)

    def take(self, data: bytes) -> None:
        """Process received bytes; empty means the end of the stream."""
        if self.over:
            return
        try:
            if not data:
                raise ConnectionLost(
                    "the service closed the connection" + ("" if self.is_open else " during the handshake")
                )
            self._protocol.receive_data(data)
            for event in self._protocol.events():
                self._handle(event)
        except ProtocolError as exc:
            self.over = ConnectionLost(f"the service violated the WebSocket protocol: {exc}")
        except ConnectionLost as exc:
            self.over = exc
        if self.over:
            self._parts, self._size = [], 0

    def _encode(self, event: Event) -> bytes:
        try:
            return self._protocol.send(event)
        except ProtocolError as exc:
            raise self.over or ConnectionLost(f"the connection is closing: {exc}") from exc

    def _handle(self, event: Event) -> None:
        if isinstance(event, (TextMessage, BytesMessage)):
            self._add(event)
        elif isinstance(event, Ping):
            self._pings.append(event.response())
        elif isinstance(event, AcceptConnection):
            self.is_open = True
            offers = next((value for name, value in event.extra_headers if name.lower() == OFFERS), b"")
            self.offers = frozenset(offers.decode("ascii", "replace").split())
        elif isinstance(event, RejectConnection):
            status = event.status_code
            raise ConnectionLost(f"the service refused the WebSocket with HTTP status {status}", "refused", status)
        elif isinstance(event, CloseConnection):
            self._pings.append(event.response())
            reason = f"{event.code} {event.reason or ''}".strip()
            raise ConnectionLost(f"the service closed the connection ({reason})")

    def _add(self, event: TextMessage | BytesMessage) -> None:
        self._size += len(event.data)
        if self._size > MAX_MESSAGE:
            raise ConnectionLost(f"the service sent a message of more than {MAX_MESSAGE} bytes", "invalid_response")
        self._parts.append(event.data)  # type: ignore[arg-type]  # a message has parts of one kind only
        if event.message_finished:
            whole = self._parts[0] if len(self._parts) == 1 else event.data[:0].join(self._parts)  # type: ignore[arg-type]
            self.messages.append(whole if isinstance(whole, str) else bytes(whole))
            self._parts, self._size = [], 0
