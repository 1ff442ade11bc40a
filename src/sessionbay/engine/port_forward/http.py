"""The HTTP reverse proxy of a link: streams requests into the session and responses out."""

import h11
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from ...core.escaping_filter import escaping_logger
from ..race import run_until_first_end
from .port_proxy import UNREACHABLE, PortProxy, is_valid_status
from .upstream_request import UpstreamRequest

log = escaping_logger("sessionbay.engine")
MAX_REQUESTS = 512  # of one link at once; each uses two of the engine's file descriptors
BROKEN = (h11.RemoteProtocolError, OSError)


async def forward(proxy: PortProxy, target: str, scope: Scope, receive: Receive, send: Send, *, base: str) -> None:
    """Forward one request. ``base`` is the beginning of its path that has the token, empty if the cookie had it."""
    if scope["method"] == "CONNECT":
        await PlainTextResponse("A link forwards no tunnels.", 501)(scope, receive, send)
    elif proxy.open_requests >= MAX_REQUESTS:
        await PlainTextResponse(f"The link has {MAX_REQUESTS} open requests already.", 503)(scope, receive, send)
    else:
        proxy.open_requests += 1
        try:
            await _Forwarding(proxy, scope, receive, send, base).run(target)
        finally:
            proxy.open_requests -= 1


class _Forwarding:
    """One request that is being forwarded: its body is sent while the response may already arrive."""

    def __init__(self, proxy: PortProxy, scope: Scope, receive: Receive, send: Send, base: str) -> None:
        self._proxy = proxy
        self._asgi = scope, receive, send
        self._base = base

    async def run(self, target: str) -> None:
        """Forward the request, until its response is complete or the client has left."""
        try:
            sock = await self._proxy.connect()
        except UNREACHABLE as exc:
            await self._fail(f"Cannot reach the session: {exc}")
            return
        with sock:
            upstream = UpstreamRequest(sock)
            await run_until_first_end(self._upload(upstream, self._head(target)), self._download(upstream))

    def _head(self, target: str) -> h11.Request:
        """Return the head of the request, with the framing of the body that will be sent."""
        scope = self._asgi[0]
        headers = Headers(scope=scope)
        framing = [(b"connection", b"close")]
        if "transfer-encoding" in headers:
            framing.append((b"transfer-encoding", b"chunked"))
        elif "content-length" in headers:
            framing.append((b"content-length", b"%d" % int(headers["content-length"])))
        pairs = [*self._proxy.request_headers(headers), *framing]
        return h11.Request(method=scope["method"], target=self._proxy.inner_target(target, scope), headers=pairs)

    async def _upload(self, upstream: UpstreamRequest, head: h11.Request) -> None:
        """Send the request; return when the client has disconnected."""
        receive = self._asgi[1]
        refused = not await _sent(upstream, head)
        while (message := await receive())["type"] == "http.request":
            if data := message.get("body"):
                refused = refused or not await _sent(upstream, h11.Data(data=data))
            if not message.get("more_body"):
                refused = refused or not await _sent(upstream, h11.EndOfMessage())

    async def _download(self, upstream: UpstreamRequest) -> None:
        """Forward the response; if it breaks off, so does the client's."""
        send = self._asgi[2]
        try:
            response = await upstream.response()
        except BROKEN as exc:
            await self._fail(f"The session's server sent no valid response: {exc}")
            return
        if not is_valid_status(response.status_code):
            await self._fail(f"The session's server sent the invalid status {response.status_code}.")
            return
        headers = list(self._proxy.response_headers(response.headers, self._base, status=response.status_code))
        if self._base:
            headers.append(self._proxy.token_cookie())
        await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
        try:
            async for data in upstream.body():
                await send({"type": "http.response.body", "body": data, "more_body": True})
        except BROKEN as exc:
            log.debug("a response from port %d of a session was cut off: %s", self._proxy.port, exc)
            return
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _fail(self, reason: str) -> None:
        await PlainTextResponse(reason, 502)(*self._asgi)


async def _sent(upstream: UpstreamRequest, event: h11.Request | h11.Data | h11.EndOfMessage) -> bool:
    """Send a part of the request; return False if the server has stopped reading: it may have responded before."""
    try:
        await upstream.send(event)
    except OSError:
        return False
    return True
