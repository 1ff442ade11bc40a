# Generated from src/sessionbay/_async/api_client.py by scripts/generate_sync.py. Do not edit.
"""The API client: sends operations, retries where that is safe, and turns a missing response into an error."""

import random
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from .._concurrency._sync import Lock, run_in_thread
from .._http import response_parser
from .._http.errors import (
    NOT_SENT_ERRORS,
    TIMEOUT_ERRORS,
    ConnectError,
    ConnectTimeoutError,
    NotHttpError,
    TransportError,
)
from .._http.proxies import ProxyOf, proxy_of
from .._http.timeouts import connect_timeout
from .._http.tls import TlsSettings
from ..core.adaptive_rate import AdaptiveRate
from ..core.challenge import KnownEngine
from ..core.config import LOCAL, is_local, is_loopback
from ..core.errors import AgentBayError, EngineEndedError, Kind, Outcome
from ..core.escaping_filter import escaping_logger
from ..core.http import Call, HttpRequest, HttpResponse, InvalidResponse, RequestStamp, Timeouts
from ..core.operation import Operation
from ..core.polling import is_unknown
from ..core.result import Result
from ..core.retry import Failure, RetryBudget, RetryState, classify_response
from ..core.secrets import Secret, excerpt, without
from ..core.wire_model import Wire
from ..dialects.base import Dialect
from ..environment import ThreadLock, environment, nonce
from .client_config import IDLE_CONNECTION_TIMEOUT, ClientConfig
from .engine_watch import EngineWatch, WatchingClock
from .http.core import HttpCore
from .http.pool import PoolLimits
from .per_loop import PerLoop
from .rate_limiter import RateLimiter

if TYPE_CHECKING:
    from .._concurrency._sync_httpx import HttpClient
    from .http.httpx_sender import HttpxSender
    from .ws.multiplexer import Multiplexer

log = escaping_logger("sessionbay.channel")
Q = TypeVar("Q", bound=Wire)
A = TypeVar("A")
R = TypeVar("R", bound=Result[Any])


@dataclass(frozen=True)
class CallTimeout:
    """The timeouts of one call in seconds: for all of it, and for connecting."""

    total: float
    connect: float | None = None


