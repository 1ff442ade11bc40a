"""How a wait decides: what a look has shown, and when to look again. The looking and sleeping are the caller's."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from .errors import AgentBayError
from .result import Result

Verdict = Literal["arrived", "moving", "elsewhere", "refused", "timeout"]
R = TypeVar("R", bound=Result[Any])

_LOST = ("NOT_LOGIN", "Forbidden", "AccessDenied", "InvalidApiKey", "Unauthorized")
TRANSIENT_STATUSES = (408, 429, 500, 502, 503, 504)
"""The HTTP statuses of a service that may answer the same question later."""


@dataclass(frozen=True)
class PollOutcome(Generic[R]):
    """How a wait ended: the verdict, the last answer, and why the last look failed, if it did."""

    verdict: Verdict
    last: R | None = None
    cause: AgentBayError | None = None

    def story(self, want: str, seen: str, timeout: float) -> str:
        """Say in one line how the wait ended, for an error message."""
        if self.verdict == "elsewhere":
            return f"went {seen}, not {want}"
        last = f"last seen {seen}" if seen else "no state was seen"
        why = self.why()
        return f"not {want} after {timeout:g} s, {last}" + (f"; {why}" if why else "")

    def why(self) -> str:
        """Return why the last look failed, empty when it did not."""
        return str(self.cause or "") or (self.last.error_message if self.last is not None else "")


@dataclass
class Transition:
    """A change of state that was asked for: from ``start`` over ``via`` to ``want``; ``via=None`` is over any state.

    The old state right after asking is "moving"; seen again after the change had begun, twice in a row, it means that
    the change was given up.
    """

    want: frozenset[str]
    via: frozenset[str] | None
    start: frozenset[str] = frozenset()
    gone_is_want: bool = False
    seen: str = field(default="", init=False)
    begun: bool = field(default=False, init=False)
    _back: int = field(default=0, init=False)

    def is_conclusive(self, state: str) -> bool:
        """Return whether a state at second hand, from a list that may lag, is enough: not for what ends in failure."""
        return (
            state in self.want
            or (self.via is not None and state in self.via)
            or not (self.begun or self.start - {state})
        )

    def evaluate(self, look: Result[str]) -> Verdict:
        """Return what a look at the state means for the wait."""
        if not look.success:
            if self.gone_is_want and is_gone(look):
                return "arrived"
            return "moving" if is_transient(look) else "refused"
        self.seen = look.data or ""
        if self.seen in self.want:
            return "arrived"
        if self.via is None or self.seen in self.via:
            self.begun, self._back = True, 0
            return "moving"
        if self.seen not in self.start:
            return "elsewhere"
        self._back += self.begun
        return "elsewhere" if self._back > 1 else "moving"


def is_gone(result: Result[Any]) -> bool:
    """Return whether a refusal says that the thing asked about does not exist (any more)."""
    if result.success:
        return False
    return result.code.endswith("NotFound") and result.code != "InvalidAction.NotFound"


def is_transient(result: Result[Any]) -> bool:
    """Return whether the same question may be answered later, though it was refused now."""
    if is_gone(result) or result.code.startswith(_LOST) or result.http_status_code in (401, 403, 404):
        return False
    return result.http_status_code in TRANSIENT_STATUSES or is_throttled(result.code)


def is_throttled(code: str) -> bool:
    """Return whether ``code`` is one of the clouds' words for "too many requests": not executed, ask later."""
    return code.startswith(("Throttling", "ServiceUnavailable", "TooManyRequests", "QuotaExceeded.Rate"))


def constant_backoff(interval: float) -> Iterator[float]:
    """Yield the same pause for ever."""
    while True:
        yield interval


def exponential_backoff(first: float, factor: float, most: float) -> Iterator[float]:
    """Yield pauses that grow by ``factor`` up to ``most``."""
    pause = first
    while True:
        yield pause
        pause = min(pause * factor, most)
