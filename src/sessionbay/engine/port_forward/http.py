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
from .port_proxy import PortProxy

log = logging.getLogger("sessionbay.engine")
BROKEN = (httpcore.NetworkError, httpcore.ProtocolError)


async def forward(proxy: PortProxy, target: str, scope: Scope, receive: Receive, send: Send, *, first: bool) -> None:
    """Serve one request; ``first`` is set when its path had the token, which then goes into a cookie."""
    request = Request(scope, receive)
    async with AsyncExitStack() as closing:
        response = await _answer(proxy, target, request, closing)
        if first:
            response.set_cookie(proxy.cookie, proxy.token, httponly=True, samesite="strict")
        try:
            await response(scope, receive, send)
        except BROKEN as exc:  # the client is told by a connection that ends before the answer does
            log.debug("an answer from port %d of a session broke off: %s", proxy.port, exc)


async def _answer(proxy: PortProxy, target: str, request: Request, closing: AsyncExitStack) -> Response:
    if "upgrade" in request.headers:
        return PlainTextResponse("a link speaks HTTP and WebSocket only", 501)
    try:
        answer = await proxy.pool.handle_async_request(_inner(proxy, target, request))
    except (ApiError, AgentFailure, AgentGone, *BROKEN) as exc:
        return PlainTextResponse(f"the session cannot be reached: {exc}", 502)
    except ClientDisconnect:
        return Response(status_code=499)
    closing.push_async_callback(answer.aclose)
    response = StreamingResponse(_body(answer), answer.status)
    response.raw_headers = list(proxy.response_headers(answer.headers))
    return response


def _inner(proxy: PortProxy, target: str, request: Request) -> httpcore.Request:
    """Return the request as the session gets it. Its address is in parts: as text, a path could change the port."""
    query = request.scope["query_string"]
    path = target.encode() + (b"?" + query if query else b"")
    url = httpcore.URL(scheme=b"http", host=b"localhost", port=proxy.port, target=path)
    headers = proxy.request_headers(request.headers)
    chunked = "transfer-encoding" in request.headers
    if chunked:  # how a body is cut is each connection's own affair, and this one has no length to tell
        headers = [*headers, (b"transfer-encoding", b"chunked")]
    content = request.stream() if chunked or "content-length" in request.headers else None
    return httpcore.Request(request.method, url, headers=headers, content=content)


async def _body(answer: httpcore.Response) -> AsyncIterator[bytes]:
    """Yield the response body in chunks."""
    stream = answer.stream
    if isinstance(stream, AsyncIterable):
        async for chunk in stream:
            yield chunk
