"""Links: a port of the loopback that leads to a port inside a session, for those who hold its token."""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from hmac import compare_digest
from typing import Literal

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from ..agent.connection import AgentConnection
from ..api_errors import ApiError
from ..listener import Listener, is_ours
from ..loopback_middleware import LoopbackMiddleware
from .connection import COOKIE, PortProxy
from .http import forward
from .websocket import MOST_MESSAGE, forward_websocket

Kind = Literal["http", "ws"]


@dataclass(frozen=True)
class PortForward:
    """One port's way in."""

    listener: Listener
    gate: "TokenMiddleware"
    token: str

    def url(self, kind: Kind) -> str:
        """The address to give out, for requests or for WebSockets."""
        if kind == "ws":
            return f"{self.listener.url.replace('http:', 'ws:', 1)}/websocket_ai/{self.token}"
        return f"{self.listener.url}/request_ai/{self.token}/path/"

    async def close(self) -> None:
        """Stop listening, and give up the connections into the session."""
        await self.listener.stop()
        await self.gate.inside.aclose()


class PortForwards:
    """The links of one session, one for each of its ports that was asked for.

    ``shared`` is set where the session has this machine's own network, in which the engine's ports are too.
    """

    def __init__(self, agent: Callable[[], AgentConnection], *, shared: bool) -> None:
        self._agent = agent
        self._shared = shared
        self._open: dict[int, PortForward] = {}
        self._opening = asyncio.Lock()

    async def open(self, port: int, kind: Kind = "http") -> str:
        """Return the address that leads to ``port``; the same one each time."""
        self._checked(port)
        async with self._opening:
            if port not in self._open:
                listener, token = Listener(most_message=MOST_MESSAGE), secrets.token_urlsafe(32)
                gate = TokenMiddleware(PortProxy(self._checked, port, token, f"{COOKIE}{listener.port}"))
                await listener.start(LoopbackMiddleware(gate, listener.port))
                self._open[port] = PortForward(listener, gate, token)
            return self._open[port].url(kind)

    async def close(self) -> None:
        """Close them all; one that gives up on this is followed by another, who must find what is still open."""
        await asyncio.gather(*(link.close() for link in self._open.values()))
        self._open.clear()

    def _checked(self, port: int) -> AgentConnection:
        """Return the line to the agent that is to connect to ``port``."""
        if not 0 < port < 2**16:
            raise ApiError("InvalidPort", f"{port} is no port")
        if self._shared and is_ours(port):
            raise ApiError("InvalidPort", f"{port} is a port of the local engine itself")
        return self._agent()


class TokenMiddleware:
    """Lets in who has the token.

    It stands in the path, as in the clouds' links; the first request also sets a cookie, so that pages may name their
    parts by absolute paths. Neither reaches the session.
    """

    def __init__(self, inside: PortProxy) -> None:
        self.inside = inside
        self._prefixes = [f"/request_ai/{inside.token}/path", f"/websocket_ai/{inside.token}"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request or a WebSocket."""
        asked = HTTPConnection(scope)
        path = scope["raw_path"].decode("ascii", "replace")
        rest = self._rest(path)
        known = rest is not None or self._has_cookie(asked)
        target = path if rest is None else rest or "/"
        if not known:
            await PlainTextResponse("this link needs its token", 401)(scope, receive, send)
        elif not target.startswith("/"):
            await PlainTextResponse("a link takes paths only", 400)(scope, receive, send)
        elif scope["type"] == "websocket":
            await forward_websocket(self.inside, target, scope, receive, send)
        else:
            await forward(self.inside, target, scope, receive, send, first=rest is not None)

    def _rest(self, path: str) -> str | None:
        """Return what follows the token in a path that has it."""
        for prefix in self._prefixes:
            begin, rest = path[: len(prefix)], path[len(prefix) :]
            if compare_digest(begin.encode(), prefix.encode()) and rest[:1] in ("", "/"):
                return rest
        return None

    def _has_cookie(self, asked: HTTPConnection) -> bool:
        return compare_digest(asked.cookies.get(self.inside.cookie, "").encode(), self.inside.token.encode())
