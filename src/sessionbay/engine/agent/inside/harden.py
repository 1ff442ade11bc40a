"""What the agent takes from itself before it serves: every command inherits the lack of it."""

from __future__ import annotations

import ctypes

PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 4, 38


def harden(wanted: dict[str, bool]) -> None:
    """Give up what ``wanted`` names."""
    libc = ctypes.CDLL(None, use_errno=True)
    if wanted["dumpable"]:  # commands run as the same user: they must not trace or read this process
        libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    if wanted["no_new_privs"]:
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
