"""A transport that injects faults."""

import math
from collections.abc import Callable
from typing import Self, cast
from urllib.parse import urlsplit

import httpx

from .._concurrency._async import AsyncClock, StateLock
from .._concurrency._async_httpx import HttpBody, HttpTransport
from .._http.proxies import proxy_of
from .._http.tls import TlsSettings
from ..core.config import is_loopback
from ..core.faults import Fault, FaultPlan, Silence
from ..core.http import HttpResponse
from ..operations.registry import request_names
from .client import MAX_CONNECTIONS
from .client_config import IDLE_CONNECTION_TIMEOUT
from .http.core import AsyncHttpCore
from .http.pool import PoolLimits
from .http.transport import AsyncTransport

_TRANSPORT_ERRORS: dict[Silence, Callable[[], httpx.TransportError]] = {
    "refused": lambda: httpx.ConnectError("connection refused"),
    "unreachable": lambda: httpx.ConnectError("no route to host"),
    "reset": lambda: httpx.ReadError("connection reset by peer"),
    "cut": lambda: httpx.RemoteProtocolError("peer closed connection without sending complete message body"),
}
_PLAN_LOCK = StateLock()


class AsyncFaultTransport(HttpTransport):
    """Sends a client's requests, and injects the faults of a plan.

    The duration of a fault counts against the client's timeouts. ``plan`` may be replaced.

    Example:
        ```python
        plan = FaultPlan(Rule(fault=Fault.bad_gateway(), action="ListSession", times=2))
        async with AsyncAgentBay(transport=AsyncFaultTransport(plan)) as client:
            listed = await client.list()  # the third answer counts
        print(listed.success, len(plan.fired), plan.unfired)
        ```
    """

    def __init__(
        self, plan: FaultPlan, transport: HttpTransport | None = None, *, clock: AsyncClock | None = None
    ) -> None:
        """Create a transport, for ``transport=`` of a client.

        Args:
            plan: The faults, and the requests that they apply to.
            transport: The transport that sends the requests; by default one like a client's own.
            clock: The clock of the faults' durations; pass the client's ``clock`` if it has one.
        """
        self.plan = plan
        self._clock = clock or AsyncClock()
        self._inner = transport or _default_transport(self._clock)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, or inject a fault; the client calls this.

        Args:
            request: The request.

        Returns:
            The response, possibly modified by a fault.
        """
        with _PLAN_LOCK:
            fault = self.plan.decide(request_names(str(request.url)))
        if fault is None:
            return await self._inner.handle_async_request(request)
        delay = _Delay(self._clock, request)
        response = await self._send(request) if fault.processed else HttpResponse(200)
        await delay.wait(fault.seconds, fault)
        if fault.silence and fault.silence != "cut":
            raise _TRANSPORT_ERRORS[fault.silence]()
        faulty = fault.apply(response)
        body = AsyncFaultyBody(faulty.body, fault, delay)
        return httpx.Response(faulty.status, headers=dict(faulty.headers), stream=body)

    async def _send(self, request: httpx.Request) -> HttpResponse:
        response = await self._inner.handle_async_request(request)
        stream = cast("HttpBody", response.stream)
        try:
            body = b"".join([chunk async for chunk in stream])
        finally:
            await stream.aclose()
        return HttpResponse(response.status_code, dict(response.headers), body)

    async def aclose(self) -> None:
        """Close the transport that sends the requests."""
        await self._inner.aclose()


class _Delay:
    """Waits for the durations of a fault, within the timeouts of its request."""

    def __init__(self, clock: AsyncClock, request: httpx.Request) -> None:
        self._clock = clock
        self._start = clock.monotonic()
        self._timeouts: dict[str, float | None] = request.extensions.get("timeout", {})

    async def wait(self, seconds: float, fault: Fault) -> None:
        """Sleep; raise the timeout of httpx if that ends first."""
        connecting = fault.silence in ("refused", "unreachable")
        timeout = self._timeouts.get("connect" if connecting else "read")
        remaining = math.inf if timeout is None else max(self._start + timeout - self._clock.monotonic(), 0.0)
        if pause := min(seconds, remaining):
            await self._clock.sleep(pause)
        if seconds <= remaining:
            return
        raise httpx.ConnectTimeout("no connection") if connecting else httpx.ReadTimeout("no data")


class AsyncFaultyBody(HttpBody):
    """The body of a response, sent in chunks, with pauses and a premature end."""

    def __init__(self, content: bytes, fault: Fault, delay: _Delay) -> None:
        size = 1 if fault.pause else max(len(content), 1)
        self._chunks = [content[start : start + size] for start in range(0, len(content), size)][::-1]
        self._fault = fault
        self._delay = delay

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        if self._chunks:
            await self._delay.wait(self._fault.pause, self._fault)
            return self._chunks.pop()
        if self._fault.silence:
            raise _TRANSPORT_ERRORS[self._fault.silence]()
        raise StopAsyncIteration


def _default_transport(clock: AsyncClock) -> HttpTransport:
    """Return a transport with a client's default settings."""
    proxy_from_env = proxy_of(None, trust_env=True)

    def proxy(url: str) -> str | None:
        return proxy_from_env(url) if proxy_from_env and not is_loopback(urlsplit(url).hostname or "") else None

    limits = PoolLimits(MAX_CONNECTIONS, IDLE_CONNECTION_TIMEOUT)
    core = AsyncHttpCore(limits, TlsSettings(True, trust_env=True), clock.monotonic)
    return AsyncTransport(core, proxy if proxy_from_env else None)
