# Generated from src/sessionbay/_async/http/connection.py by scripts/generate_sync.py. Do not edit.
"""An HTTP/1.1 connection, with h11 as the protocol."""

from typing import cast

import h11
import httpx

from ..._concurrency._sync import HttpBody, Stream, checkpoint
from ..._http.chunk_headers import ChunkHeaderFilter
from ..._http.errors import NotHttpError
from ..._http.response_parser import MAX_INFORMATIONAL, ResponseParser
from ...core.http import Timeouts

MAX_EVENTS = 128  # that are parsed in one turn of the event loop: a chunk is an event, however small
WRITE_SIZE = 64 * 1024  # bytes of a request that are sent at once


class Connection:
    """An HTTP/1.1 connection, new or idle."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._protocol = ResponseParser()
        self._chunk_headers = ChunkHeaderFilter()
        self._events = 0

    def send(self, request: httpx.Request, timeouts: Timeouts) -> h11.Response:
        """Send ``request`` and return the head of the response.

        A peer may respond and close before it has read the whole request; that response is returned.
        """
        try:
            self._write(request, timeouts)
        except httpx.WriteError as exc:
            try:
                return self._read_head(timeouts)
            except httpx.TransportError:
                raise exc from None
        return self._read_head(timeouts)

    def read_body(self, timeouts: Timeouts) -> bytes | None:
        """Return the next chunk of the response body, None at its end."""
        event = self._next_event(timeouts)
        return bytes(event.data) if isinstance(event, h11.Data) else None

    def start_next_cycle(self) -> bool:
        """Prepare for the next request; return whether the connection can be reused."""
        try:
            self._protocol.start_next_cycle()
        except h11.LocalProtocolError:
            return False
        self._chunk_headers = ChunkHeaderFilter()
        return self._protocol.trailing_data == (b"", False)

    def is_quiet(self) -> bool:
        """Return whether the peer has neither sent unexpected data nor closed."""
        return self._stream.is_quiet()

    def close(self) -> None:
        """Close the connection in any state."""
        self._stream.close()

    def _write(self, request: httpx.Request, timeouts: Timeouts) -> None:
        try:
            buffer = self._protocol.send(
                h11.Request(method=request.method, target=request.url.raw_path, headers=request.headers.raw)
            )
            for chunk in cast(HttpBody, request.stream):
                buffer = (buffer or b"") + (self._protocol.send(h11.Data(data=chunk)) or b"")
                if len(buffer) > WRITE_SIZE:
                    self._stream.send(buffer, timeouts.remaining("write"))
                    buffer = b""
            buffer = (buffer or b"") + (self._protocol.send(h11.EndOfMessage()) or b"")
        except h11.LocalProtocolError as exc:
            raise httpx.LocalProtocolError(str(exc)) from exc
        if buffer:
            self._stream.send(buffer, timeouts.remaining("write"))

    def _read_head(self, timeouts: Timeouts) -> h11.Response:
        for _ in range(MAX_INFORMATIONAL):
            event = self._next_event(timeouts)
            if isinstance(event, h11.Response):
                return event
            if not isinstance(event, h11.InformationalResponse) or event.status_code == 101:
                raise NotHttpError("the peer switched to another protocol")
        raise NotHttpError(f"the peer sent more than {MAX_INFORMATIONAL} informational responses")

    def _next_event(self, timeouts: Timeouts) -> object:
        self._events += 1
        if self._events % MAX_EVENTS == 0:
            _raise_if_expired(timeouts)
            checkpoint()
        try:
            while (event := self._protocol.next_event()) is h11.NEED_DATA:
                _raise_if_expired(timeouts)
                for part in self._chunk_headers.feed(self._stream.receive(timeouts.remaining("read"))):
                    self._protocol.receive_data(part)
        except h11.RemoteProtocolError as exc:
            if self._protocol.trailing_data[1]:
                raise httpx.RemoteProtocolError("the peer closed the connection before its response ended") from exc
            raise NotHttpError(str(exc)) from exc
        return event


def _raise_if_expired(timeouts: Timeouts) -> None:
    if timeouts.is_expired():
        raise httpx.ReadTimeout("the response was not complete at the deadline of the call")
