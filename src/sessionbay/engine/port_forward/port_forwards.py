"""Port forwarding: loopback listeners that are reverse proxies to ports inside a session (links)."""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ..agent.connection import AgentConnection
from ..api_errors import ApiError
from ..listener import Listener, is_ours
from ..loopback_middleware import LoopbackMiddleware
from .cookies import COOKIE
from .devtools_link import BrowserPath, DevToolsLink
from .port_proxy import PortProxy
from .token_middleware import TokenMiddleware
from .websocket import MAX_MESSAGE

Kind = Literal["http", "ws"]


@dataclass(frozen=True)
class PortForward:
    """The listener and the token of one forwarded port."""

    listener: Listener
    app: TokenMiddleware
    token: str

    def url(self, kind: Kind) -> str:
        """Return the public URL, for HTTP or for WebSockets."""
        if kind == "ws":
            return f"{self.listener.url.replace('http:', 'ws:', 1)}/websocket_ai/{self.token}"
        return f"{self.listener.url}/request_ai/{self.token}/path/"

    async def close(self) -> None:
        """Stop listening, and close the connections into the session."""
        await self.listener.stop()


class PortForwards:
    """The forwarded ports of one session.

    ``shared`` is set when the session shares this machine's network, where the engine's own ports are reachable.
    """

    def __init__(self, agent: Callable[[], AgentConnection], *, shared: bool) -> None:
        self._agent = agent
        self._shared = shared
        self._open: dict[int, PortForward] = {}
        self._opening = asyncio.Lock()

    async def open(self, port: int, kind: Kind = "http", devtools: BrowserPath | None = None) -> str:
        """Return the URL that forwards to ``port``; repeated calls return the same URL.

        ``devtools`` is given for the port of a browser, and returns the path of the browser's own target.
        """
        self._checked(port)
        async with self._opening:
            if port not in self._open:
                listener, token = Listener(max_message=MAX_MESSAGE), secrets.token_urlsafe(32)
                app = TokenMiddleware(PortProxy(self._checked, port, token, f"{COOKIE}{listener.port}"))
                await listener.start(LoopbackMiddleware(app, listener.port))
                self._open[port] = PortForward(listener, app, token)
            forward = self._open[port]
            if devtools:
                forward.app.proxy.devtools = DevToolsLink(port, forward.url("ws"), devtools)
            return forward.url(kind)

    async def close(self) -> None:
        """Close all; after a cancelled call, a second one closes the rest."""
        await asyncio.gather(*(link.close() for link in self._open.values()))
        self._open.clear()

    def _checked(self, port: int) -> AgentConnection:
        """Validate ``port``; return the connection to the agent."""
        if not 0 < port < 2**16:
            raise ApiError("InvalidPort", f"Invalid port {port}: use 1 to 65535.")
        if self._shared and is_ours(port):
            raise ApiError("InvalidPort", f"Port {port} belongs to the local engine itself: choose another port.")
        return self._agent()
