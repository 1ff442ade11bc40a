# Generated from src/sessionbay/_async/cleanup.py by scripts/generate_sync.py. Do not edit.
"""Deleting sessions for sure: also when the task was cancelled, and with a word on what stayed."""

import sys

from .._concurrency._sync import shielded
from ..core.errors import AgentBayError, SessionError
from .session import Session

CLEANUP_TIMEOUT = 35.0  # a little more than a deletion may take by itself


def delete_shielded(session: Session) -> None:
    """Delete a session whatever happens around it. Why that did not work is raised, or told with what is raised.

    A fork's child that leaves its parent's block leaves the session alone.
    """
    if session._is_parents:
        return
    try:
        (shielded(session.delete, CLEANUP_TIMEOUT)).raise_for_error()
    except AgentBayError as exc:
        error = exc
    except TimeoutError:
        error = SessionError.of("timeout", f"its deletion took over {CLEANUP_TIMEOUT:g} s")
    else:
        return
    if (raised := sys.exception()) is None:
        raise error
    raised.add_note(f"and session {session.session_id} could not be deleted: {error}")
