"""The decisions of a polling loop: what a look means, and when to look again. Pure: the caller looks and sleeps."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from .errors import AgentBayError
from .result import Result

Verdict = Literal["done", "pending", "failed", "refused", "timeout"]
R = TypeVar("R", bound=Result[Any])

_PERMANENT_CODES = ("NOT_LOGIN", "Forbidden", "AccessDenied", "InvalidApiKey", "Unauthorized")
TRANSIENT_STATUSES = (408, 429, 500, 502, 503, 504)
"""The HTTP statuses of a service that may accept the same request later."""


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
        """Record a look without a response; raise a usage error, since another look would fail alike."""
        if error.kind == "usage":
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


@dataclass
class Transition:
    """A requested change of state.

    The start state right after the request is "pending". Seen twice in a row after the change had begun, it means that
    the service gave the change up.

    Attributes:
        target: The states that end the wait.
        via: The states on the way; None allows any.
        start: The states before the request took effect.
        gone_is_target: Whether "not found" ends the wait, too.
        seen: The last state that was seen.
        begun: Whether a state on the way was seen.
    """

    target: frozenset[str]
    via: frozenset[str] | None
    start: frozenset[str] = frozenset()
    gone_is_target: bool = False
    last_state: str = field(default="", init=False)
    has_begun: bool = field(default=False, init=False)
    _back: int = field(default=0, init=False)

    def is_conclusive(self, state: str) -> bool:
        """Return whether a state from a list, which may lag, needs no direct look: it does not end in failure."""
        return (
            state in self.target
            or (self.via is not None and state in self.via)
            or not (self.has_begun or self.start - {state})
        )

    def evaluate(self, look: Result[str]) -> Verdict:
        """Return what the look at a state means for the wait."""
        if not look.success:
            if self.gone_is_target and is_gone(look):
                return "done"
            return "pending" if is_transient(look) else "refused"
        self.last_state = look.data or ""
        if self.last_state in self.target:
            return "done"
        if self.via is None or self.last_state in self.via:
            self.has_begun, self._back = True, 0
            return "pending"
        if self.last_state not in self.start:
            return "failed"
        self._back += self.has_begun
        return "failed" if self._back > 1 else "pending"


def is_gone(result: Result[Any]) -> bool:
    """Return whether a refusal means that the object does not exist (any more)."""
    if result.success:
        return False
    return result.code.endswith("NotFound") and result.code != "InvalidAction.NotFound"


def is_transient(result: Result[Any]) -> bool:
    """Return whether a refused request may succeed later."""
    if is_gone(result) or result.code.startswith(_PERMANENT_CODES) or result.http_status_code in (401, 403, 404):
        return False
    return result.http_status_code in TRANSIENT_STATUSES or is_throttled(result.code)


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
