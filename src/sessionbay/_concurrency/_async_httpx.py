"""httpx's types and client for the async client. The twin is ``_sync_httpx.py``, with the same names."""

from typing import Any

import anyio
import httpx

from .._http.cookies import NO_COOKIES
from .._http.httpx_response import ResponseReader
from ..core.http import HttpResponse
from ..core.public import public

HttpTransport = httpx.AsyncBaseTransport
HttpBody = httpx.AsyncByteStream
ProxyTransport = httpx.AsyncHTTPTransport


@public
class AsyncHttpClient(httpx.AsyncClient):
    """An httpx client without cookies. ``bounded``: its transport enforces the deadline of a request."""

    def __init__(self, *, transport: HttpTransport, bounded: bool, trust_env: bool) -> None:
        super().__init__(transport=transport, trust_env=trust_env)
        self._cookies = NO_COOKIES
        self.bounded = bounded


async def send(client: AsyncHttpClient, request: httpx.Request, timeout: float) -> HttpResponse:
    """Send ``request`` and read the whole response within ``timeout`` seconds."""
    if client.bounded:
        return await _exchange(client, request)
    with anyio.fail_after(timeout):
        return await _exchange(client, request)


async def _exchange(client: AsyncHttpClient, request: httpx.Request) -> HttpResponse:
    response = await client.send(request, stream=True)
    reader = ResponseReader(response)
    body: Any = response.stream
    try:
        chunks = aiter(body)
        async for chunk in chunks:
            if not reader.feed(chunk):
                await chunks.aclose()  # trio warns about generators that are not exhausted
                break
    finally:
        await response.aclose()
    return reader.finish()
