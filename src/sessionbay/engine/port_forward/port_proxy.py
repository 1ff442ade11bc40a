"""The reverse proxy to one port of a session: connection pool, and request and response headers."""

import asyncio
import os
import re
import socket
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import httpcore
from starlette.datastructures import Headers

from ..agent.connection import AgentConnection, AgentFailure

COOKIE = "sessionbay_link_"
HOP_BY_HOP = {
    b"connection",
    b"keep-alive",
    b"proxy-authenticate",
    b"proxy-authorization",
    b"proxy-connection",
    b"te",
    b"trailer",
    b"transfer-encoding",
    b"upgrade",
}
LOCATIONS = (b"location", b"content-location")
MAX_CONNECTIONS = 512
MAX_HEAD = 2**20  # bytes of a response head
IDLE_TIMEOUT = 30.0  # seconds
Pairs = list[tuple[bytes, bytes]]


class PortProxy:
    """One port of a session; ``open_websockets`` counts the WebSockets to it."""

    def __init__(self, agent: Callable[[int], AgentConnection], port: int, token: str, cookie: str) -> None:
        self.port = port
        self.token = token
        self.cookie = cookie
        self.open_websockets = 0
        self._agent = agent
        self.pool = _Pool(self)
        port_part = b"(?::80)?" if port == 80 else b":%d" % port
        self._inner = re.compile(
            rb"(?:https?:)?//(?:localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0)%s(?![\w.:-])" % port_part, re.I
        )
        self._own = re.compile(rb"https?://[^/]*(?:/request_ai/%s/path)?" % re.escape(token.encode()))

    @property
    def origin(self) -> str:
        """The origin of the port inside the session."""
        return f"http://localhost:{self.port}"

    async def connect(self) -> socket.socket:
        """Return a socket that the session's agent has connected."""
        _, fd = await self._agent(self.port).request_fd(
            "connect", port=self.port
        )  # the agent cannot choose the descriptor
        try:
            return socket.socket(fileno=fd)
        except OSError as exc:
            os.close(fd)
            raise AgentFailure(f"the agent did not pass a socket: {exc}") from exc

    async def aclose(self) -> None:
        """Close the connections into the session."""
        await self.pool.aclose()

    def request_headers(self, headers: Headers) -> Pairs:
        """Return the headers of the forwarded request: the session's own address, and no token."""
        return [*self._kept(headers), (b"host", f"localhost:{self.port}".encode())]

    def _kept(self, headers: Headers) -> Iterator[tuple[bytes, bytes]]:
        for name, value in end_to_end(headers.raw):
            if name == b"cookie":
                if others := _without_links(value):
                    yield name, others
            elif name in (b"origin", b"referer"):
                yield name, self._own.sub(self.origin.encode(), value, count=1)
            elif name != b"host" and self.token.encode() not in value:
                yield name, value

    def response_headers(self, headers: Iterable[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, bytes]]:
        """Yield the headers of the forwarded response, with redirects rewritten to the link."""
        for name, value in end_to_end(headers):
            yield name.lower(), self._rewritten(value) if name.lower() in LOCATIONS else value

    def _rewritten(self, location: bytes) -> bytes:
        """Return a URL of the session's server as a path on the link, and any other URL as it is."""
        target = self._inner.sub(b"", location, count=1)
        if target == location or target[:1] not in (b"", b"/", b"?", b"#"):
            return location
        if target[:2] in (b"//", b"/\\"):  # as a path of its own it would name a host
            return b"/." + target
        return target if target[:1] == b"/" else b"/" + target


def is_valid_status(status: int) -> bool:
    """Return whether a response with this status can be forwarded."""
    return 200 <= status < 600


def _without_links(cookies: bytes) -> bytes:
    """Return a cookie header without the cookies of links, the others as they are."""
    parts = [part.strip() for part in cookies.split(b";")]
    return b"; ".join(part for part in parts if part and not part.startswith(COOKIE.encode()))


def end_to_end(headers: Iterable[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, bytes]]:
    """Yield the headers that are not about one connection only."""
    pairs = list(headers)
    listed = {
        word.strip().lower() for name, value in pairs if name.lower() == b"connection" for word in value.split(b",")
    }
    return ((name, value) for name, value in pairs if name.lower() not in HOP_BY_HOP | listed)


class _Connection(httpcore.AsyncHTTP11Connection):
    MAX_INCOMPLETE_EVENT_SIZE = MAX_HEAD


class _Pool(httpcore.AsyncConnectionPool):
    """A pool of connections to one port, whose sockets the session's agent connects."""

    def __init__(self, proxy: PortProxy) -> None:
        super().__init__(max_connections=MAX_CONNECTIONS, keepalive_expiry=IDLE_TIMEOUT)
        self._port_proxy = proxy

    def create_connection(self, origin: httpcore.Origin) -> httpcore.AsyncConnectionInterface:
        """Return a connection that is opened by its first request."""
        return _Connection(origin, _Stream(self._port_proxy), IDLE_TIMEOUT)


class _Stream(httpcore.AsyncNetworkStream):
    """Asyncio's streams behind httpcore's interface. The first write connects."""

    def __init__(self, proxy: PortProxy) -> None:
        self._proxy = proxy
        self._reader = asyncio.StreamReader()
        self._writer: asyncio.StreamWriter | None = None

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return received data, empty at the end."""
        try:
            return await self._reader.read(max_bytes)
        except OSError as exc:
            raise httpcore.ReadError(str(exc)) from exc

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of ``buffer``."""
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(sock=await self._proxy.connect())
        try:
            self._writer.write(buffer)
            await self._writer.drain()
        except OSError as exc:
            raise httpcore.WriteError(str(exc)) from exc

    async def aclose(self) -> None:
        """Close the connection."""
        if self._writer:
            self._writer.close()

    def get_extra_info(self, info: str) -> Any:
        """Return whether the peer has closed the connection, the only information that httpcore requests."""
        return self._reader.at_eof() if info == "is_readable" else None
