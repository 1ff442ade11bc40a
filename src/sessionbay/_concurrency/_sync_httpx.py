"""httpx's types and client for the sync client. The twin is ``_async_httpx.py``, with the same names."""

from typing import Any

import httpx

from .._http.cookies import NO_COOKIES
from .._http.httpx_response import ResponseReader
from ..core.http import HttpResponse
from ..core.public import public

HttpTransport = httpx.BaseTransport
HttpBody = httpx.SyncByteStream
ProxyTransport = httpx.HTTPTransport


@public
class HttpClient(httpx.Client):
    """An httpx client without cookies. ``bounded``: its transport enforces the deadline of a request."""

    def __init__(self, *, transport: HttpTransport, bounded: bool, trust_env: bool) -> None:
        super().__init__(transport=transport, trust_env=trust_env)
        self._cookies = NO_COOKIES
        self.bounded = bounded


def send(client: HttpClient, request: httpx.Request, timeout: float) -> HttpResponse:
    """Send ``request`` and read the whole response; an unbounded transport has ``timeout`` for each step."""
    response = client.send(request, stream=True)
    reader = ResponseReader(response)
    body: Any = response.stream
    try:
        for chunk in body:
            if not reader.feed(chunk):
                break
    finally:
        response.close()
    return reader.finish()
