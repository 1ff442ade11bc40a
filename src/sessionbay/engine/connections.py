"""The connections that an engine accepted: strangers have a bounded number, and make room for others."""

import asyncio
import logging
import resource
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from starlette.types import Scope

log = logging.getLogger("sessionbay.engine")
MAX_KEYLESS = 512  # connections at once that have shown no key and no token
LOG_INTERVAL = 60.0  # seconds between two log lines about the same shortage
Address = tuple[Any, Any]  # both ends of a connection, as they are in an ASGI scope


@dataclass(eq=False)
class Peer:
    """One connection; ``is_idle`` returns whether it has no request in progress."""

    transport: asyncio.Transport
    is_idle: Callable[[], bool]


class Connections:
    """The connections of all listeners in one event loop, oldest first."""

    def __init__(self) -> None:
        self._keyless: dict[Address, Peer] = {}
        self._authorized: dict[Address, Peer] = {}
        self._logged: dict[str, float] = {}

    def add(self, address: Address, peer: Peer) -> None:
        """Add a new connection; if there are too many without a key, close the oldest of those."""
        if len(self._keyless) >= min(MAX_KEYLESS, max(descriptor_limit() // 4, 1)):
            self.warn("More than %d connections have shown no key: the oldest are closed.", len(self._keyless))
            self.make_room()
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
