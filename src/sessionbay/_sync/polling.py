# Generated from src/sessionbay/_async/polling.py by scripts/generate_sync.py. Do not edit.
"""Waiting for a state: one loop that pause, resume, delete and the contexts share."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from .._concurrency._sync import Clock, Look
from ..core.errors import AgentBayError
from ..core.polling import PollOutcome, Verdict
from ..core.result import Result

R = TypeVar("R", bound=Result[Any])


def poll_until(
    look: Look[R],
    evaluate: Callable[[R], Verdict],
    *,
    clock: Clock,
    deadline: float,
    pauses: Iterator[float],
) -> PollOutcome[R]:
    """Look until ``judge`` says that it is over, or the deadline comes; look at least once.

    Each look has no more than the time that is left, but for the one at a deadline that has passed already. A look that
    is not answered is tried again: only the caller's mistakes, and a cancellation, come through.
    """
    last: R | None = None
    while True:
        left = deadline - clock.monotonic()
        verdict: Verdict = "moving"
        cause: AgentBayError | None = None
        try:
            last = look(left if left > 0 else None)
            verdict = evaluate(last)
        except AgentBayError as exc:
            if exc.kind == "usage":
                raise
            cause = exc
        if verdict != "moving":
            return PollOutcome(verdict, last)
        if (left := deadline - clock.monotonic()) > 0:
            clock.sleep(min(next(pauses), left))
        if deadline - clock.monotonic() <= 0:
            return PollOutcome("timeout", last, cause)
