# Generated from src/sessionbay/_async/deletion.py by scripts/generate_sync.py. Do not edit.
"""Requests the deletion of a session: a paused session is resumed first, since the clouds refuse to delete it."""

from ..core.polling import Transition, exponential_backoff, is_gone, is_throttled
from ..models.sessions import DeleteResult, SessionStatusResult
from ..operations.session import DELETE, GET_STATUS, RESUME
from .polling import poll_until
from .session_connection import SessionConnection

BACKOFF = (0.02, 2.0, 2.0)  # the first interval, its growth and the longest one, in seconds
IN_TRANSITION = frozenset({"PAUSING", "RESUMING"})


def request_deletion(connection: SessionConnection, deadline: float) -> DeleteResult:
    """Request the deletion, and request it once more if the session had to be resumed first."""
    result = connection.send(DELETE, connection.ref, _remaining(connection, deadline))
    may_be_paused = not result.success and not is_gone(result) and not is_throttled(result.code)
    if may_be_paused and _resume(connection, deadline):
        result = connection.send(DELETE, connection.ref, _remaining(connection, deadline))
    return result


def _resume(connection: SessionConnection, deadline: float) -> bool:
    """Resume a paused or pausing session; return whether it was one."""
    if not connection.api.dialect.offers(RESUME):
        return False
    settled = Transition(frozenset({"PAUSED", "RUNNING"}), via=IN_TRANSITION)
    _wait(connection, settled, deadline)
    if settled.last_state != "PAUSED":
        return settled.has_begun or settled.last_state == "RUNNING"  # a pause may have ended just before the look
    connection.send(RESUME, connection.ref, _remaining(connection, deadline))
    running = Transition(frozenset({"RUNNING"}), via=IN_TRANSITION, start=frozenset({"PAUSED"}))
    return _wait(connection, running, deadline)


def _wait(connection: SessionConnection, transition: Transition, deadline: float) -> bool:
    def look(timeout: float | None) -> SessionStatusResult:
        return connection.send(GET_STATUS, connection.ref, timeout)

    clock, intervals = connection.api.clock, exponential_backoff(*BACKOFF)
    outcome = poll_until(look, transition.evaluate, clock=clock, deadline=deadline, intervals=intervals)
    return outcome.verdict == "done"


def _remaining(connection: SessionConnection, deadline: float) -> float:
    return max(deadline - connection.api.clock.monotonic(), 0.001)
