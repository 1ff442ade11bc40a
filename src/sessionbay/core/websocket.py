"""A WebSocket client without I/O, bytes in and messages out, over wsproto."""

import re
from collections import deque
from dataclasses import dataclass
from io import BytesIO, StringIO
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
_INVALID = re.compile(rb"[\0\v\f]|\r(?!\n|\Z)")
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
        self._message: StringIO | BytesIO | None = None  # fragments take no more than their data
        self._replies: list[Event] = []
        self._head = b""  # of the response to the handshake; wsproto bounds it
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
        replies, self._replies = self._replies, []
        return b"".join(self._encode(reply) for reply in replies)

    def take(self, data: bytes) -> None:
        """Process received bytes; empty means the end of the stream."""
        if self.over:
            return
        try:
            if not data:
                raise ConnectionLost(
                    "the service closed the connection" + ("" if self.is_open else " during the handshake")
                )
            self._check_head(data)
            self._protocol.receive_data(data)
            for event in self._protocol.events():
                self._handle(event)
        except ProtocolError as exc:
            self.over = ConnectionLost(f"the service violated the WebSocket protocol: {exc}")
        except ConnectionLost as exc:
            self.over = exc
        if self.over:
            self._message = None

    def _check_head(self, data: bytes) -> None:
        """Raise if the response to the handshake has characters that h11 rejects in quadratic time only."""
        if not self.is_open:
            self._head += data
            if _INVALID.search(self._head.partition(b"\r\n\r\n")[0]):
                raise ConnectionLost("the service sent an invalid response to the handshake")

    def _encode(self, event: Event) -> bytes:
        try:
            return self._protocol.send(event)
        except ProtocolError as exc:
            raise self.over or ConnectionLost(f"the connection is closing: {exc}") from exc

    def _handle(self, event: Event) -> None:
        if isinstance(event, (TextMessage, BytesMessage)):
            self._add(event)
        elif isinstance(event, Ping):
            self._replies = [event.response()]  # one pong answers all pings
        elif isinstance(event, AcceptConnection):
            self.is_open = True
            offers = next((value for name, value in event.extra_headers if name.lower() == OFFERS), b"")
            self.offers = frozenset(offers.decode("ascii", "replace").split())
        elif isinstance(event, RejectConnection):
            status = event.status_code
            raise ConnectionLost(f"the service refused the WebSocket with HTTP status {status}", "refused", status)
        elif isinstance(event, CloseConnection):
            self._replies.append(event.response())
            reason = f"{event.code} {event.reason or ''}".strip()
            raise ConnectionLost(f"the service closed the connection ({reason})")

    def _add(self, event: TextMessage | BytesMessage) -> None:
        if self._message is None:
            self._message = StringIO() if isinstance(event.data, str) else BytesIO()
        self._message.write(event.data)  # type: ignore[arg-type]  # a message has parts of one kind only
        if self._message.tell() > MAX_MESSAGE:
            raise ConnectionLost(f"the service sent a message of more than {MAX_MESSAGE} bytes", "invalid_response")
        if event.message_finished:
            self.messages.append(self._message.getvalue())
            self._message = None
