"""The ASGI middleware that checks the token of a link before its request is forwarded."""

from hmac import compare_digest

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from ..connections import connections
from .http import forward
from .port_proxy import PortProxy, as_path
from .websocket import forward_websocket


class TokenMiddleware:
    """Requires the link's token, in the path or in a cookie.

    The first request sets the cookie, so that pages can use absolute paths. A browser that navigates to the link is
    also redirected to an address without the token. Neither the token nor the cookie reaches the session.
    """

    def __init__(self, proxy: PortProxy) -> None:
        self.proxy = proxy
        self._page = f"/request_ai/{proxy.token}/path"
        self._prefixes = [self._page, f"/websocket_ai/{proxy.token}"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request or a WebSocket."""
        connection = HTTPConnection(scope)
        path = scope["raw_path"].decode("ascii", "replace")
        base = self._base(path)
        target = path[len(base) :] or "/"
        if not base and not self._has_cookie(connection):
            message = "Missing or invalid token: use the whole link, and allow cookies."
            await PlainTextResponse(message, 401)(scope, receive, send)
            return
        connections().authorize(scope)
        if not target.startswith("/") or "#" in target or b"#" in scope["query_string"]:
            await PlainTextResponse("Invalid request target: use a path.", 400)(scope, receive, send)
        elif scope["type"] == "websocket":
            await forward_websocket(self.proxy, target, scope, receive, send, base=base)
        elif base == self._page and scope["method"] == "GET" and connection.headers.get("sec-fetch-mode") == "navigate":
            await self._redirect(target, scope)(scope, receive, send)
        else:
            devtools = self.proxy.devtools
            if devtools and base and devtools.lists_targets(scope, target):
                send = devtools.rewriting(send)
            await forward(self.proxy, target, scope, receive, send, base=base)

    def _base(self, path: str) -> str:
        """Return the beginning of a path that has the token, or an empty string."""
        for prefix in self._prefixes:
            start, rest = path[: len(prefix)], path[len(prefix) :]
            if compare_digest(start.encode(), prefix.encode()) and rest[:1] in ("", "/"):
                return prefix
        return ""

    def _has_cookie(self, connection: HTTPConnection) -> bool:
        return compare_digest(connection.cookies.get(self.proxy.cookie, "").encode(), self.proxy.token.encode())

    def _redirect(self, target: str, scope: Scope) -> Response:
        """Return the redirect to the same page, at an address that has no token."""
        response = Response(status_code=303, headers={"cache-control": "no-store", "referrer-policy": "no-referrer"})
        location = as_path(self.proxy.inner_target(target, scope))
        response.raw_headers += [(b"location", location), self.proxy.token_cookie()]
        return response
