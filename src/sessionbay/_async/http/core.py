"""HTTP without httpx: a request as bytes goes out, a whole response comes back."""

import zlib
from collections.abc import Callable

from ..._http.request_head import encode_request, parse_origin, split_plain_url
from ..._http.response import decompressed
from ..._http.response_parser import to_dict
from ..._http.tls import TlsSettings
from ...core.challenge import KnownEngine
from ...core.http import HttpRequest, HttpResponse, InvalidResponse, Timeouts
from ..per_loop import AsyncPerLoop
from .pool import AsyncConnectionPool, PoolCounts, PoolLimits


class AsyncHttpCore:
    """The connections of one client. Each belongs to the event loop that opened it."""

    def __init__(
        self, limits: PoolLimits, tls: TlsSettings, clock: Callable[[], float], known: KnownEngine | None = None
    ) -> None:
        self.limits = limits
        self.tls = tls
        self.clock = clock
        self._pools = AsyncPerLoop(lambda: AsyncConnectionPool(limits, tls, clock, known))

    @property
    def pool(self) -> AsyncConnectionPool:
        """The connections of this event loop."""
        return self._pools.get()

    async def exchange(self, request: HttpRequest, timeouts: Timeouts) -> HttpResponse | None:
        """Send a request and return its response; None for a URL that httpx has to normalize first."""
        url = split_plain_url(request.url)
        if url is None:
            return None
        origin, host = parse_origin(url[0])
        data = encode_request(request, host, url[1])
        pool, reusable = self.pool, False
        connection = await pool.acquire(origin, timeouts)
        try:
            body = await connection.exchange(request.method, data, timeouts)
            status, headers, reusable = connection.status, to_dict(connection.headers), connection.is_reusable
        finally:
            await pool.release(origin, connection, reusable=reusable)
        try:
            return HttpResponse(status, headers, decompressed(body, headers.get("content-encoding", "identity")))
        except (ValueError, zlib.error) as exc:
            raise InvalidResponse(str(exc), status=status, lasting=True) from exc

    async def aclose(self) -> None:
        """Close the connections of this event loop."""
        if pool := self._pools.pop():
            await pool.aclose()

    def counts(self) -> PoolCounts:
        """Return the counts of this event loop's pool."""
        return self.pool.counts()
