"""Terminals of a session."""

from typing import Literal

from ..core.public import public
from ..core.value import Record


@public
class PtySession(Record):
    """A terminal of a session, as listed.

    Attributes:
        pty_session_id: The id for ``connect`` and ``kill``.
        cols: The width in characters; 0 if unknown, as on the clouds, which list only ids.
        rows: The height in lines; 0 if unknown.
        status: Whether the shell is running.
        exit_code: The shell's exit code; None while it runs.
    """

    pty_session_id: str
    cols: int = 0
    rows: int = 0
    status: Literal["running", "exited"] = "running"
    exit_code: int | None = None
