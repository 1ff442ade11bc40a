"""Retry policy, budget and state. Pure: the caller provides clock, randomness and sleep."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .errors import AgentBayError, Outcome
from .polling import TRANSIENT_STATUSES, is_throttled
from .public import public
from .validation import count, seconds

_MAX_RETRY_AFTER = 60.0


@public
@dataclass(frozen=True, kw_only=True)
class RetryPolicy:
    """The number of retries of a request, and the pauses between them.

    Idempotent operations are retried. Other operations are retried only if the request was not sent, or was throttled
    and so not executed.

    Attributes:
        attempts: The maximum number of attempts, including the first; 1 disables retries.
        throttle_attempts: The maximum number of attempts for throttled requests.
        base: The upper bound, in seconds, of the first pause; it doubles with each attempt. Pauses are random.
        cap: The maximum pause in seconds, unless the service asks for a longer one.
        throttle_base: ``base`` for throttled requests.
        throttle_cap: ``cap`` for throttled requests.
        budget: The capacity of the client's retry budget. A retry costs 10, refunded if the call succeeds. A call
            without retries adds 1, and each second adds 2. The budget limits the load of retries during an outage.
            Retries of throttled requests are free.
        on_retry: Called before each pause with the number of the failed attempt, the pause in seconds and the reason.
    """

    attempts: int = 4
    throttle_attempts: int = 8
    base: float = 0.1
    cap: float = 5.0
    throttle_base: float = 1.0
    throttle_cap: float = 20.0
    budget: float = 1000.0
    on_retry: Callable[[int, float, str], None] | None = None

    def __post_init__(self) -> None:
        count("attempts", self.attempts, AgentBayError)
        count("throttle_attempts", self.throttle_attempts, AgentBayError)
        for name in ("base", "cap", "throttle_base", "throttle_cap", "budget"):
            seconds(name, getattr(self, name), AgentBayError, zero=True)


@dataclass(frozen=True)
class Failure:
    """The reason why an attempt failed."""

    reason: str
    outcome: Outcome
    throttled: bool = False
    wait: float | None = None


class RetryBudget:
    """The retry budget that all calls of a client share."""

    COST, GAIN, REFILL = 10.0, 1.0, 2.0  # per retry, success, second

    def __init__(self, most: float, clock: Callable[[], float]) -> None:
        self._capacity = most
        self._balance = most
        self._clock = clock
        self._updated_at = clock()

    def spend(self) -> bool:
        """Charge one retry. Return False if the balance is too low."""
        now = self._clock()
        self._add((now - self._updated_at) * self.REFILL)
        self._updated_at = now
        if self._balance < self.COST:
            return False
        self._balance -= self.COST
        return True

    def record_success(self, repetitions: int) -> None:
        """Refund the charged retries of a call that succeeded, or credit one without retries."""
        self._add(repetitions * self.COST or self.GAIN)

    def _add(self, amount: float) -> None:
        self._balance = min(self._capacity, self._balance + amount)


@dataclass
class RetryState:
    """The attempts of one call."""

    policy: RetryPolicy
    idempotent: bool
    random: Callable[[], float]
    budget: RetryBudget
    attempts: int = 0
    charged: int = 0

    def pause(self, failure: Failure, left: float) -> float | None:
        """Return the seconds until the next attempt, or None if the failure is final."""
        self.attempts += 1
        safe = self.idempotent or failure.throttled or failure.outcome == "not_sent"
        most = self.policy.attempts
        if failure.throttled and most > 1:
            most = self.policy.throttle_attempts
        if not safe or self.attempts >= most:
            return None
        pause = self._random_pause(failure.throttled) if failure.wait is None else failure.wait
        if pause > min(left, _MAX_RETRY_AFTER) or not self._charge(failure):
            return None
        if self.policy.on_retry:
            self.policy.on_retry(self.attempts, pause, failure.reason)
        return pause

    def _charge(self, failure: Failure) -> bool:
        if failure.throttled:
            return True
        charged = self.budget.spend()
        self.charged += charged
        return charged

    def _random_pause(self, throttled: bool) -> float:
        policy = self.policy
        base, cap = (policy.throttle_base, policy.throttle_cap) if throttled else (policy.base, policy.cap)
        return self.random() * min(base * 2.0 ** (self.attempts - 1), cap)


def classify_response(status: int, code: str, headers: Mapping[str, str], now: float) -> Failure | None:
    """Return the reason to retry a response with this status and code, or None if it is final."""
    throttled = status == 429 or is_throttled(code) or "x-acs-retry-after" in headers
    if not throttled and status not in TRANSIENT_STATUSES:
        return None
    reason = f"HTTP {status}" + (f" [{code}]" if code else "")
    return Failure(reason, "rejected" if throttled else "unknown", throttled, parse_retry_after(headers, now))


def parse_retry_after(headers: Mapping[str, Any], now: float) -> float | None:
    """Return the seconds that the service asks to wait: ``x-acs-retry-after`` (ms) or ``Retry-After`` (s or date)."""
    milliseconds = str(headers.get("x-acs-retry-after", "")).strip()
    if milliseconds.isdecimal():
        return float(milliseconds) / 1000
    value = str(headers.get("retry-after", "")).strip()
    if value.isdecimal():
        return float(value)
    if not value:
        return None
    import email.utils  # rarely needed: throttled calls are answered in seconds

    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - now)
    except (ValueError, OverflowError):  # the latter for a year, or a zone, that no date has
        return None
