"""Who may talk to a listener at all: programs on this machine, no page of the web's."""

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

NAMES = ("127.0.0.1", "localhost", "[::1]")


class LoopbackMiddleware:
    """Refuses, before anything else is looked at, what comes from another host's name or from a web page."""

    def __init__(self, app: ASGIApp, port: int) -> None:
        self._app = app
        self._hosts = {f"{name}:{port}" for name in NAMES}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or refuse it."""
        reason = self._refusal(Headers(scope=scope))
        app = self._app if reason is None else PlainTextResponse(reason, 403)
        await app(scope, receive, send)

    def _refusal(self, headers: Headers) -> str | None:
        # AgentBay's own client writes the scheme into the host when its endpoint has one.
        host = headers.get("host", "").removeprefix("http://").removeprefix("https://")
        if host not in self._hosts:
            return "this server answers to the names of the loopback only"
        if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            return "requests from other sites are refused"
        if headers.get("origin", f"http://{host}") != f"http://{host}":
            return "requests from other origins are refused"
        return None
