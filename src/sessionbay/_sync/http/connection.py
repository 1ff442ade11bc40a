# Generated from src/sessionbay/_async/http/connection.py by scripts/generate_sync.py. Do not edit.
"""An HTTP/1.1 connection, with h11 as the protocol."""

from typing import cast

import h11
import httpx

from ..._concurrency._sync import HttpBody, Stream
from ..._http.errors import NotHttpError
from ...core.http import Timeouts

_MOST_HEAD = 256 * 1024  # bytes of an answer's head
_WRITTEN_AT_ONCE = 64 * 1024
_CUT_OFF = "the peer closed the connection before its answer was complete"


class Connection:
    """A connection of HTTP/1.1, new or waiting for its next request."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._protocol = h11.Connection(h11.CLIENT, max_incomplete_event_size=_MOST_HEAD)

    def ask(self, request: httpx.Request, patience: Timeouts) -> h11.Response:
        """Send ``request`` and return the head of its answer.

        A peer that closes while the request is on its way may have answered first: that answer counts.
        """
        try:
            self._send(request, patience)
        except httpx.WriteError as exc:
            try:
                return self._head(patience)
            except httpx.TransportError:
                raise exc from None
        return self._head(patience)

    def body(self, patience: Timeouts) -> bytes | None:
        """Return the next piece of the answer's body, None at its end."""
        event = self._next_event(patience)
        return bytes(event.data) if isinstance(event, h11.Data) else None

    def reuse(self) -> bool:
        """Make ready for the next request; return whether there can be one."""
        try:
            self._protocol.start_next_cycle()
        except h11.LocalProtocolError:
            return False
        return self._protocol.trailing_data == (b"", False)

    def is_quiet(self) -> bool:
        """Return whether the peer has neither sent anything unasked nor closed."""
        return self._stream.is_quiet()

    def close(self) -> None:
        """Close the connection, whatever it was doing."""
        self._stream.close()

    def _send(self, request: httpx.Request, patience: Timeouts) -> None:
        try:
            waiting = self._protocol.send(
                h11.Request(method=request.method, target=request.url.raw_path, headers=request.headers.raw)
            )
            for piece in cast(HttpBody, request.stream):
                waiting = (waiting or b"") + (self._protocol.send(h11.Data(data=piece)) or b"")
                if len(waiting) > _WRITTEN_AT_ONCE:
                    self._stream.send(waiting, patience.left("write"))
                    waiting = b""
            waiting = (waiting or b"") + (self._protocol.send(h11.EndOfMessage()) or b"")
        except h11.LocalProtocolError as exc:
            raise httpx.LocalProtocolError(str(exc)) from exc
        if waiting:
            self._stream.send(waiting, patience.left("write"))

    def _head(self, patience: Timeouts) -> h11.Response:
        while True:
            event = self._next_event(patience)
            if isinstance(event, h11.Response):
                return event
            if not isinstance(event, h11.InformationalResponse) or event.status_code == 101:
                raise NotHttpError("the peer left the protocol of HTTP")

    def _next_event(self, patience: Timeouts) -> object:
        try:
            while (event := self._protocol.next_event()) is h11.NEED_DATA:
                if patience.is_over():
                    raise httpx.ReadTimeout("the answer was not complete when the time of the call was up")
                self._protocol.receive_data(self._stream.receive(patience.left("read")))
        except h11.RemoteProtocolError as exc:
            if self._protocol.trailing_data[1]:
                raise httpx.RemoteProtocolError(_CUT_OFF) from exc
            raise NotHttpError(str(exc)) from exc
        return event
