# Generated from src/sessionbay/_async/polling.py by scripts/generate_sync.py. Do not edit.
"""The polling loop for everything but a session's own state, which ``Session._wait`` polls."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from .._concurrency._sync import Clock, TimedCall
from ..core.errors import AgentBayError
from ..core.polling import PollOutcome, PollState, Verdict
from ..core.result import Result

R = TypeVar("R", bound=Result[Any])


def poll_until(
    look: TimedCall[R],
    evaluate: Callable[[R], Verdict],
    *,
    clock: Clock,
    deadline: float,
    intervals: Iterator[float],
) -> PollOutcome[R]:
    """Call ``look`` until ``evaluate`` is conclusive or the deadline passes; at least once.

    A look gets the remaining time as its timeout, or None if the deadline has passed. A look without a response is
    repeated. Only usage errors and cancellation propagate.
    """
    state = PollState(evaluate, deadline)
    while True:
        remaining = deadline - clock.monotonic()
        try:
            state.record(look(remaining if remaining > 0 else None))
        except AgentBayError as exc:
            state.record_failure(exc)
        if (pause := state.pause(clock.monotonic(), intervals)) > 0:
            clock.sleep(pause)
        if outcome := state.outcome(clock.monotonic()):
            return outcome
