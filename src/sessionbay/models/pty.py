"""Terminals as callers see them."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class PtySession:
    """A terminal of a session, as a list of them tells it.

    Attributes:
        pty_session_id: What ``connect`` and ``kill`` take.
        cols: Its width in characters; 0 where it is not known: the clouds list ids alone.
        rows: Its height in lines; 0 where it is not known.
        status: Whether its shell still runs.
        exit_code: How its shell ended; None while it runs.
    """

    pty_session_id: str
    cols: int = 0
    rows: int = 0
    status: Literal["running", "exited"] = "running"
    exit_code: int | None = None
