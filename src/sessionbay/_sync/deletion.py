# Generated from src/sessionbay/_async/deletion.py by scripts/generate_sync.py. Do not edit.
"""Requests the deletion of a session: a paused session is resumed first, since the clouds refuse to delete it."""

from dataclasses import replace

from ..core.polling import Verdict, exponential_backoff, is_gone, is_throttled
from ..core.transitions import Transition
from ..models.sessions import DeleteResult, SessionStatusResult
from ..operations.session import DELETE, GET_STATUS, RESUME
from .polling import poll_until
from .session_connection import SessionConnection

BACKOFF = (0.02, 2.0, 2.0)  # the first interval, its growth and the longest one, in seconds


def request_deletion(connection: SessionConnection, deadline: float) -> DeleteResult:
    """Request the deletion, again if the session was paused, or its state was changing."""
    deleting = Transition.of("delete")
    while True:
        result = connection.send(DELETE, connection.ref, _remaining(connection, deadline))
        if result.success or is_gone(result) or is_throttled(result.code):
            return result
        deleting.record_request(accepted=False)
        verdict = _wait(connection, deleting, deadline)
        result = replace(result, status=deleting.last_state)
        if verdict == "done":
            return replace(result, success=True, error_message="")
        if verdict != "request" or connection.api.clock.monotonic() >= deadline:
            return result
        if deleting.last_state == "PAUSED" and not _resume(connection, deadline):
            return result


def _resume(connection: SessionConnection, deadline: float) -> bool:
    """Resume a paused session; return whether it is running."""
    resuming = Transition.of("resume")
    result = connection.send(RESUME, connection.ref, _remaining(connection, deadline))
    resuming.record_request(accepted=result.success)
    return _wait(connection, resuming, deadline) == "done"


def _wait(connection: SessionConnection, transition: Transition, deadline: float) -> Verdict:
    def look(timeout: float | None) -> SessionStatusResult:
        return connection.send(GET_STATUS, connection.ref, timeout)

    clock, intervals = connection.api.clock, exponential_backoff(*BACKOFF)
    outcome = poll_until(look, transition.evaluate, clock=clock, deadline=deadline, intervals=intervals)
    return outcome.verdict


def _remaining(connection: SessionConnection, deadline: float) -> float:
    return max(deadline - connection.api.clock.monotonic(), 0.001)
