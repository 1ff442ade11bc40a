"""The connections that an engine accepted: strangers have a bounded number, and make room for others."""

import asyncio
import json
import resource
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from starlette.types import Scope

from ..core.escaping_filter import escaping_logger

log = escaping_logger("sessionbay.engine")
MAX_KEYLESS = 512  # connections at once that have shown no key and no token
GRACE = 0.5  # seconds that a new connection has to show its key, before others may take its place
LOG_INTERVAL = 60.0  # seconds between two log lines about the same shortage
_REASON = {"code": "TooManyRequests", "message": "The local engine has no file descriptors left. Nothing was done."}
_BODY = json.dumps(
    {**_REASON, "success": False, **{name.capitalize(): value for name, value in _REASON.items()}, "Success": False}
).encode()
REFUSAL = (
    b"HTTP/1.1 429 Too Many Requests\r\nContent-Type: application/json\r\nConnection: close\r\n"
    b"X-Acs-Retry-After: 100\r\n"  # ms; the client's own pauses would hold a refusal back for seconds
    b"Content-Length: %d\r\n\r\n%s" % (len(_BODY), _BODY)
)
Address = tuple[Any, Any]  # both ends of a connection, as they are in an ASGI scope


@dataclass(eq=False)
class Peer:
    """One connection; ``is_idle`` returns whether it has no request in progress."""

    transport: asyncio.Transport
    is_idle: Callable[[], bool]
    since: float = field(default_factory=lambda: asyncio.get_running_loop().time())


class Connections:
    """The connections of all listeners in one event loop, oldest first."""

    def __init__(self) -> None:
        self._keyless: dict[Address, Peer] = {}
        self._authorized: dict[Address, Peer] = {}
        self._logged: dict[str, float] = {}
        self.starting = 0

    def is_full(self) -> bool:
        """Return whether as many connections have shown no key as may be."""
        return len(self._keyless) + self.starting >= min(MAX_KEYLESS, max(descriptor_limit() // 4, 1))

    def take_place(self) -> bool:
        """Return whether a waiting connection may be accepted; close the oldest one for it if there are too many."""
        if not self.is_full():
            return True
        self.warn("%d connections have shown no key: the oldest are closed for new ones.", len(self._keyless))
        oldest = next(iter(self._keyless.values()), None)
        now = asyncio.get_running_loop().time()
        return oldest is not None and now - oldest.since >= GRACE and self.make_room()

    def add(self, address: Address, peer: Peer) -> None:
        """Add a new connection, which has shown no key."""
        self._keyless[address] = peer

    def authorize(self, scope: Scope) -> None:
        """Note that the connection of a request has shown a right key or token."""
        address = scope.get("client"), scope.get("server")
        if peer := self._keyless.pop(address, None):
            self._authorized[address] = peer

    def replace(self, address: Address, peer: Peer) -> None:
        """Replace a connection by the WebSocket that it has become."""
        for peers in (self._keyless, self._authorized):
            if address in peers:
                peers[address] = peer

    def discard(self, address: Address) -> None:
        """Remove a closed connection."""
        self._keyless.pop(address, None)
        self._authorized.pop(address, None)

    def make_room(self) -> bool:
        """Close one connection, the oldest idle one without a key first; return False if all are needed."""
        victim = (
            _oldest(self._keyless.items(), idle=True)
            or _oldest(self._keyless.items(), idle=False)
            or _oldest(self._authorized.items(), idle=True)
        )
        if victim is None:
            return False
        address, peer = victim
        if address in self._keyless and not peer.is_idle():
            peer.transport.write(REFUSAL)  # nothing of its request was executed
        self.discard(address)
        peer.transport.abort()
        return True

    def warn(self, message: str, *args: object) -> None:
        """Log a message, unless it was logged within ``LOG_INTERVAL``."""
        now = asyncio.get_running_loop().time()
        if now - self._logged.get(message, -LOG_INTERVAL) >= LOG_INTERVAL:
            self._logged[message] = now
            log.warning(message, *args)


_connections: WeakKeyDictionary[asyncio.AbstractEventLoop, Connections] = WeakKeyDictionary()


def connections() -> Connections:
    """Return the connections of the running event loop."""
    return _connections.setdefault(asyncio.get_running_loop(), Connections())


def descriptor_limit() -> int:
    """Return how many file descriptors this process may have."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return 2**31 if limit == resource.RLIM_INFINITY else limit


def _oldest(peers: Iterable[tuple[Address, Peer]], *, idle: bool) -> tuple[Address, Peer] | None:
    return next((found for found in peers if not idle or found[1].is_idle()), None)
