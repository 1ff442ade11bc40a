"""The only place where the client does I/O: a request out, an answer in, and silence made into an error."""

import logging
import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from .._concurrency._async import Clock, HttpClient, HttpTransport, Lock, run_in_thread, send
from .._http import NotHttpError, TlsSettings, http_request, proxy_of
from ..core.adaptive_rate import AdaptiveRate
from ..core.challenge import KnownEngine
from ..core.config import LOCAL, is_loopback
from ..core.errors import AgentBayError, Kind, Outcome
from ..core.http import Call, HttpRequest, HttpResponse, InvalidResponse, RequestStamp
from ..core.operation import Operation
from ..core.result import Result
from ..core.retry import Failure, RetryBudget, RetryPolicy, RetryState, failure_of
from ..core.secrets import Secret, excerpt, without
from ..core.wire_model import Wire
from ..dialects.base import Dialect
from ..environment import ThreadLock, nonce
from ..registry import Endpoint
from .http.pool import PoolLimits
from .http.redaction import AsyncRedactingTransport
from .http.transport import AsyncTransport
from .per_loop import AsyncPerLoop
from .rate_limiter import AsyncRateLimiter

if TYPE_CHECKING:
    from .ws.multiplexer import AsyncMultiplexer

log = logging.getLogger("sessionbay.channel")
Q = TypeVar("Q", bound=Wire)
A = TypeVar("A")
R = TypeVar("R", bound=Result[Any])

NO_ADDRESS = (httpx.InvalidURL, UnicodeError)  # the latter for names of hosts that cannot be spelled
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


@dataclass(frozen=True)
class Options:
    """How a client talks, whatever it talks to."""

    timeout: float
    strict: bool
    retry: RetryPolicy
    proxy: str | None
    verify: Any
    allow_http: bool
    bounds: PoolLimits
    tag_sessions: bool
    transport: HttpTransport | None
    clock: Clock


@dataclass(frozen=True)
class CallTimeout:
    """How long one call may take (seconds): all of it, and the making of a connection."""

    whole: float
    connect: float | None = None


