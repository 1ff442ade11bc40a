"""Keeps URLs that grant access out of the log of httpx, which logs every URL."""

import httpx

from ..._concurrency._async_httpx import HttpTransport
from ..._http.redacted_url import RedactedUrl


class AsyncRedactingTransport(HttpTransport):
    """Wraps a custom transport, which gets the plain URLs that httpx sees redacted."""

    def __init__(self, transport: HttpTransport) -> None:
        self._transport = transport

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send ``request`` with its plain URL."""
        if isinstance(request.url, RedactedUrl):
            request = httpx.Request(
                request.method,
                httpx.URL(request.url),
                headers=request.headers,
                stream=request.stream,
                extensions=request.extensions,
            )
        return await self._transport.handle_async_request(request)

    async def aclose(self) -> None:
        """Close the transport."""
        await self._transport.aclose()
