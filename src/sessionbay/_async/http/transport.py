"""The httpx transport over our connections. httpx's own serves proxies, and replaces it where llhttp is missing."""

from typing import Self, cast

import httpx

from ..._concurrency._async_httpx import HttpBody, HttpTransport, ProxyTransport
from ..._http import response_parser
from ..._http.errors import TransportError
from ..._http.httpx_errors import to_httpx
from ..._http.interception import is_transport_replaced
from ..._http.proxies import ProxyOf
from ..._http.request_head import DEFAULT_PORTS, Origin, encode_head
from ...core.http import Timeouts
from ..per_loop import AsyncPerLoop
from .connection import AsyncConnection
from .core import AsyncHttpCore
from .pool import AsyncConnectionPool, PoolCounts
from .traced_transport import AsyncTracedTransport


class AsyncTransport(HttpTransport):
    """An httpx transport for all origins."""

    def __init__(self, core: AsyncHttpCore, proxy_of: ProxyOf | None = None) -> None:
        self._core = core
        self._proxy_of = proxy_of
        self._proxied: AsyncPerLoop[dict[str | None, HttpTransport]] = AsyncPerLoop(dict)
        self._traced = AsyncTracedTransport(self._send)

    @property
    def is_bounded(self) -> bool:
        """Whether the deadline of a request is enforced: httpx's own transport has timeouts for each step."""
        return self._proxy_of is None and response_parser.HAS_PARSER

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send ``request`` and return its response with an unread body."""
        proxy = self._proxy_of(str(request.url)) if self._proxy_of else None
        if proxy or not response_parser.HAS_PARSER:
            return await self._httpx_transport(proxy).handle_async_request(request)
        return await (self._traced.handle_async_request if is_transport_replaced() else self._send)(request)

    async def aclose(self) -> None:
        """Close the connections of this event loop."""
        await self._core.aclose()
        for transport in (self._proxied.pop() or {}).values():
            await transport.aclose()

    def counts(self) -> PoolCounts:
        """Return the counts of this event loop's pool, without connections to proxies."""
        return self._core.counts()

    async def _send(self, request: httpx.Request) -> httpx.Response:
        try:
            return await self._exchange(request)
        except TransportError as exc:
            raise to_httpx(exc) from exc

    async def _exchange(self, request: httpx.Request) -> httpx.Response:
        url, headers = request.url, request.headers
        head = encode_head(request.method, url.raw_path, headers.raw)
        origin = url.scheme, url.raw_host.decode(), url.port or DEFAULT_PORTS[url.scheme]
        is_chunked = "transfer-encoding" in headers
        length = None if is_chunked else int(headers.get("content-length", 0))
        extensions = request.extensions
        timeouts = Timeouts(extensions.get("timeout", {}), extensions.get("deadline"), self._core.clock)
        pool = self._core.pool
        connection = await pool.acquire(origin, timeouts)
        body = AsyncBody(pool, origin, connection, timeouts)
        try:
            await connection.send(request.method, head, cast(HttpBody, request.stream), timeouts, length)
        except BaseException:
            await body.aclose()
            raise
        return httpx.Response(
            connection.status, headers=connection.headers, stream=body, extensions={"http_version": b"HTTP/1.1"}
        )

    def _httpx_transport(self, proxy: str | None) -> HttpTransport:
        by_proxy = self._proxied.get()
        if proxy not in by_proxy:
            limits = self._core.limits
            try:
                transport = ProxyTransport(
                    proxy=proxy,
                    verify=self._core.tls.context(),
                    limits=httpx.Limits(max_connections=limits.max_connections, keepalive_expiry=limits.idle_timeout),
                )
            except (ValueError, ImportError, httpx.InvalidURL) as exc:  # the scheme is unknown, or needs a package
                raise httpx.ProxyError(f"the proxy cannot be used: {exc}") from exc
            by_proxy.setdefault(proxy, transport)
        return by_proxy[proxy]


class AsyncBody(HttpBody):
    """A response body. Reading it to its end releases the connection for reuse; closing it early does not."""

    def __init__(
        self, pool: AsyncConnectionPool, origin: Origin, connection: AsyncConnection, timeouts: Timeouts
    ) -> None:
        self._pool = pool
        self._origin = origin
        self._connection = connection
        self._timeouts = timeouts
        self._released = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        if self._released:
            raise StopAsyncIteration
        try:
            part = await self._connection.read_body(self._timeouts)
        except TransportError as exc:
            raise to_httpx(exc) from exc
        if not part:
            await self._release(reusable=self._connection.is_reusable)
            raise StopAsyncIteration
        return part

    async def aclose(self) -> None:
        """Release the connection, even if the body was not read to its end."""
        await self._release(reusable=False)

    async def _release(self, *, reusable: bool) -> None:
        if not self._released:
            self._released = True
            await self._pool.release(self._origin, self._connection, reusable=reusable)
