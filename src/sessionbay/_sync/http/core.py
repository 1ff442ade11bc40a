# Generated from src/sessionbay/_async/http/core.py by scripts/generate_sync.py. Do not edit.
"""HTTP without httpx: a request as bytes goes out, a whole response comes back."""

import zlib
from collections.abc import Callable

from ..._http.request_head import encode_request, parse_origin, split_plain_url
from ..._http.response import decompressed
from ..._http.response_parser import to_dict
from ..._http.tls import TlsSettings
from ...core.challenge import KnownEngine
from ...core.http import HttpRequest, HttpResponse, InvalidResponse, Timeouts
from ..per_loop import PerLoop
from .pool import ConnectionPool, PoolCounts, PoolLimits


class HttpCore:
    """The connections of one client. Each belongs to the event loop that opened it."""

    def __init__(
        self, limits: PoolLimits, tls: TlsSettings, clock: Callable[[], float], known: KnownEngine | None = None
    ) -> None:
        self.limits = limits
        self.tls = tls
        self.clock = clock
        self._pools = PerLoop(lambda: ConnectionPool(limits, tls, clock, known))

    @property
    def pool(self) -> ConnectionPool:
        """The connections of this event loop."""
        return self._pools.get()

    def exchange(self, request: HttpRequest, timeouts: Timeouts) -> HttpResponse | None:
        """Send a request and return its response; None for a URL that httpx has to normalize first."""
        url = split_plain_url(request.url)
        if url is None:
            return None
        origin, host = parse_origin(url[0])
        data = encode_request(request, host, url[1])
        pool, reusable = self.pool, False
        connection = pool.acquire(origin, timeouts)
        try:
            body = connection.exchange(request.method, data, timeouts)
            status, headers, reusable = connection.status, to_dict(connection.headers), connection.is_reusable
        finally:
            pool.release(origin, connection, reusable=reusable)
        try:
            return HttpResponse(status, headers, decompressed(body, headers.get("content-encoding", "identity")))
        except (ValueError, zlib.error) as exc:
            raise InvalidResponse(str(exc), status=status, lasting=True) from exc

    def close(self) -> None:
        """Close the connections of this event loop."""
        if pool := self._pools.pop():
            pool.close()

    def counts(self) -> PoolCounts:
        """Return the counts of this event loop's pool."""
        return self.pool.counts()
