"""Addresses that let their reader in, kept from httpx's client, which logs each of them."""

import httpx

from ..._concurrency._async import HttpTransport
from ..._http.redacted_url import RedactedUrl


class AsyncRedactingTransport(HttpTransport):
    """A transport of the user's: other than the client above it, it sees every address as it is."""

    def __init__(self, transport: HttpTransport) -> None:
        self._transport = transport

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Have ``request`` sent to where it goes."""
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
        """Close it."""
        await self._transport.aclose()