class ApiClient:
    """Sends operations to one cloud in its dialect, and tool calls to the cloud's machines.

    Attributes:
        dialect: The cloud's wire format, with endpoint and key; the first call replaces the endpoint ``local``.
        config: The client's settings.
        engine: Detects that the local engine has ended, if the client talks to one.
        known_engine: The local engine that each connection must authenticate as, if there is one.
        multiplexers: The WebSockets of this event loop by session id.
    """

    def __init__(self, dialect: Dialect, config: ClientConfig, known_engine: KnownEngine | None = None) -> None:
        self.dialect = dialect
        self.config = config
        self.engine = EngineWatch(self, config.clock)
        self.clock = config.clock if config.transport else WatchingClock(config.clock, self.engine)
        self.known_engine = known_engine
        self.owns_engine = False
        self.multiplexers: PerLoop[dict[str, Multiplexer]] = PerLoop(dict)
        self._core: HttpCore | None = None
        self._sender: HttpxSender | None = None
        self._proxy_of: ProxyOf | None = None  # this and the next two are found with the endpoint, by the first call
        self._trusts_env = True
        self._uses_httpx = False
        self._opening = PerLoop(Lock)
        self._http_lock = ThreadLock()
        self._closed = False
        self._rate_limiter = RateLimiter(self.clock)
        self._retry_budget = RetryBudget(config.retry.budget, config.clock.monotonic)

    def raise_if_strict(self, result: R) -> R:
        """Return a result; a strict client raises a refusal."""
        return result.raise_if_strict() if self.config.strict else result

    def timeout(self, seconds: float | None) -> CallTimeout:
        """Return the client's call timeout, or ``seconds`` if that is shorter."""
        limit = self.config.call_timeout
        return CallTimeout(min(limit, seconds or limit))

    def call(
        self,
        op: Operation[Q, A, R],
        request: Q,
        *,
        timeout: CallTimeout | None = None,
        errors: type[AgentBayError] | None = None,
        rate: AdaptiveRate | None = None,
        secrets: tuple[Secret, ...] = (),
    ) -> R:
        """Send an operation and return its result.

        Args:
            op: The operation.
            request: Its request.
            timeout: Replaces the client's own timeout.
            errors: The class of the error that a missing or invalid response raises; else that of the result.
            rate: Is told whether the service throttled the call.
            secrets: Values in the request that no error may show.
        """
        self.open()
        dialect = self.dialect
        call = Call(
            op.action,
            lambda stamp: dialect.encode(op, request, stamp),
            lambda response: dialect.decode(op, response),
            errors or op.result.error_type,
            op.idempotent,
            rate,
            secrets,
        )
        return self.send(call, timeout)

    def send(self, call: Call[R], timeout: CallTimeout | None) -> R:
        """Send a call, and retry it while that is safe and the deadline allows."""
        timeout = timeout or CallTimeout(self.config.call_timeout)
        deadline = self.clock.monotonic() + timeout.total
        retries = RetryState(self.config.retry, call.idempotent, random.random, self._retry_budget)
        outcome_unknown = False
        while True:
            self._rate_limiter.acquire(call.name, deadline)
            result, failure = self._attempt(call, deadline, timeout.connect)
            if isinstance(result, AgentBayError):
                result = self.engine.explain(call.name, result)
            outcome_unknown |= failure.outcome == "unknown" if failure else is_unknown(result.http_status_code)
            throttled = failure is not None and failure.throttled
            self._rate_limiter.record(call.name, throttled=throttled)
            if call.rate:
                call.rate.record(self.clock.monotonic(), throttled=throttled)
            ended = isinstance(result, EngineEndedError)
            pause = retries.pause(failure, deadline - self.clock.monotonic()) if failure and not ended else None
            if pause is not None:
                self.clock.sleep(pause)
            elif isinstance(result, AgentBayError):
                result.outcome = "unknown" if outcome_unknown else result.outcome
                raise result
            else:
                if not failure:
                    self._retry_budget.record_success(retries.charged)
                return replace(result, outcome_unknown=True) if outcome_unknown and not result.success else result

    def _attempt(
        self, call: Call[R], deadline: float, connect: float | None
    ) -> tuple[R | AgentBayError, Failure | None]:
        """Send a call once; return the result or the error, and why it may be retried."""
        clock = self.config.clock
        now = clock.monotonic()
        limit = max(deadline - now, 0.001)
        request = call.encode(RequestStamp(clock.time(), nonce()))
        try:
            response = self._send_request(request, now + limit, limit, connect)
        except (TimeoutError, TransportError) as exc:
            return map_transport_error(call.name, call.errors, exc, limit, connect_hint(request.url))
        except InvalidResponse as exc:
            return self._invalid_response(call, HttpResponse(exc.status), exc)
        self.engine.record_response(response.headers)
        try:
            result = call.decode(response)
        except InvalidResponse as exc:
            return self._invalid_response(call, response, exc)
        log.debug("%s -> success=%s code=%s request_id=%s", call.name, result.success, result.code, result.request_id)
        if result.success:
            return result, None
        message = without(result.error_message, *self._secrets(call))
        if message != result.error_message:  # the service repeats the request
            result = replace(result, error_message=message)
        return result, classify_response(response.status, result.code, response.headers, self.clock.time())

    def _send_request(self, request: HttpRequest, deadline: float, limit: float, connect: float | None) -> HttpResponse:
        core = self._core or self.open()
        if self._goes_directly(core):
            log.debug("sent directly")
            timeouts = Timeouts({"connect": connect_timeout(limit, connect)}, deadline, core.clock)
            if (response := core.exchange(request, timeouts)) is not None:
                return response
        log.debug("sent through httpx")
        return self._httpx_sender(core).send(request, limit, connect, deadline)

    def _goes_directly(self, core: HttpCore) -> bool:
        """Return whether a request can do without httpx, which costs the first one its import."""
        if self.config.transport or self._proxy_of or not response_parser.HAS_PARSER or self._uses_httpx:
            return False
        return "httpx" not in sys.modules or not self._httpx_sender(core).is_intercepted

    def _secrets(self, call: Call[Any]) -> tuple[Secret, ...]:
        return self.dialect.api_key, *call.secrets

    def _invalid_response(
        self, call: Call[Any], response: HttpResponse, exc: InvalidResponse
    ) -> tuple[AgentBayError, Failure | None]:
        """Return the error for a response that is not the protocol."""
        message = f"{call.name}: {exc}; the response begins {excerpt(response.body, *self._secrets(call))!r}"
        error = call.errors.of("invalid_response", message, http_status_code=response.status, request_id=exc.request_id)
        error.__cause__ = exc
        failure = classify_response(response.status, "", response.headers, self.clock.time())
        if failure is None and 200 <= response.status < 300 and not exc.lasting:
            failure = Failure("an invalid response", "unknown")
        error.outcome = failure.outcome if failure else "unknown"
        return error, failure

    def open(self) -> HttpCore:
        """Return the connections; the first call finds or starts the local engine if that is meant."""
        if self._core is not None:
            return self._core
        with self._opening.get():
            if self._closed:
                raise AgentBayError.usage("the client is closed: make a new one")
            if is_local(self.dialect.endpoint):
                self.dialect = run_in_thread(self._find_engine)
            with self._http_lock:
                self._core = self._core or self._new_core()
                return self._core

    @property
    def http(self) -> "HttpClient":
        """The httpx client; it exists after the first call."""
        if self._core is None:
            raise AgentBayError.usage("there is no HTTP client: the client made no call yet, or is closed")
        return self._httpx_sender(self._core).client

    def _find_engine(self) -> Dialect:
        try:
            from ..engine.resolve import find_or_start
        except ModuleNotFoundError as exc:
            raise AgentBayError.usage(
                f'endpoint="local" needs the extra "local" ({exc.name} is missing): pip install ".[local]" in its clone'
            ) from exc
        if not response_parser.HAS_PARSER:
            raise AgentBayError.usage('endpoint="local" needs httptools, to verify the engine on each connection')
        engine = find_or_start(private=self.dialect.endpoint != LOCAL)
        self.owns_engine, self.known_engine = engine.private, engine.known
        return replace(self.dialect, endpoint=engine.endpoint, api_key=engine.api_key)

    def _new_core(self) -> HttpCore:
        config = self.config
        self._trusts_env = not is_loopback(urlsplit(self.dialect.endpoint).hostname or "")
        self._proxy_of = proxy_of(config.proxy, trust_env=self._trusts_env)
        self._uses_httpx = bool(environment().get("SESSIONBAY_HTTPX"))
        limits = PoolLimits(config.max_connections, IDLE_CONNECTION_TIMEOUT)
        tls = TlsSettings(config.verify, trust_env=self._trusts_env)
        return HttpCore(limits, tls, config.clock.monotonic, self.known_engine)

    def _httpx_sender(self, core: HttpCore) -> "HttpxSender":
        if self._sender is None:
            from .http.httpx_sender import HttpxSender

            with self._http_lock:
                self._sender = self._sender or HttpxSender(
                    core, self.config.transport, self._proxy_of, trust_env=self._trusts_env
                )
        return self._sender

    def close_multiplexer(self, session_id: str) -> None:
        """Close the WebSocket of a session that was deleted."""
        if multiplexer := self.multiplexers.get().pop(session_id, None):
            multiplexer.close("the session was deleted", "gone")

    @property
    def is_closed(self) -> bool:
        """Whether the client was closed, and refuses calls."""
        return self._closed

    def leave_loop(self) -> None:
        """Close the connections of this event loop; other loops keep theirs."""
        for multiplexer in (self.multiplexers.pop() or {}).values():
            multiplexer.close()
        if self._core is not None:
            self._core.close()
        if self._sender is not None:
            self._sender.leave_loop()

    def close(self) -> None:
        """Close the connections; later calls raise."""
        self._closed = True
        for multiplexer in (self.multiplexers.pop() or {}).values():
            multiplexer.close()
        core, sender, self._core, self._sender = self._core, self._sender, None, None
        if sender is not None:
            sender.client.close()
        if core is not None:
            core.close()


def connect_hint(url: str) -> str:
    """Return what to check if there is no connection to ``url``."""
    if is_loopback(urlsplit(url).hostname or ""):
        return "is the engine running? Start it by 'sessionbay serve', or pass endpoint=\"local\""
    return "check the endpoint and the network"


def map_transport_error(
    name: str, errors: type[AgentBayError], cause: Exception, timeout: float, hint: str = ""
) -> tuple[AgentBayError, Failure]:
    """Return the error for a request without a response, which has this cause."""
    timed_out = isinstance(cause, (TimeoutError, *TIMEOUT_ERRORS))
    reason = f"no answer within {timeout:.3g} s" if timed_out else str(cause) or type(cause).__name__
    outcome: Outcome = "not_sent" if isinstance(cause, NOT_SENT_ERRORS) else "unknown"
    kind: Kind = "timeout" if timed_out else "invalid_response" if isinstance(cause, NotHttpError) else "unreachable"
    hint = f"; {hint}" if hint and isinstance(cause, (ConnectError, ConnectTimeoutError)) else ""
    error = errors.of(kind, f"{name}: {reason}{hint}", outcome=outcome)
    error.__cause__ = cause
    return error, Failure(reason, outcome)
