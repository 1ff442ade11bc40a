"""The ASGI middleware that checks the token of a link before its request is forwarded."""

from hmac import compare_digest

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from .http import forward
from .port_proxy import PortProxy
from .websocket import forward_websocket


class TokenMiddleware:
    """Requires the link's token, in the path or in a cookie.

    The first request sets the cookie, so that pages can use absolute paths. Neither reaches the session.
    """

    def __init__(self, proxy: PortProxy) -> None:
        self.proxy = proxy
        self._prefixes = [f"/request_ai/{proxy.token}/path", f"/websocket_ai/{proxy.token}"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request or a WebSocket."""
        connection = HTTPConnection(scope)
        path = scope["raw_path"].decode("ascii", "replace")
        rest = self._rest(path)
        is_authorized = rest is not None or self._has_cookie(connection)
        target = path if rest is None else rest or "/"
        if not is_authorized:
            await PlainTextResponse("Missing or invalid token: use the whole link.", 401)(scope, receive, send)
        elif not target.startswith("/"):
            await PlainTextResponse("Invalid request target: use a path.", 400)(scope, receive, send)
        elif scope["type"] == "websocket":
            await forward_websocket(self.proxy, target, scope, receive, send)
        else:
            await forward(self.proxy, target, scope, receive, send, first=rest is not None)

    def _rest(self, path: str) -> str | None:
        """Return the rest of a path that begins with the token, or None."""
        for prefix in self._prefixes:
            start, rest = path[: len(prefix)], path[len(prefix) :]
            if compare_digest(start.encode(), prefix.encode()) and rest[:1] in ("", "/"):
                return rest
        return None

    def _has_cookie(self, connection: HTTPConnection) -> bool:
        return compare_digest(connection.cookies.get(self.proxy.cookie, "").encode(), self.proxy.token.encode())
