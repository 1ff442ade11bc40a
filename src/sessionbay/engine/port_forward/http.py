"""The HTTP reverse proxy of a link: streams requests into the session and responses out."""

import logging
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import AsyncExitStack

import httpcore
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from ..agent.connection import AgentFailure, AgentGone
from ..api_errors import ApiError
from .port_proxy import PortProxy, is_valid_status

log = logging.getLogger("sessionbay.engine")
BROKEN = (httpcore.NetworkError, httpcore.ProtocolError)


async def forward(proxy: PortProxy, target: str, scope: Scope, receive: Receive, send: Send, *, first: bool) -> None:
    """Forward one request; with ``first``, its path had the token, and the response stores it in a cookie."""
    request = Request(scope, receive)
    async with AsyncExitStack() as closing:
        response = await _response(proxy, target, request, closing)
        if first:
            response.set_cookie(proxy.cookie, proxy.token, httponly=True, samesite="strict")
        try:
            await response(scope, receive, send)
        except BROKEN as exc:  # the client sees a connection that ends before the response does
            log.debug("a response from port %d of a session was cut off: %s", proxy.port, exc)


async def _response(proxy: PortProxy, target: str, request: Request, closing: AsyncExitStack) -> Response:
    try:
        upstream = await proxy.pool.handle_async_request(_forwarded(proxy, target, request))
    except (ApiError, AgentFailure, AgentGone, *BROKEN) as exc:
        return PlainTextResponse(f"Cannot reach the session: {exc}", 502)
    except ClientDisconnect:
        return Response(status_code=499)
    closing.push_async_callback(upstream.aclose)
    if not is_valid_status(upstream.status):
        return PlainTextResponse(f"The session's server sent the invalid status {upstream.status}.", 502)
    response = StreamingResponse(_body(upstream), upstream.status)
    response.raw_headers = list(proxy.response_headers(upstream.headers))
    return response


def _forwarded(proxy: PortProxy, target: str, request: Request) -> httpcore.Request:
    """Return the request for the session. Its URL is built from parts: in a string, a path could change the port."""
    query = request.scope["query_string"]
    path = target.encode() + (b"?" + query if query else b"")
    url = httpcore.URL(scheme=b"http", host=b"localhost", port=proxy.port, target=path)
    headers = proxy.request_headers(request.headers)
    chunked = "transfer-encoding" in request.headers
    if chunked:  # the framing is per connection, and the length of this body is unknown
        headers = [*headers, (b"transfer-encoding", b"chunked")]
    content = request.stream() if chunked or "content-length" in request.headers else None
    return httpcore.Request(request.method, url, headers=headers, content=content)


async def _body(upstream: httpcore.Response) -> AsyncIterator[bytes]:
    """Yield the response body in chunks."""
    stream = upstream.stream
    if isinstance(stream, AsyncIterable):
        async for chunk in stream:
            yield chunk
