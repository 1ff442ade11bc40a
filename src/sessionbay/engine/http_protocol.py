"""HTTP/1.1 connections of which each turn of the event loop reads and parses a bounded part."""

import asyncio
import sys
from http import HTTPStatus
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from .connections import Peer, connections
from .strict_buffer import StrictBuffer

HEAD_TIMEOUT = 10.0  # seconds to receive a request's head
KEEP_ALIVE_TIMEOUT = 75  # whole seconds; longer than clients keep idle connections, so that they close first
UNREAD_BODY_TIMEOUT = 5  # whole seconds for a client that still sends its body after the response
MAX_HEAD = 64 * 1024  # bytes of a request head, and of a trailer section
MAX_LINES = 100  # of a request head, and of a trailer section
MAX_EVENTS = 128  # that are parsed in one turn: a chunk is an event, however small
MAX_UNREAD_EVENTS = 1024  # of a body that goes on after the response
HEAD_READ, BODY_READ, BACKLOG_READ = 8 * 1024, 256 * 1024, 256  # bytes that are read in one turn


class _BoundedConnection(h11.Connection):
    """Parses at most ``MAX_EVENTS`` per turn, and counts the bytes that a body of known length still lacks."""

    def __init__(self) -> None:
        super().__init__(h11.SERVER, MAX_HEAD)
        self._receive_buffer = StrictBuffer(MAX_HEAD, MAX_LINES)
        self.events_left = MAX_EVENTS
        self.has_backlog = False
        self.body_left = 0
        self.unread_events = 0

    def next_event(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        """Return the next event, or ``NEED_DATA`` when the events of this turn are used up."""
        if not self.events_left:
            self.has_backlog = True
            return h11.NEED_DATA
        self.events_left -= 1
        event = super().next_event()
        if isinstance(event, h11.Request):
            self.body_left = next((int(value) for name, value in event.headers if name == b"content-length"), 0)
            self.unread_events = 0
        elif isinstance(event, h11.Data):
            self.body_left = max(self.body_left - len(event.data), 0)
            self.unread_events += self.our_state is h11.DONE
            if self.unread_events > MAX_UNREAD_EVENTS:
                raise h11.RemoteProtocolError("the body goes on after the response")
        return event

    def read_size(self) -> int:
        """Return how many bytes to read next."""
        if self.has_backlog:
            return BACKLOG_READ
        if self.their_state is not h11.SEND_BODY:
            return HEAD_READ
        return min(self.body_left, BODY_READ) or BODY_READ


class HttpProtocol(H11Protocol, asyncio.BufferedProtocol):
    """A connection whose heads are bounded in time and size, and whose input never holds the event loop for long."""

    _deadline: asyncio.TimerHandle | None = None
    _unread_deadline: asyncio.TimerHandle | None = None
    _next_turn: asyncio.Handle | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.access_log = False
        self.conn = self._parser = _BoundedConnection()
        self._buffer = bytearray()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        connections().add((self.client, self.server), Peer(transport, self._is_idle))
        self._deadline = self.loop.call_later(HEAD_TIMEOUT, self._close)

    def get_buffer(self, sizehint: int) -> bytearray:
        """Return a buffer of the size that may be read in this turn."""
        self._buffer = bytearray(self._parser.read_size())
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Process what was read into the buffer."""
        data, self._buffer = bytes(memoryview(self._buffer)[:nbytes]), bytearray()
        self.data_received(data)

    def data_received(self, data: bytes) -> None:
        if not self._parser.has_backlog:
            self._parser.events_left = MAX_EVENTS
        super().data_received(data)
        self._set_deadlines()

    def handle_events(self) -> None:
        super().handle_events()
        if self._parser.has_backlog and not self._next_turn:
            self._next_turn = self.loop.call_soon(self._take_turn)

    def _take_turn(self) -> None:
        """Go on with what was received in earlier turns."""
        self._next_turn = None
        self._parser.events_left, self._parser.has_backlog = MAX_EVENTS, False
        if not self.transport.is_closing():
            self.handle_events()
            self._set_deadlines()

    def _set_deadlines(self) -> None:
        waiting = self.conn.their_state is h11.IDLE and not self.transport.is_closing()
        if self._deadline and not waiting:
            self._deadline.cancel()
            self._deadline = None
        elif waiting and not self._deadline:
            self._deadline = self.loop.call_later(HEAD_TIMEOUT, self._close)
        if self._unread_deadline and self.conn.their_state is not h11.SEND_BODY:
            self._unread_deadline.cancel()
            self._unread_deadline = None

    def on_response_complete(self) -> None:
        self.timeout_keep_alive = KEEP_ALIVE_TIMEOUT
        if self.conn.their_state is h11.SEND_BODY:
            self._unread_deadline = self.loop.call_later(UNREAD_BODY_TIMEOUT, self.transport.close)
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        for timer in (self._deadline, self._unread_deadline, self._next_turn):
            if timer:
                timer.cancel()
        connections().discard((self.client, self.server))
        super().connection_lost(exc)

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Pass the connection to the WebSocket protocol, which sends no response to a head that it cannot parse."""
        super().handle_websocket_upgrade(event)
        protocol = self.transport.get_protocol()
        if isinstance(protocol, WebSocketsSansIOProtocol) and not protocol.handshake_initiated:
            reason = b"Invalid WebSocket handshake: it has a body, or a line of more than 8192 bytes."
            head = b"HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\nconnection: close\r\n"
            self.transport.write(head + b"content-length: %d\r\n\r\n%s" % (len(reason), reason))
            self.transport.close()

    def _is_idle(self) -> bool:
        return self.conn.their_state is h11.IDLE

    def send_400_response(self, msg: str) -> None:
        """Reject a request; uvicorn calls this while it handles the exception."""
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):  # the response has begun
            self.transport.close()
            return
        error = sys.exception()
        status = error.error_status_hint if isinstance(error, h11.RemoteProtocolError) else 400
        headers = [("content-type", "text/plain; charset=utf-8"), ("connection", "close")]
        response = h11.Response(status_code=status, headers=headers, reason=HTTPStatus(status).phrase.encode())
        for event in (response, h11.Data(data=msg.encode("ascii")), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _close(self) -> None:
        self._deadline = None
        if self.conn.their_state is h11.IDLE:
            self.transport.close()
