# Generated from src/sessionbay/_async/http/connection.py by scripts/generate_sync.py. Do not edit.
"""An HTTP/1.1 connection."""

from collections.abc import Iterable

from ..._concurrency._sync import Stream, checkpoint
from ..._http.errors import InvalidRequestError, ReceiveTimeoutError, SendError, TransportError
from ..._http.response import MAX_RESPONSE_SIZE
from ..._http.response_parser import RawHeaders, ResponseParser
from ...core.http import Timeouts

WRITE_SIZE = 64 * 1024  # bytes of a request that are sent at once
PART_SIZE = 64 * 1024  # bytes of a response that are parsed at once: a chunk may have a single byte


class Connection:
    """An HTTP/1.1 connection, new or idle. A peer may respond and close before it has read the whole request."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._parser = ResponseParser()

    @property
    def status(self) -> int:
        """The status of the response."""
        return self._parser.status

    @property
    def headers(self) -> RawHeaders:
        """The headers of the response as received."""
        return self._parser.headers

    @property
    def is_reusable(self) -> bool:
        """Whether the response is complete, and the connection can serve another request."""
        return self._parser.is_reusable

    def exchange(self, method: str, request: bytes, timeouts: Timeouts, max_size: int = MAX_RESPONSE_SIZE) -> bytes:
        """Send a request and return the body of its response; one of more than ``max_size`` bytes is cut off."""
        parser = self._parser
        parser.expect(method)
        try:
            self._stream.send(request, timeouts.remaining("write"))
        except SendError as exc:
            self._read_head_after(exc, timeouts)
        while not parser.is_complete and parser.body_size <= max_size:
            self._receive(timeouts)
        return parser.take_body()

    def send(self, method: str, head: bytes, body: Iterable[bytes], timeouts: Timeouts, length: int | None) -> None:
        """Send a request in parts and receive the head of its response.

        Args:
            method: Its method.
            head: Its head.
            body: The parts of its body.
            timeouts: The timeouts of the exchange.
            length: The length of its body; None if it is chunked.
        """
        self._parser.expect(method)
        try:
            self._send_parts(head, body, timeouts, length)
        except SendError as exc:
            self._read_head_after(exc, timeouts)
        while not self._parser.has_head:
            self._receive(timeouts)

    def read_body(self, timeouts: Timeouts) -> bytes:
        """Return the next part of the response's body, empty at its end."""
        while not (part := self._parser.take_body()) and not self._parser.is_complete:
            self._receive(timeouts)
        return part

    def is_quiet(self) -> bool:
        """Return whether the peer has neither sent unexpected data nor closed."""
        return self._stream.is_quiet()

    def close(self) -> None:
        """Close the connection in any state."""
        self._parser.close()
        self._stream.close()

    def _send_parts(self, head: bytes, body: Iterable[bytes], timeouts: Timeouts, length: int | None) -> None:
        buffer, remaining = head, length
        for part in body:
            if remaining is not None:
                remaining -= len(part)
            elif part:
                part = b"%x\r\n%b\r\n" % (len(part), part)
            buffer += part
            if len(buffer) > WRITE_SIZE:
                self._stream.send(buffer, timeouts.remaining("write"))
                buffer = b""
        if remaining:
            raise InvalidRequestError(f"the body of the request ends {remaining} bytes from its content-length")
        if remaining is None:
            buffer += b"0\r\n\r\n"
        if buffer:
            self._stream.send(buffer, timeouts.remaining("write"))

    def _read_head_after(self, failure: SendError, timeouts: Timeouts) -> None:
        """Receive the head of a response that the peer sent before it closed; else raise ``failure``."""
        try:
            while not self._parser.has_head:
                self._receive(timeouts)
        except TransportError:
            raise failure from None

    def _receive(self, timeouts: Timeouts) -> None:
        data = self._stream.receive(timeouts.remaining("read"))
        self._parser.feed(data[:PART_SIZE])
        for start in range(PART_SIZE, len(data), PART_SIZE):
            checkpoint()
            self._parser.feed(data[start : start + PART_SIZE])
        if not self._parser.is_complete and timeouts.is_expired():
            raise ReceiveTimeoutError("the response was not complete at the deadline of the call")
