"""The reverse proxy to one port of a session: its connections, and the headers of requests and responses."""

import os
import re
import socket
from collections.abc import Callable, Iterable, Iterator

from starlette.datastructures import Headers
from starlette.types import Scope

from ..agent.connection import AgentConnection, AgentFailure, AgentGone
from ..api_errors import ApiError
from ..websocket_input import HeldBytes
from .cookies import CookieNames
from .devtools_link import DevToolsLink

UNREACHABLE = (ApiError, AgentFailure, AgentGone)
PER_CONNECTION = {  # written anew for each connection: framing cannot be copied, and no Connection header can remove it
    b"connection",
    b"content-length",
    b"host",
    b"keep-alive",
    b"proxy-authenticate",
    b"proxy-authorization",
    b"proxy-connection",
    b"te",
    b"trailer",
    b"transfer-encoding",
    b"upgrade",
}
BROWSER_WIDE = {  # they take effect beyond the link: on its host, or after its end
    b"alt-svc",
    b"clear-site-data",
    b"nel",
    b"public-key-pins",
    b"public-key-pins-report-only",
    b"report-to",
    b"service-worker-allowed",
    b"strict-transport-security",
}
LOCATIONS = (b"location", b"content-location")
REMOVED = b"-"  # in the place of the token
Pairs = list[tuple[bytes, bytes]]


class PortProxy:
    """One port of a session.

    ``open_requests`` and ``open_websockets`` count what is being forwarded to it, ``held`` the bytes of its WebSocket
    messages that have not been forwarded yet. ``devtools`` is there if a browser listens on the port.
    """

    def __init__(self, agent: Callable[[int], AgentConnection], port: int, token: str, cookie: str) -> None:
        self.port = port
        self.token = token
        self.cookie = cookie
        self.open_requests = 0
        self.open_websockets = 0
        self.held = HeldBytes()
        self.devtools: DevToolsLink | None = None
        self._agent = agent
        self._cookies = CookieNames(cookie)
        port_part = b"(?::80)?" if port == 80 else b":%d" % port
        self._inner = re.compile(
            rb"(?:https?:)?//(?:localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0)%s(?![\w.:-])" % port_part, re.I
        )
        self._own = re.compile(rb"https?://[^/]*(?:/request_ai/%s/path)?" % re.escape(token.encode()))
        # Each character as it is, or percent-encoded.
        self._secret = re.compile(
            b"".join(b"(?:%s|%%(?i:%02x))" % (re.escape(bytes([byte])), byte) for byte in token.encode())
        )

    @property
    def origin(self) -> str:
        """The origin of the port inside the session."""
        return f"http://localhost:{self.port}"

    async def connect(self) -> socket.socket:
        """Return a socket that the session's agent has connected."""
        _, fd = await self._agent(self.port).request_fd(
            "connect", port=self.port
        )  # the agent cannot choose the descriptor
        try:
            return socket.socket(fileno=fd)
        except OSError as exc:
            os.close(fd)
            raise AgentFailure(f"the agent did not pass a socket: {exc}") from exc

    def without_token(self, text: bytes) -> bytes:
        """Return ``text`` with the link's token removed, plain or percent-encoded."""
        return self._secret.sub(REMOVED, text)

    def has_token(self, text: str) -> bool:
        """Return whether ``text`` contains the link's token, plain or percent-encoded."""
        return self._secret.search(text.encode("latin-1")) is not None

    def inner_target(self, path: str, scope: Scope) -> bytes:
        """Return the target of the forwarded request: the path and the query, without the token."""
        query: bytes = scope["query_string"]
        return self.without_token(path.encode() + (b"?" + query if query else b""))

    def request_headers(self, headers: Headers) -> Pairs:
        """Return the headers of the forwarded request, without its framing: the session's own address, and no token."""
        return [(b"host", f"localhost:{self.port}".encode()), *self._kept(headers)]

    def _kept(self, headers: Headers) -> Iterator[tuple[bytes, bytes]]:
        for name, value in end_to_end(headers.raw):
            if name == b"cookie":
                if own := self._cookies.inward(value):
                    yield name, self.without_token(own)
            elif name in (b"origin", b"referer"):
                yield name, self.without_token(self._own.sub(self.origin.encode(), value, count=1))
            elif not self._secret.search(value):
                yield name, value

    def response_headers(
        self, headers: Iterable[tuple[bytes, bytes]], base: str, *, status: int
    ) -> Iterator[tuple[bytes, bytes]]:
        """Yield the headers of the forwarded response, with the link's own cookies and redirects.

        ``base`` is the beginning of the request's path that had the token.
        """
        pairs = [(name.lower(), value) for name, value in headers]
        for name, value in end_to_end(pairs):
            if name == b"set-cookie":
                yield name, self._cookies.outward(value, base)
            elif name in LOCATIONS:
                yield name, self._rewritten(value)
            elif name not in BROWSER_WIDE:
                yield name, value
        if status not in (101, 204):  # which have no length
            yield from ((name, b"%d" % int(value)) for name, value in pairs if name == b"content-length")

    def token_cookie(self) -> tuple[bytes, bytes]:
        """Return the header that stores the token in the browser, out of reach of pages and of other sites."""
        return b"set-cookie", f"{self.cookie}={self.token}; HttpOnly; Path=/; SameSite=strict".encode()

    def _rewritten(self, location: bytes) -> bytes:
        """Return a URL of the session's server as a path on the link, and any other URL as it is."""
        target = self._inner.sub(b"", location, count=1)
        if target == location or target[:1] not in (b"", b"/", b"?", b"#"):
            return location
        return as_path(target)


def as_path(target: bytes) -> bytes:
    """Return a target as a relative reference that cannot name a host."""
    if target[:2] in (b"//", b"/\\"):
        return b"/." + target
    return target if target[:1] == b"/" else b"/" + target


def is_valid_status(status: int) -> bool:
    """Return whether a response with this status can be forwarded."""
    return 200 <= status < 600


def end_to_end(headers: Iterable[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, bytes]]:
    """Yield the headers that are not about one connection only."""
    pairs = list(headers)
    listed = {
        word.strip().lower() for name, value in pairs if name.lower() == b"connection" for word in value.split(b",")
    }
    return ((name, value) for name, value in pairs if name.lower() not in PER_CONNECTION | listed)
