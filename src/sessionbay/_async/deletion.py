"""Requests the deletion of a session: a paused session is resumed first, since the clouds refuse to delete it."""

from dataclasses import replace

from ..core.polling import Verdict, exponential_backoff, is_gone, is_throttled
from ..core.transitions import Transition
from ..models.sessions import DeleteResult, SessionStatusResult
from ..operations.session import DELETE, GET_STATUS, RESUME
from .polling import poll_until
from .session_connection import AsyncSessionConnection

BACKOFF = (0.02, 2.0, 2.0)  # the first interval, its growth and the longest one, in seconds


async def request_deletion(connection: AsyncSessionConnection, deadline: float) -> DeleteResult:
    """Request the deletion, again if the session was paused, or its state was changing."""
    deleting = Transition.of("delete")
    while True:
        result = await connection.send(DELETE, connection.ref, _remaining(connection, deadline))
        if result.success or is_gone(result) or is_throttled(result.code):
            return result
        deleting.record_request(accepted=False)
        verdict = await _wait(connection, deleting, deadline)
        result = replace(result, status=deleting.last_state)
        if verdict == "done":
            return replace(result, success=True, error_message="")
        if verdict != "request" or connection.api.clock.monotonic() >= deadline:
            return result
        if deleting.last_state == "PAUSED" and not await _resume(connection, deadline):
            return result


async def _resume(connection: AsyncSessionConnection, deadline: float) -> bool:
    """Resume a paused session; return whether it is running."""
    resuming = Transition.of("resume")
    result = await connection.send(RESUME, connection.ref, _remaining(connection, deadline))
    resuming.record_request(accepted=result.success)
    return await _wait(connection, resuming, deadline) == "done"


async def _wait(connection: AsyncSessionConnection, transition: Transition, deadline: float) -> Verdict:
    async def look(timeout: float | None) -> SessionStatusResult:
        return await connection.send(GET_STATUS, connection.ref, timeout)

    clock, intervals = connection.api.clock, exponential_backoff(*BACKOFF)
    outcome = await poll_until(look, transition.evaluate, clock=clock, deadline=deadline, intervals=intervals)
    return outcome.verdict


def _remaining(connection: AsyncSessionConnection, deadline: float) -> float:
    return max(deadline - connection.api.clock.monotonic(), 0.001)
