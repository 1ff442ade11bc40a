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
MAX_CONNECTIONS = 512
Pairs = list[tuple[bytes, bytes]]


class PortProxy:
    """One port of a session; ``open_websockets`` counts the WebSockets to it."""

    def __init__(self, agent: Callable[[int], AgentConnection], port: int, token: str, cookie: str) -> None:
        self.port = port
        self.token = token
        self.cookie = cookie
        self.open_websockets = 0
        self._agent = agent
        self.pool = httpcore.AsyncConnectionPool(
            network_backend=_AgentBackend(self), max_connections=MAX_CONNECTIONS, keepalive_expiry=30.0
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
        own = re.compile(rb"https?://(localhost|127\.0\.0\.1):%d(?=/|$)" % self.port)
        for name, value in end_to_end(headers):
            yield name.lower(), (own.sub(b"", value) or b"/") if name.lower() == b"location" else value


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


class _AgentBackend(httpcore.AsyncNetworkBackend):
    """An httpcore backend whose sockets the session's agent connects."""

    def __init__(self, proxy: PortProxy) -> None:
        self._proxy = proxy

    async def connect_tcp(self, host: str, port: int, *args: Any, **kwargs: Any) -> httpcore.AsyncNetworkStream:
        """Return a stream to the port inside the session."""
        return _Stream(*await asyncio.open_connection(sock=await self._proxy.connect()))


class _Stream(httpcore.AsyncNetworkStream):
    """Asyncio's streams behind httpcore's interface."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return received data, empty at the end."""
        try:
            return await self._reader.read(max_bytes)
        except OSError as exc:
            raise httpcore.ReadError(str(exc)) from exc

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of ``buffer``."""
        try:
            self._writer.write(buffer)
            await self._writer.drain()
        except OSError as exc:
            raise httpcore.WriteError(str(exc)) from exc

    async def aclose(self) -> None:
        """Close the connection."""
        self._writer.close()

    def get_extra_info(self, info: str) -> Any:
        """Return whether the peer has closed the connection, the only information that httpcore requests."""
        return self._reader.at_eof() if info == "is_readable" else None
