"""The decisions of a polling loop: what a look means, and when to look again. Pure: the caller looks and sleeps."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from .errors import AgentBayError
from .result import Result

Verdict = Literal["done", "pending", "failed", "refused", "request", "timeout"]
"""The meaning of a look for a wait; ``request``: the request must be sent, or sent again, before the wait goes on."""
R = TypeVar("R", bound=Result[Any])

_PERMANENT_CODES = ("NOT_LOGIN", "Forbidden", "AccessDenied", "InvalidApiKey", "Unauthorized")
TRANSIENT_STATUSES = (408, 429, 500, 502, 503, 504)
"""The HTTP statuses of a service that may accept the same request later."""
INSUFFICIENT_STORAGE = 507  # the HTTP status of a refusal for lack of disk


@dataclass(frozen=True)
class PollOutcome(Generic[R]):
    """The end of a wait: the verdict, the last response, and the error of the last look if that failed."""

    verdict: Verdict
    last: R | None = None
    cause: AgentBayError | None = None

    def describe(self, target: str, state: str, timeout: float) -> str:
        """Return one line for an error message."""
        if self.verdict == "failed":
            return f"went {state}, not {target}"
        last = f"last seen {state}" if state else "no state was seen"
        reason = self.reason()
        return f"not {target} after {timeout:g} s, {last}" + (f"; {reason}" if reason else "")

    def reason(self) -> str:
        """Return why the last look failed; empty if it did not."""
        return str(self.cause or "") or (self.last.error_message if self.last is not None else "")


class PollState(Generic[R]):
    """The looks of one wait so far. Both polling loops decide by it when to look again and when to stop."""

    def __init__(self, evaluate: Callable[[R], Verdict], deadline: float) -> None:
        self._evaluate = evaluate
        self._deadline = deadline
        self._verdict: Verdict = "pending"
        self._last: R | None = None
        self._cause: AgentBayError | None = None

    def record(self, look: R) -> None:
        """Record the result of a look."""
        self._last, self._cause = look, None
        self._verdict = self._evaluate(look)

    def record_failure(self, error: AgentBayError) -> None:
        """Record a look without a response; raise an error after which another look would fail alike."""
        if error.kind in ("usage", "gone", "engine_ended"):
            raise error
        self._cause = error

    def pause(self, now: float, intervals: Iterator[float]) -> float:
        """Return the seconds until the next look, cut to the deadline; 0 when there is none."""
        if self._verdict != "pending" or now >= self._deadline:
            return 0.0
        return min(next(intervals), self._deadline - now)

    def outcome(self, now: float) -> PollOutcome[R] | None:
        """Return the outcome, or None if another look is due."""
        if self._verdict != "pending":
            return PollOutcome(self._verdict, self._last)
        return PollOutcome("timeout", self._last, self._cause) if now >= self._deadline else None


def is_gone(result: Result[Any]) -> bool:
    """Return whether a refusal means that the object does not exist (any more)."""
    if result.success:
        return False
    return result.code.endswith("NotFound") and result.code != "InvalidAction.NotFound"


def is_transient(result: Result[Any]) -> bool:
    """Return whether a refused request may succeed later."""
    if is_permanent(result):
        return False
    return result.http_status_code in TRANSIENT_STATUSES or is_throttled(result.code)


def is_permanent(result: Result[Any]) -> bool:
    """Return whether a refused request will be refused again: the object is gone, or access is denied."""
    if result.success:
        return False
    denied = result.code.startswith(_PERMANENT_CODES) or result.http_status_code in (401, 403, 404)
    return denied or is_gone(result) or result.kind == "gone"


def is_unknown(status: int) -> bool:
    """Return whether a refusal with this HTTP status may have taken effect; 507 is "no room", and nothing was done."""
    return status >= 500 and status != INSUFFICIENT_STORAGE


def is_throttled(code: str) -> bool:
    """Return whether ``code`` is one of the clouds' codes for "too many requests": nothing was executed."""
    return code.startswith(("Throttling", "ServiceUnavailable", "TooManyRequests", "QuotaExceeded.Rate"))


def constant_backoff(interval: float) -> Iterator[float]:
    """Yield the same interval for ever."""
    while True:
        yield interval


def exponential_backoff(first: float, factor: float, limit: float) -> Iterator[float]:
    """Yield intervals that grow by ``factor`` up to ``limit`` seconds."""
    interval = first
    while True:
        yield interval
        interval = min(interval * factor, limit)
