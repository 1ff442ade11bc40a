# Generated from src/sessionbay/_async/http/transport.py by scripts/generate_sync.py. Do not edit.
"""The httpx transport over our connection pools. Proxied requests go through httpx's own transport."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

import httpx

from ..._concurrency._sync import HttpBody, HttpTransport, ProxyTransport
from ..._http.proxies import ProxyOf
from ..._http.tls import TlsSettings
from ...core.challenge import KnownEngine
from ...core.http import Timeouts
from ..per_loop import PerLoop
from .connection import Connection
from .pool import ConnectionPool, Origin, PoolCounts, PoolLimits


@dataclass(frozen=True)
class _Connections:
    """The connections of one event loop."""

    pool: ConnectionPool
    by_proxy: dict[str, HttpTransport] = field(default_factory=dict[str, HttpTransport])


class Transport(HttpTransport):
    """An httpx transport for all origins. Connections belong to the event loop that opened them."""

    def __init__(
        self,
        limits: PoolLimits,
        tls: TlsSettings,
        proxy_of: ProxyOf | None,
        clock: Callable[[], float],
        known: KnownEngine | None = None,
    ) -> None:
        self._limits = limits
        self._tls = tls
        self._proxy_of = proxy_of
        self._clock = clock
        self._connections = PerLoop(lambda: _Connections(ConnectionPool(limits, tls, clock, known)))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send ``request`` and return its response with an unread body."""
        if self._proxy_of and (proxy := self._proxy_of(request.url)):
            return self._proxy_transport(proxy).handle_request(request)
        timeouts = Timeouts(request.extensions, self._clock)
        origin, pool = _origin(request.url), self._connections.get().pool
        connection = pool.acquire(origin, timeouts)
        body = Body(pool, origin, connection, timeouts)
        try:
            head = connection.send(request, timeouts)
        except BaseException:
            body.close()
            raise
        return httpx.Response(
            head.status_code,
            headers=list(head.headers),
            stream=body,
            extensions={"http_version": b"HTTP/" + head.http_version, "reason_phrase": head.reason},
        )

    def close(self) -> None:
        """Close the connections of this event loop."""
        if connections := self._connections.pop():
            connections.pool.close()
            for transport in connections.by_proxy.values():
                transport.close()

    def counts(self) -> PoolCounts:
        """Return the counts of this event loop's pool, without connections to proxies."""
        return self._connections.get().pool.counts()

    def _proxy_transport(self, proxy: str) -> HttpTransport:
        by_proxy = self._connections.get().by_proxy
        if proxy not in by_proxy:
            limits = httpx.Limits(
                max_connections=self._limits.max_connections, keepalive_expiry=self._limits.idle_timeout
            )
            try:
                transport = ProxyTransport(proxy=proxy, verify=self._tls.context(), limits=limits)
            except (
                ValueError,
                ImportError,
                httpx.InvalidURL,
            ) as exc:  # the scheme is unknown, or needs a package
                raise httpx.ProxyError(f"the proxy cannot be used: {exc}") from exc
            by_proxy.setdefault(proxy, transport)
        return by_proxy[proxy]


class Body(HttpBody):
    """A response body. Reading it to its end releases the connection for reuse; closing it early does not."""

    def __init__(self, pool: ConnectionPool, origin: Origin, connection: Connection, timeouts: Timeouts) -> None:
        self._pool = pool
        self._origin = origin
        self._connection = connection
        self._timeouts = timeouts
        self._released = False

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        if self._released:
            raise StopIteration
        chunk = self._connection.read_body(self._timeouts)
        if chunk is None:
            self._release(reusable=self._connection.start_next_cycle())
            raise StopIteration
        return chunk

    def close(self) -> None:
        """Release the connection, even if the body was not read to its end."""
        self._release(reusable=False)

    def _release(self, *, reusable: bool) -> None:
        if not self._released:
            self._released = True
            self._pool.release(self._origin, self._connection, reusable=reusable)


def _origin(url: httpx.URL) -> Origin:
    return url.scheme, url.raw_host.decode(), url.port or (443 if url.scheme == "https" else 80)
