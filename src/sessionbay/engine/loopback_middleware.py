"""Protection of the loopback against DNS rebinding and requests from web pages."""

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

NAMES = ("127.0.0.1", "localhost", "[::1]")


class LoopbackMiddleware:
    """Rejects requests with a foreign Host header, and cross-site or cross-origin requests."""

    def __init__(self, app: ASGIApp, port: int) -> None:
        self._app = app
        self._hosts = {f"{name}:{port}" for name in NAMES}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or reject it."""
        reason = self._rejection(Headers(scope=scope))
        app = self._app if reason is None else PlainTextResponse(reason, 403)
        await app(scope, receive, send)

    def _rejection(self, headers: Headers) -> str | None:
        # AgentBay's own client writes the scheme into the host when its endpoint has one.
        host = headers.get("host", "").removeprefix("http://").removeprefix("https://")
        if host not in self._hosts:
            return "Invalid Host header: use 127.0.0.1 or localhost, with this server's port."
        if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            return "Cross-site requests are not allowed."
        if headers.get("origin", f"http://{host}") != f"http://{host}":
            return "Cross-origin requests are not allowed."
        return None
