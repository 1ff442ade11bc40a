"""One request to a session's server and its response, on a connection of their own."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import h11

from ..strict_buffer import StrictBuffer

MAX_HEAD = 2**20  # bytes of a response head, and of a trailer section
MAX_LINES = 1000  # of a response head, and of a trailer section
MAX_INFORMATIONAL = 100  # responses before the final one
MAX_EVENTS = 128  # that are parsed in one turn of the event loop
READ_SIZE = 64 * 1024


class UpstreamRequest:
    """A request and its response: the connection is not used again, so neither side can leave anything for the next."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        with contextlib.suppress(OSError):  # the agent may have passed a socket of another kind
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._sock = sock
        self._loop = asyncio.get_running_loop()
        self._parser = _Parser()

    async def send(self, event: h11.Request | h11.Data | h11.EndOfMessage) -> None:
        """Send a part of the request."""
        await self._loop.sock_sendall(self._sock, self._parser.send(event))

    async def response(self) -> h11.Response:
        """Return the head of the final response."""
        for _ in range(MAX_INFORMATIONAL):
            event = await self._next_event()
            if isinstance(event, h11.Response):
                return event
            if not isinstance(event, h11.InformationalResponse):
                raise h11.RemoteProtocolError("it closed the connection without a response")
        raise h11.RemoteProtocolError(f"more than {MAX_INFORMATIONAL} informational responses")

    async def body(self) -> AsyncIterator[bytes]:
        """Yield the body of the response."""
        count = 0
        while isinstance(event := await self._next_event(), h11.Data):
            yield bytes(event.data)
            count += 1
            if count % MAX_EVENTS == 0:
                await asyncio.sleep(0)  # one read may contain thousands of chunks

    async def _next_event(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        while (event := self._parser.next_event()) is h11.NEED_DATA:
            self._parser.receive_data(await self._loop.sock_recv(self._sock, READ_SIZE))
        return event


class _Parser(h11.Connection):
    """A parser whose input has one meaning only."""

    def __init__(self) -> None:
        super().__init__(h11.CLIENT, MAX_HEAD)
        self._receive_buffer = StrictBuffer(MAX_HEAD, MAX_LINES)