class AsyncApiClient:
    """Carries operations to one cloud in its dialect, and tool calls to its machines.

    Where it leads to an engine of this machine that is ``known``, each connection there proves to be it, first of all.
    """

    def __init__(self, dialect: Dialect, options: Options, known: KnownEngine | None = None) -> None:
        self.dialect = dialect
        self.options = options
        self.clock = options.clock
        self.known = known
        self._http: HttpClient | None = None
        self._opening = AsyncPerLoop(Lock)
        self._making = ThreadLock()
        self._closed = False
        self._ends_with_us = False
        self.lines: AsyncPerLoop[dict[str, AsyncMultiplexer]] = AsyncPerLoop(dict)
        self._pacer = AsyncRateLimiter(options.clock)
        self._budget = RetryBudget(options.retry.budget, options.clock.monotonic)

    def told(self, result: R) -> R:
        """Return a result for the caller; a strict client raises what it refuses."""
        return result.raise_if_strict() if self.options.strict else result

    def limits(self, most: float | None) -> CallTimeout:
        """Return the client's own limit of a call, or ``most`` seconds where that is less."""
        timeout = self.options.timeout
        return CallTimeout(min(timeout, most or timeout))

    async def call(
        self,
        op: Operation[Q, A, R],
        request: Q,
        *,
        limits: CallTimeout | None = None,
        errors: type[AgentBayError] | None = None,
        pace: AdaptiveRate | None = None,
        secrets: tuple[Secret, ...] = (),
    ) -> R:
        """Send ``request`` and return what the service said; when it said nothing, raise one of ``errors``.

        ``secrets`` are in the request, and are to be in no error.
        """
        await self.open()
        dialect = self.dialect
        exchange = Call(
            op.action,
            lambda stamp: dialect.encode(op, request, stamp),
            lambda answer: dialect.decode(op, answer),
            errors or op.result.error_type,
            op.idempotent,
            pace,
            secrets,
        )
        return await self.exchange(exchange, limits)

    async def exchange(self, exchange: Call[R], limits: CallTimeout | None) -> R:
        """Ask, again where that is safe and of use, until an answer counts or the time is up."""
        limits = limits or CallTimeout(self.options.timeout)
        deadline = self.clock.monotonic() + limits.whole
        retries = RetryState(self.options.retry, exchange.idempotent, random.random, self._budget)
        outcome_unknown = False
        while True:
            await self._pacer.turn(exchange.name, deadline - self.clock.monotonic())
            left = max(deadline - self.clock.monotonic(), 0.001)
            said, failure = await self._attempt(exchange, replace(limits, whole=left))
            outcome_unknown = outcome_unknown or (
                failure.outcome == "unknown" if failure else said.http_status_code >= 500
            )
            throttled = failure is not None and failure.throttled
            self._pacer.note(exchange.name, throttled=throttled)
            if exchange.pace:
                exchange.pace.note(self.clock.monotonic(), throttled=throttled)
            pause = retries.pause(failure, deadline - self.clock.monotonic()) if failure else None
            if pause is not None:
                await self.clock.sleep(pause)
            elif isinstance(said, AgentBayError):
                said.outcome = "unknown" if outcome_unknown else said.outcome
                raise said
            else:
                if not failure:
                    self._budget.succeeded(retries.paid)
                return replace(said, outcome_unknown=True) if outcome_unknown and not said.success else said

    async def _attempt(self, exchange: Call[R], limits: CallTimeout) -> tuple[R | AgentBayError, Failure | None]:
        """Ask once; return the result or the error, and why it may be tried again."""
        request = exchange.encode(RequestStamp(self.clock.time(), nonce()))
        try:
            answer = await self._send(request, limits)
        except (TimeoutError, httpx.TransportError) as exc:
            return map_transport_error(exchange.name, exchange.errors, exc, limits.whole)
        except NO_ADDRESS as exc:  # httpx reads where a redirect leads, though nobody follows it
            return self._invalid_response(exchange, HttpResponse(0), InvalidResponse(f"no address to go to: {exc}"))
        except InvalidResponse as exc:
            return self._invalid_response(exchange, HttpResponse(exc.status), exc)
        try:
            said = exchange.decode(answer)
        except InvalidResponse as exc:
            return self._invalid_response(exchange, answer, exc)
        log.debug("%s -> success=%s code=%s request_id=%s", exchange.name, said.success, said.code, said.request_id)
        if not said.success:  # what the service says may repeat what it was sent
            said = replace(said, error_message=without(said.error_message, *self._secrets(exchange)))
        failure = None if said.success else failure_of(answer.status, said.code, answer.headers, self.clock.time())
        return said, failure

    async def _send(self, request: HttpRequest, limits: CallTimeout) -> HttpResponse:
        http = await self.open()
        deadline = self.clock.monotonic() + limits.whole
        asked = http_request(request, limits.whole, limits.connect, deadline)
        return await send(http, asked, limits.whole)

    def _secrets(self, exchange: Call[Any]) -> tuple[Secret, ...]:
        return self.dialect.api_key, *exchange.secrets

    def _invalid_response(
        self, exchange: Call[Any], answer: HttpResponse, exc: InvalidResponse
    ) -> tuple[AgentBayError, Failure | None]:
        """Return the error for an answer that is not the protocol."""
        message = f"{exchange.name}: {exc}; the answer begins {excerpt(answer.body, *self._secrets(exchange))!r}"
        error = exchange.errors.of(
            "invalid_response", message, http_status_code=answer.status, request_id=exc.request_id
        )
        error.__cause__ = exc
        failure = failure_of(answer.status, "", answer.headers, self.clock.time())
        if failure is None and 200 <= answer.status < 300 and not exc.lasting:
            failure = Failure("an answer that cannot be read", "unknown")
        error.outcome = failure.outcome if failure else "unknown"
        return error, failure

    async def open(self) -> HttpClient:
        """Return the connections; the first call makes them, and starts the local engine where that is asked for."""
        if self._http is not None:
            return self._http
        async with self._opening.get():
            if self._closed:
                raise AgentBayError.usage("the client is closed: make a new one")
            if self.dialect.endpoint == LOCAL:
                self.dialect = await run_in_thread(self._local)
            with self._making:
                self._http = self._http or self._connections()
                return self._http

    @property
    def way(self) -> Endpoint | None:
        """How this cloud is reached when the program ends; None when its sessions end too, or by the user's transport.

        A transport is not asked then: it may need an event loop that is gone.
        """
        options = self.options
        if self._ends_with_us or options.transport:
            return None
        return Endpoint(self.dialect, options.proxy, options.verify, options.allow_http, self.known)

    @property
    def http(self) -> HttpClient:
        """The connections; they are there after the first call."""
        if self._http is None:
            raise AgentBayError.usage("there are no connections: the client made no call yet, or is closed")
        return self._http

    def _local(self) -> Dialect:
        try:
            from ..engine.resolve import find_or_start
        except ModuleNotFoundError as exc:
            raise AgentBayError.usage(
                f'endpoint="local" needs the extra "local" ({exc.name} is missing): pip install "sessionbay[local]"'
            ) from exc
        engine = find_or_start()
        self._ends_with_us, self.known = engine.private, engine.known
        return replace(self.dialect, endpoint=engine.endpoint, api_key=engine.api_key)

    def _connections(self) -> HttpClient:
        options = self.options
        trust_env = not is_loopback(httpx.URL(self.dialect.endpoint).host)
        tls = TlsSettings(options.verify, trust_env=trust_env)
        proxy = proxy_of(options.proxy, trust_env=trust_env)
        own = AsyncRedactingTransport(options.transport) if options.transport else None
        return HttpClient(
            transport=own or AsyncTransport(options.bounds, tls, proxy, self.clock.monotonic, self.known),
            bounded=not options.transport and not proxy,
            trust_env=trust_env,
        )

    async def close_connection(self, session_id: str) -> None:
        """Close the line to a session that was deleted."""
        if line := self.lines.get().pop(session_id, None):
            await line.aclose("the session was deleted")

    @property
    def is_closed(self) -> bool:
        """Whether every call is refused."""
        return self._closed

    async def aclose(self) -> None:
        """Close the connections; every later call is refused."""
        self._closed = True
        for line in (self.lines.pop() or {}).values():
            await line.aclose()
        if self._http is not None:
            http, self._http = self._http, None
            await http.aclose()


def map_transport_error(
    name: str, errors: type[AgentBayError], cause: Exception, limit: float
) -> tuple[AgentBayError, Failure]:
    """Return the error for a request without an answer. The cause keeps its text, and loses the request it holds."""
    if isinstance(cause, httpx.RequestError):
        cause._request = None
    late = isinstance(cause, (TimeoutError, httpx.TimeoutException))
    reason = f"no answer within {limit:.3g} s" if late else str(cause) or type(cause).__name__
    outcome: Outcome = "not_sent" if isinstance(cause, _NEVER_SENT) else "unknown"
    kind: Kind = "timeout" if late else "invalid_response" if isinstance(cause, NotHttpError) else "unreachable"
    error = errors.of(kind, f"{name}: {reason}", outcome=outcome)
    error.__cause__ = cause
    return error, Failure(reason, outcome)
