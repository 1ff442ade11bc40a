"""Retry policy, budget and state. Pure: the caller provides clock, randomness and sleep."""

import email.utils
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .errors import AgentBayError, Outcome
from .polling import TRANSIENT_STATUSES, is_throttled
from .validation import count, seconds

_MOST_OBEYED = 60.0


@dataclass(frozen=True, kw_only=True)
class RetryPolicy:
    """The number of retries of a request, and the pauses between them.

    Only what cannot do harm twice is repeated: idempotent operations; others when the request surely never left, or
    was throttled, which means "not executed".

    Attributes:
        attempts: How often a request is sent at most, the first time included; 1 switches repeating off.
        throttle_attempts: The same after "too many requests", which is no failure but a "later".
        base: Seconds of the first pause at most; each next one may be twice as long. The pause itself is random.
        cap: Seconds that no pause exceeds, unless the service asks for more.
        throttle_base: The same as ``base`` after "too many requests".
        throttle_cap: The same as ``cap`` after "too many requests".
        budget: How much a client may spend on repeating: each repetition costs 10, which come back when the call
            succeeds in the end; a call that succeeds at once brings 1, a second 2. So a blip is ridden out, and an
            outage is not made worse. "Too many requests" costs nothing.
        on_retry: Called before each pause with the number of the attempt that failed, the pause and the reason.
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

    COST, GAIN, REFILL = 10.0, 1.0, 2.0  # a repetition, a success, a second

    def __init__(self, most: float, clock: Callable[[], float]) -> None:
        self._most = most
        self._left = most
        self._clock = clock
        self._at = clock()

    def spend(self) -> bool:
        """Pay for one repetition; return whether there was enough."""
        now = self._clock()
        self._add((now - self._at) * self.REFILL)
        self._at = now
        if self._left < self.COST:
            return False
        self._left -= self.COST
        return True

    def succeeded(self, repetitions: int) -> None:
        """Take note of a call that succeeded, after so many repetitions that were paid for."""
        self._add(repetitions * self.COST or self.GAIN)

    def _add(self, amount: float) -> None:
        self._left = min(self._most, self._left + amount)


@dataclass
class RetryState:
    """The attempts of one call."""

    policy: RetryPolicy
    idempotent: bool
    random: Callable[[], float]
    budget: RetryBudget
    made: int = 0
    paid: int = 0

    def pause(self, failure: Failure, left: float) -> float | None:
        """Return how long to wait before the next attempt, or None when there is to be none."""
        self.made += 1
        safe = self.idempotent or failure.throttled or failure.outcome == "not_sent"
        most = self.policy.attempts
        if failure.throttled and most > 1:
            most = self.policy.throttle_attempts
        if not safe or self.made >= most:
            return None
        pause = self._random_pause(failure.throttled) if failure.wait is None else failure.wait
        if pause > min(left, _MOST_OBEYED) or not self._pays(failure):
            return None
        if self.policy.on_retry:
            self.policy.on_retry(self.made, pause, failure.reason)
        return pause

    def _pays(self, failure: Failure) -> bool:
        if failure.throttled:
            return True
        paid = self.budget.spend()
        self.paid += paid
        return paid

    def _random_pause(self, throttled: bool) -> float:
        policy = self.policy
        base, cap = (policy.throttle_base, policy.throttle_cap) if throttled else (policy.base, policy.cap)
        return self.random() * min(base * 2.0 ** (self.made - 1), cap)


def failure_of(status: int, code: str, headers: Mapping[str, str], now: float) -> Failure | None:
    """Return the reason to retry a response with this status and code, or None if it is final."""
    throttled = status == 429 or is_throttled(code) or "x-acs-retry-after" in headers
    if not throttled and status not in TRANSIENT_STATUSES:
        return None
    reason = f"HTTP {status}" + (f" [{code}]" if code else "")
    return Failure(reason, "rejected" if throttled else "unknown", throttled, retry_after(headers, now))


def retry_after(headers: Mapping[str, Any], now: float) -> float | None:
    """Return the seconds that the service asks to wait: ``x-acs-retry-after`` (ms) or ``Retry-After`` (s or date)."""
    milliseconds = str(headers.get("x-acs-retry-after", "")).strip()
    if milliseconds.isdecimal():
        return float(milliseconds) / 1000
    value = str(headers.get("retry-after", "")).strip()
    if value.isdecimal():
        return float(value)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - now)
    except (ValueError, OverflowError):  # the latter for a year, or a zone, that no date has
        return None
