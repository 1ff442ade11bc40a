"""A transport under test, with the client around it that the channel uses."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import httpx

from sessionbay._async.http.core import AsyncHttpCore
from sessionbay._async.http.pool import PoolCounts, PoolLimits
from sessionbay._async.http.transport import AsyncTransport
from sessionbay._concurrency._async_httpx import AsyncHttpClient
from sessionbay._http.proxies import ProxyOf
from sessionbay._http.tls import TlsSettings
from sessionbay.core.challenge import KnownEngine

from ..http_requests import request


class Carrier:
    """Carries requests over a transport of its own."""

    def __init__(
        self,
        *,
        most: int = 8,
        kept: float = 60.0,
        verify: Any = True,
        proxy_of: ProxyOf | None = None,
        clock: Callable[[], float] = time.monotonic,
        known: KnownEngine | None = None,
    ) -> None:
        self.core = AsyncHttpCore(PoolLimits(most, kept), TlsSettings(verify, trust_env=False), clock, known)
        self.transport = AsyncTransport(self.core, proxy_of)
        self.client = AsyncHttpClient(transport=self.transport, bounded=True, trust_env=False)

    async def ask(self, url: str, *args: Any, **options: Any) -> httpx.Response:
        """Send the request that ``request`` makes, and return its answer, read to the end."""
        return await self.client.send(request(url, *args, **options))

    async def begin(self, url: str, *args: Any, **options: Any) -> httpx.Response:
        """Send the request that ``request`` makes, and return its answer, not yet read."""
        return await self.client.send(request(url, *args, **options), stream=True)

    async def ask_often(self, url: str, times: int) -> list[int]:
        """Ask one after the other; return the answers' statuses."""
        return [(await self.ask(url)).status_code for _ in range(times)]

    @property
    def counts(self) -> PoolCounts:
        """How things stand."""
        return self.transport.counts()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.client.aclose()
