# Generated from src/sessionbay/_async/faults.py by scripts/generate_sync.py. Do not edit.
"""A transport in which things go wrong as they were asked to."""

import math
from collections.abc import Callable
from typing import Self, cast

import httpx

from .._concurrency._sync import Clock, HttpBody, HttpTransport, StateLock
from .._http.proxies import proxy_of
from .._http.tls import TlsSettings
from ..core.config import is_loopback
from ..core.faults import Fault, FaultPlan, Silence
from ..core.http import HttpResponse
from ..operations.registry import request_names
from .client import MAX_CONNECTIONS
from .client_config import IDLE_CONNECTION_TIMEOUT
from .http.pool import PoolLimits
from .http.transport import Transport

_SILENCES: dict[Silence, Callable[[], httpx.TransportError]] = {
    "refused": lambda: httpx.ConnectError("connection refused"),
    "unreachable": lambda: httpx.ConnectError("no route to host"),
    "reset": lambda: httpx.ReadError("connection reset by peer"),
    "cut": lambda: httpx.RemoteProtocolError("peer closed connection without sending complete message body"),
}
_DECIDING = StateLock()


class FaultTransport(HttpTransport):
    """Carries a client's requests, and lets faults befall them as a plan says.

    The time that a fault takes counts against the client's limits as a slow network's does. ``plan`` is the plan, and
    may be replaced by another one.

    Example:
        ```python
        plan = FaultPlan(Rule(fault=Fault.bad_gateway(), action="ListSession", times=2))
        with AgentBay(transport=FaultTransport(plan)) as client:
            listed = client.list()  # the third answer counts
        print(listed.success, len(plan.fired), plan.unfired)
        ```
    """

    def __init__(self, plan: FaultPlan, transport: HttpTransport | None = None, *, clock: Clock | None = None) -> None:
        """Make a transport, for a client's ``transport=``.

        Args:
            plan: Which faults befall which requests.
            transport: What carries the requests; if not given, a transport such as a client makes for itself.
            clock: The time that faults take; the client's own ``clock``, where it was given one.
        """
        self.plan = plan
        self._clock = clock or Clock()
        self._inner = transport or _usual(self._clock)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, or let something else become of it; the client calls this.

        Args:
            request: The request.

        Returns:
            The answer, such as it is.
        """
        with _DECIDING:
            fault = self.plan.decide(request_names(str(request.url)))
        if fault is None:
            return self._inner.handle_request(request)
        time = _Time(self._clock, request)
        answer = self._ask(request) if fault.processed else HttpResponse(200)
        time.passes(fault.seconds, fault)
        if fault.silence and fault.silence != "cut":
            raise _SILENCES[fault.silence]()
        made = fault.made_of(answer)
        return httpx.Response(made.status, headers=dict(made.headers), stream=FaultyBody(made.body, fault, time))

    def _ask(self, request: httpx.Request) -> HttpResponse:
        answer = self._inner.handle_request(request)
        stream = cast("HttpBody", answer.stream)
        try:
            body = b"".join([piece for piece in stream])
        finally:
            stream.close()
        return HttpResponse(answer.status_code, dict(answer.headers), body)

    def close(self) -> None:
        """Close what carries the requests."""
        self._inner.close()


class _Time:
    """What a client's limits leave of the time for one request."""

    def __init__(self, clock: Clock, request: httpx.Request) -> None:
        self._clock = clock
        self._began = clock.monotonic()
        self._limits: dict[str, float | None] = request.extensions.get("timeout", {})

    def passes(self, seconds: float, fault: Fault) -> None:
        """Let time pass, no more than the client has."""
        connecting = fault.silence in ("refused", "unreachable")
        limit = self._limits.get("connect" if connecting else "read")
        left = math.inf if limit is None else max(self._began + limit - self._clock.monotonic(), 0.0)
        if pause := min(seconds, left):
            self._clock.sleep(pause)
        if seconds <= left:
            return
        if connecting:
            raise httpx.ConnectTimeout("no connection")
        raise httpx.ReadTimeout("nothing came")


class FaultyBody(HttpBody):
    """The body of an answer, as far as and as fast as it comes."""

    def __init__(self, content: bytes, fault: Fault, time: _Time) -> None:
        size = 1 if fault.pause else max(len(content), 1)
        self._left = [content[start : start + size] for start in range(0, len(content), size)][::-1]
        self._fault = fault
        self._time = time

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        if self._left:
            self._time.passes(self._fault.pause, self._fault)
            return self._left.pop()
        if self._fault.silence:
            raise _SILENCES[self._fault.silence]()
        raise StopIteration


def _usual(clock: Clock) -> HttpTransport:
    """Return a transport as a client makes it whose settings are the usual ones."""
    found = proxy_of(None, trust_env=True)

    def proxy(url: httpx.URL) -> str | None:
        return found(url) if found and not is_loopback(url.host) else None

    return Transport(
        PoolLimits(MAX_CONNECTIONS, IDLE_CONNECTION_TIMEOUT),
        TlsSettings(True, trust_env=True),
        proxy if found else None,
        clock.monotonic,
    )
