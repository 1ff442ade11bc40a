"""Deletes a session: copies contexts out, then requests the deletion, and resumes a session that is paused before.

The clouds refuse to delete a paused session.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from ..core.errors import AgentBayError
from ..core.escaping_filter import escaping_logger
from ..core.polling import Verdict, exponential_backoff, is_gone, is_throttled
from ..core.transitions import Transition
from ..models.sessions import DeleteResult, SessionStatusResult
from ..operations.session import DELETE, GET_STATUS, RESUME
from .polling import poll_until
from .session_connection import AsyncSessionConnection

if TYPE_CHECKING:
    from ..models.contexts import ContextSyncResult

log = escaping_logger("sessionbay.session")

RECORDING_TIMEOUT = 20.0  # seconds for the recording of the browser
BACKOFF = (0.02, 2.0, 2.0)  # the first interval, its growth and the longest one, in seconds


async def copy_out(connection: AsyncSessionConnection, sync_context: bool) -> str:
    """Copy the session's contexts out, or only the recording of its browser, before it is deleted.

    Returns:
        Why that failed, or an empty string.
    """
    try:
        if sync_context:
            from .session_context import AsyncSessionContext

            error = (await AsyncSessionContext(connection).sync()).error_message
        elif connection.records_browser:
            error = (await _copy_recording_out(connection)).error_message
        else:
            return ""
    except AgentBayError as exc:
        error = str(exc)
    if error:
        log.warning("session %s is deleted without its contexts being copied: %s", connection.session_id, error)
    return error


async def _copy_recording_out(connection: AsyncSessionConnection) -> "ContextSyncResult":
    """Copy the context of the recording out, or all contexts if the cloud does not name that one.

    If one of them is not uploaded at the end of the session, none is copied: the caller has not asked for that.
    """
    from ..models.contexts import ContextSyncResult
    from ..operations.context import LIST_BINDINGS, find_recording, uploads_by_itself
    from .session_context import AsyncSessionContext

    context = AsyncSessionContext(connection)
    deadline = connection.api.clock.monotonic() + RECORDING_TIMEOUT
    listed = await connection.send(LIST_BINDINGS, connection.ref, RECORDING_TIMEOUT)
    bindings = listed.data or ()
    if recording := find_recording(bindings):
        return await context.sync(recording.context_id, recording.path, timeout=_remaining(connection, deadline))
    if all(map(uploads_by_itself, bindings)):
        return await context.sync(timeout=_remaining(connection, deadline))
    return ContextSyncResult(success=True)


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
