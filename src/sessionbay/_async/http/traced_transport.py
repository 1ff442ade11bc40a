"""httpx's own transport over our connections: libraries replace its functions to see the requests of all clients."""

from collections.abc import Callable
from typing import Any, NamedTuple

import httpx

from ..._concurrency._async_httpx import ProxyTransport

Send = Callable[[httpx.Request], Any]  # and wait for it, in the async client


class AsyncTracedTransport(ProxyTransport):
    """A transport of httpx's class, whose functions run as they are now."""

    def __init__(self, send: Send) -> None:
        self._pool: Any = AsyncSendingPool(send)


class AsyncSendingPool:
    """What stands in for the connection pool of httpx's transport."""

    def __init__(self, send: Send) -> None:
        self._send = send

    async def handle_async_request(self, request: Any) -> "PoolResponse":
        """Send a request of httpcore's class, and return what its pool would."""
        url = request.url
        parts = {"scheme": url.scheme.decode(), "host": url.host.decode(), "port": url.port, "raw_path": url.target}
        sent = httpx.Request(
            request.method.decode(),
            httpx.URL(**parts),
            headers=request.headers,
            stream=request.stream,
            extensions=request.extensions,
        )
        response = await self._send(sent)
        return PoolResponse(response.status_code, response.headers.raw, response.stream, response.extensions)


class PoolResponse(NamedTuple):
    """A response as httpcore's pool returns it."""

    status: int
    headers: list[tuple[bytes, bytes]]
    stream: Any
    extensions: dict[str, Any]
