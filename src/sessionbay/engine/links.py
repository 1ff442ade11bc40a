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

from .agent.line import AgentLine
from .guard import Guard
from .inward import COOKIE, Inside
from .listener import Listener, is_ours
from .proxy import forward
from .refusals import Refusal
from .tunnel import MOST_MESSAGE, tunnel

Kind = Literal["http", "ws"]


@dataclass(frozen=True)
class Link:
    """One port's way in."""

    listener: Listener
    gate: "Gate"
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


class Links:
    """The links of one session, one for each of its ports that was asked for.

    ``shared`` is set where the session has this machine's own network, in which the engine's ports are too.
    """

    def __init__(self, agent: Callable[[], AgentLine], *, shared: bool) -> None:
        self._agent = agent
        self._shared = shared
        self._open: dict[int, Link] = {}
        self._opening = asyncio.Lock()

    async def open(self, port: int, kind: Kind = "http") -> str:
        """Return the address that leads to ``port``; the same one each time."""
        self._checked(port)
        async with self._opening:
            if port not in self._open:
                listener, token = Listener(most_message=MOST_MESSAGE), secrets.token_urlsafe(32)
                gate = Gate(Inside(self._checked, port, token, f"{COOKIE}{listener.port}"))
                await listener.start(Guard(gate, listener.port))
                self._open[port] = Link(listener, gate, token)
            return self._open[port].url(kind)

    async def close(self) -> None:
        """Close them all; one that gives up on this is followed by another, who must find what is still open."""
        await asyncio.gather(*(link.close() for link in self._open.values()))
        self._open.clear()

    def _checked(self, port: int) -> AgentLine:
        """Return the line to the agent that is to connect to ``port``."""
        if not 0 < port < 2**16:
            raise Refusal("InvalidPort", f"{port} is no port")
        if self._shared and is_ours(port):
            raise Refusal("InvalidPort", f"{port} is a port of the local engine itself")
        return self._agent()


class Gate:
    """Lets in who has the token.

    It stands in the path, as in the clouds' links; the first request also sets a cookie, so that pages may name their
    parts by absolute paths. Neither reaches the session.
    """

    def __init__(self, inside: Inside) -> None:
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
            await tunnel(self.inside, target, scope, receive, send)
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
