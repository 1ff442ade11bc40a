# Generated from src/sessionbay/_async/faults.py by scripts/generate_sync.py. Do not edit.
"""A transport that injects faults."""

import math
from collections.abc import Callable
from typing import Self, cast
from urllib.parse import urlsplit

import httpx

from .._concurrency._sync import Clock, StateLock
from .._concurrency._sync_httpx import HttpBody, HttpTransport
from .._http.proxies import proxy_of
from .._http.tls import TlsSettings
from ..core.config import is_loopback
from ..core.faults import Fault, FaultPlan, Silence
from ..core.http import HttpResponse
from ..operations.registry import request_names
from .client import MAX_CONNECTIONS
from .client_config import IDLE_CONNECTION_TIMEOUT
from .http.core import HttpCore
from .http.pool import PoolLimits
from .http.transport import Transport

_TRANSPORT_ERRORS: dict[Silence, Callable[[], httpx.TransportError]] = {
    "refused": lambda: httpx.ConnectError("connection refused"),
    "unreachable": lambda: httpx.ConnectError("no route to host"),
    "reset": lambda: httpx.ReadError("connection reset by peer"),
    "cut": lambda: httpx.RemoteProtocolError("peer closed connection without sending complete message body"),
}
_PLAN_LOCK = StateLock()


class FaultTransport(HttpTransport):
    """Sends a client's requests, and injects the faults of a plan.

    The duration of a fault counts against the client's timeouts. ``plan`` may be replaced.

    Example:
        ```python
        plan = FaultPlan(Rule(fault=Fault.bad_gateway(), action="ListSession", times=2))
        with AgentBay(transport=FaultTransport(plan)) as client:
            listed = client.list()  # the third answer counts
        print(listed.success, len(plan.fired), plan.unfired)
        ```
    """

    def __init__(self, plan: FaultPlan, transport: HttpTransport | None = None, *, clock: Clock | None = None) -> None:
        """Create a transport, for ``transport=`` of a client.

        Args:
            plan: The faults, and the requests that they apply to.
            transport: The transport that sends the requests; by default one like a client's own.
            clock: The clock of the faults' durations; pass the client's ``clock`` if it has one.
        """
        self.plan = plan
        self._clock = clock or Clock()
        self._inner = transport or _default_transport(self._clock)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, or inject a fault; the client calls this.

        Args:
            request: The request.

        Returns:
            The response, possibly modified by a fault.
        """
        with _PLAN_LOCK:
            fault = self.plan.decide(request_names(str(request.url)))
        if fault is None:
            return self._inner.handle_request(request)
        delay = _Delay(self._clock, request)
        response = self._send(request) if fault.processed else HttpResponse(200)
        delay.wait(fault.seconds, fault)
        if fault.silence and fault.silence != "cut":
            raise _TRANSPORT_ERRORS[fault.silence]()
        faulty = fault.apply(response)
        body = FaultyBody(faulty.body, fault, delay)
        return httpx.Response(faulty.status, headers=dict(faulty.headers), stream=body)

    def _send(self, request: httpx.Request) -> HttpResponse:
        response = self._inner.handle_request(request)
        stream = cast("HttpBody", response.stream)
        try:
            body = b"".join([chunk for chunk in stream])
        finally:
            stream.close()
        return HttpResponse(response.status_code, dict(response.headers), body)

    def close(self) -> None:
        """Close the transport that sends the requests."""
        self._inner.close()


class _Delay:
    """Waits for the durations of a fault, within the timeouts of its request."""

    def __init__(self, clock: Clock, request: httpx.Request) -> None:
        self._clock = clock
        self._start = clock.monotonic()
        self._timeouts: dict[str, float | None] = request.extensions.get("timeout", {})

    def wait(self, seconds: float, fault: Fault) -> None:
        """Sleep; raise the timeout of httpx if that ends first."""
        connecting = fault.silence in ("refused", "unreachable")
        timeout = self._timeouts.get("connect" if connecting else "read")
        remaining = math.inf if timeout is None else max(self._start + timeout - self._clock.monotonic(), 0.0)
        if pause := min(seconds, remaining):
            self._clock.sleep(pause)
        if seconds <= remaining:
            return
        raise httpx.ConnectTimeout("no connection") if connecting else httpx.ReadTimeout("no data")


class FaultyBody(HttpBody):
    """The body of a response, sent in chunks, with pauses and a premature end."""

    def __init__(self, content: bytes, fault: Fault, delay: _Delay) -> None:
        size = 1 if fault.pause else max(len(content), 1)
        self._chunks = [content[start : start + size] for start in range(0, len(content), size)][::-1]
        self._fault = fault
        self._delay = delay

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        if self._chunks:
            self._delay.wait(self._fault.pause, self._fault)
            return self._chunks.pop()
        if self._fault.silence:
            raise _TRANSPORT_ERRORS[self._fault.silence]()
        raise StopIteration


def _default_transport(clock: Clock) -> HttpTransport:
    """Return a transport with a client's default settings."""
    proxy_from_env = proxy_of(None, trust_env=True)

    def proxy(url: str) -> str | None:
        return proxy_from_env(url) if proxy_from_env and not is_loopback(urlsplit(url).hostname or "") else None

    limits = PoolLimits(MAX_CONNECTIONS, IDLE_CONNECTION_TIMEOUT)
    core = HttpCore(limits, TlsSettings(True, trust_env=True), clock.monotonic)
    return Transport(core, proxy if proxy_from_env else None)
