"""The agent drops privileges before it serves; commands inherit that."""

from __future__ import annotations

import ctypes
import os

from . import landlock, seccomp
from .oom_score import OOM_SCORE

PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 4, 38
JOIN_SESSION_KEYRING = 1
KEYCTL = {"x86_64": 250, "aarch64": 219}
STANDARD_STREAMS = {0, 1, 2}

in_force: dict[str, object] = {}
"""The hardening that the kernel enforces, for the session's info."""


def harden(wanted: dict[str, bool], folders: dict[str, list[str]] | None, opened: set[int]) -> None:
    """Apply the hardening that ``wanted`` names.

    Args:
        wanted: The switches of ``sandbox.hardening.Hardening``.
        folders: The paths that Landlock allows to ``read`` and to ``write``; None if mounts confine the session.
        opened: The descriptors that may be open: of the connection to the engine, and of the control group's figures.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if wanted["descriptors"]:
        refuse_descriptors(opened)
    OOM_SCORE.raise_own()
    if wanted["keyring"]:  # the result does not matter: if this call is denied, so is any use of keys
        libc.syscall(KEYCTL.get(os.uname().machine, -1), JOIN_SESSION_KEYRING, None)
    if wanted["dumpable"]:  # commands run as the same user, and must not trace or read this process
        set_attribute(libc, PR_SET_DUMPABLE, 0)
    if wanted["no_new_privs"]:
        set_attribute(libc, PR_SET_NO_NEW_PRIVS, 1)
    in_force["landlock"] = landlock.confine(libc, **folders) if folders and wanted["landlock"] else 0
    in_force["seccomp"] = wanted["seccomp"] and seccomp.install(libc)


def set_attribute(libc: ctypes.CDLL, attribute: int, value: int) -> None:
    """Set an attribute of this process; raise on failure, as the agent must not serve without it."""
    if libc.prctl(attribute, value, 0, 0, 0):
        raise OSError(ctypes.get_errno(), f"prctl({attribute}) failed for the agent")


def refuse_descriptors(opened: set[int]) -> None:
    """Exit if this process has inherited other descriptors: one folder of the host would expose all of it."""
    found: list[int] = []
    for name in os.listdir("/proc/self/fd"):
        fd = int(name)
        if fd not in STANDARD_STREAMS | opened:
            try:
                os.fstat(fd)
            except OSError:
                continue  # the descriptor of the listing
            found.append(fd)
    if found:
        raise SystemExit(f"the agent has inherited descriptors: {found}")
