"""Links: a port of the loopback that leads to a port inside a session, for those who hold its token."""

import asyncio
import secrets
import socket
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any

import httpcore
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from .agent.line import AgentFailure, AgentGone, AgentLine
from .guard import Guard
from .listener import Listener
from .refusals import Refusal

COOKIE = "sessionbay_link_"
HOP_BY_HOP = {
    b"connection",
    b"keep-alive",
    b"proxy-authenticate",
    b"proxy-authorization",
    b"te",
    b"trailer",
    b"transfer-encoding",
    b"upgrade",
}


@dataclass(frozen=True)
class Link:
    """One port's way in."""

    listener: Listener
    proxy: "Proxy"
    token: str

    @property
    def url(self) -> str:
        """The address to give out."""
        return f"{self.listener.url}/request_ai/{self.token}/path/"

    async def close(self) -> None:
        """Stop listening, and give up the connections into the session."""
        await self.listener.stop()
        await self.proxy.aclose()


class Links:
    """The links of one session, one for each of its ports that was asked for."""

    def __init__(self, agent: Callable[[], AgentLine]) -> None:
        self._agent = agent
        self._open: dict[int, Link] = {}
        self._opening = asyncio.Lock()

    async def open(self, port: int) -> str:
        """Return the address that leads to ``port``; the same one each time."""
        async with self._opening:
            if port not in self._open:
                listener, token = Listener(), secrets.token_urlsafe(32)
                proxy = Proxy(self._agent, port, token, f"{COOKIE}{listener.port}")
                await listener.start(Guard(proxy, listener.port))
                self._open[port] = Link(listener, proxy, token)
            return self._open[port].url

    async def close(self) -> None:
        """Close them all."""
        links, self._open = list(self._open.values()), {}
        await asyncio.gather(*(link.close() for link in links))


class Proxy:
    """Forwards requests into the session.

    The token stands in the path, as in the clouds' links; the first hit also sets a cookie, so that pages may name
    their parts by absolute paths. Neither reaches the session.
    """

    def __init__(self, agent: Callable[[], AgentLine], port: int, token: str, cookie: str) -> None:
        self._port = port
        self._token = token
        self._cookie = cookie
        self._pool = httpcore.AsyncConnectionPool(network_backend=_IntoSession(agent))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        request = Request(scope, receive)
        prefix = f"/request_ai/{self._token}/path"
        path = scope["raw_path"].decode("ascii", "replace")
        if f"{path}/".startswith(f"{prefix}/"):
            response = await self._forward(request, path.removeprefix(prefix) or "/")
            response.set_cookie(self._cookie, self._token, httponly=True, samesite="strict")
        elif compare_digest(request.cookies.get(self._cookie, "").encode(), self._token.encode()):
            response = await self._forward(request, path)
        else:
            response = PlainTextResponse("this link needs its token", 401)
        await response(scope, receive, send)

    async def aclose(self) -> None:
        """Close the connections into the session."""
        await self._pool.aclose()

    async def _forward(self, request: Request, path: str) -> Response:
        target = _inside(self._port, path, request.scope["query_string"])
        has_body = "content-length" in request.headers or "transfer-encoding" in request.headers
        content = request.stream() if has_body else None
        try:
            answer = await self._pool.handle_async_request(
                httpcore.Request(request.method, target, headers=self._inward(request), content=content)
            )
        except (Refusal, AgentFailure, AgentGone, httpcore.NetworkError, httpcore.ProtocolError) as exc:
            return PlainTextResponse(f"the session cannot be reached: {exc}", 502)
        response = StreamingResponse(_body(answer), answer.status)
        response.raw_headers = [(name.lower(), value) for name, value in _end_to_end(answer.headers)]
        return response

    def _inward(self, request: Request) -> list[tuple[bytes, bytes]]:
        """Return the headers as the session gets them: without the host's name, the links' cookies and the token.

        A browser writes the token into ``Referer``.
        """
        token = self._token.encode()
        headers = [
            (name, value)
            for name, value in _end_to_end(request.headers.raw)
            if name not in (b"host", b"cookie") and token not in value
        ]
        kept = {name: value for name, value in request.cookies.items() if not name.startswith(COOKIE)}
        if kept:
            headers.append((b"cookie", "; ".join(f"{name}={value}" for name, value in kept.items()).encode("latin-1")))
        return [*headers, (b"host", f"localhost:{self._port}".encode())]


def _inside(port: int, path: str, query: bytes) -> httpcore.URL:
    """Return an address inside, in its parts: as one text, a path that begins with a digit would change the port."""
    target = path.encode() + (b"?" + query if query else b"")
    return httpcore.URL(scheme=b"http", host=b"localhost", port=port, target=target)


def _end_to_end(headers: Iterable[tuple[bytes, bytes]]) -> Iterable[tuple[bytes, bytes]]:
    return ((name, value) for name, value in headers if name.lower() not in HOP_BY_HOP)


async def _body(answer: httpcore.Response) -> AsyncIterator[bytes]:
    """Yield an answer as it comes, and give its connection back."""
    try:
        stream = answer.stream
        if isinstance(stream, AsyncIterable):
            async for chunk in stream:
                yield chunk
    finally:
        await answer.aclose()


class _IntoSession(httpcore.AsyncNetworkBackend):
    """Connects by asking the session's agent for a connected socket."""

    def __init__(self, agent: Callable[[], AgentLine]) -> None:
        self._agent = agent

    async def connect_tcp(self, host: str, port: int, *args: Any, **kwargs: Any) -> httpcore.AsyncNetworkStream:
        """Return a stream to a port inside the session."""
        fd = await self._agent().ask("connect", port=port)
        sock = socket.socket(fileno=fd)
        return _Stream(*await asyncio.open_connection(sock=sock))


class _Stream(httpcore.AsyncNetworkStream):
    """asyncio's streams as httpcore has them."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return what has come, empty at the end."""
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
        """Return whether a closed connection can be told by its socket; nothing else is asked for."""
        return self._reader.at_eof() if info == "is_readable" else None
