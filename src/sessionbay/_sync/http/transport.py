# Generated from src/sessionbay/_async/http/transport.py by scripts/generate_sync.py. Do not edit.
"""The face that httpx sees: requests in, answers out. Where there is a proxy, httpx's own transport does it."""

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
    """What one event loop has open."""

    pool: ConnectionPool
    by_proxy: dict[str, HttpTransport] = field(default_factory=dict[str, HttpTransport])


class Transport(HttpTransport):
    """Carries requests of all origins; connections belong to the event loop that they were made on."""

    def __init__(
        self,
        bounds: PoolLimits,
        tls: TlsSettings,
        proxy_of: ProxyOf | None,
        clock: Callable[[], float],
        known: KnownEngine | None = None,
    ) -> None:
        self._bounds = bounds
        self._tls = tls
        self._proxy_of = proxy_of
        self._clock = clock
        self._homes = PerLoop(lambda: _Connections(ConnectionPool(bounds, tls, clock, known)))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send ``request`` and return its answer, the body still to be read."""
        if self._proxy_of and (proxy := self._proxy_of(request.url)):
            return self._through(proxy).handle_request(request)
        patience = Timeouts(request.extensions, self._clock)
        origin, pool = _origin(request.url), self._homes.get().pool
        connection = pool.take(origin, patience)
        body = Body(pool, origin, connection, patience)
        try:
            head = connection.ask(request, patience)
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
        """Close what this event loop has open."""
        if here := self._homes.pop():
            here.pool.close()
            for transport in here.by_proxy.values():
                transport.close()

    def counts(self) -> PoolCounts:
        """Return how things stand on this event loop; what goes through a proxy is not counted."""
        return self._homes.get().pool.counts()

    def _through(self, proxy: str) -> HttpTransport:
        by_proxy = self._homes.get().by_proxy
        if proxy not in by_proxy:
            limits = httpx.Limits(max_connections=self._bounds.most, keepalive_expiry=self._bounds.kept)
            try:
                made = ProxyTransport(proxy=proxy, verify=self._tls.context(), limits=limits)
            except (ValueError, ImportError, httpx.InvalidURL) as exc:  # its scheme, or what that needs
                raise httpx.ProxyError(f"the proxy cannot be used: {exc}") from exc
            by_proxy.setdefault(proxy, made)
        return by_proxy[proxy]


class Body(HttpBody):
    """The body of an answer. Read to its end it gives its connection back; closed before, it closes it."""

    def __init__(self, pool: ConnectionPool, origin: Origin, connection: Connection, patience: Timeouts) -> None:
        self._pool = pool
        self._origin = origin
        self._connection = connection
        self._patience = patience
        self._given = False

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        if self._given:
            raise StopIteration
        piece = self._connection.body(self._patience)
        if piece is None:
            self._give(reusable=self._connection.reuse())
            raise StopIteration
        return piece

    def close(self) -> None:
        """Be done with the body, read or not."""
        self._give(reusable=False)

    def _give(self, *, reusable: bool) -> None:
        if not self._given:
            self._given = True
            self._pool.give(self._origin, self._connection, reusable=reusable)


def _origin(url: httpx.URL) -> Origin:
    return url.scheme, url.raw_host.decode(), url.port or (443 if url.scheme == "https" else 80)
