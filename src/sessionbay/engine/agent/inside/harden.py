"""What the agent takes from itself before it serves: every command inherits the lack of it."""

from __future__ import annotations

import ctypes
import os

from . import landlock, seccomp

PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 4, 38
JOIN_SESSION_KEYRING = 1
KEYCTL = {"x86_64": 250, "aarch64": 219}
OOM_SCORE_INCREASE = 500  # how much sooner than the rest of the machine a session is ended when memory runs out
STANDARD_STREAMS = {0, 1, 2}


in_force: dict[str, object] = {}
"""What the kernel has really taken, for the session's info."""


def harden(wanted: dict[str, bool], folders: dict[str, list[str]] | None, line: int) -> None:
    """Give up what ``wanted`` names.

    Args:
        wanted: The switches of ``sandbox.hardening.Hardening``.
        folders: What Landlock is to leave, to ``read`` and to ``write``; None where mounts see to it.
        line: The descriptor of the line to the engine, the only one to keep.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if wanted["descriptors"]:
        refuse_descriptors(line)
    expect_the_worst()
    if wanted["keyring"]:  # without an answer to care for: where the call is refused, so is every use of a key
        libc.syscall(KEYCTL.get(os.uname().machine, -1), JOIN_SESSION_KEYRING, None)
    if wanted["dumpable"]:  # commands run as the same user: they must not trace or read this process
        give_up(libc, PR_SET_DUMPABLE, 0)
    if wanted["no_new_privs"]:
        give_up(libc, PR_SET_NO_NEW_PRIVS, 1)
    in_force["landlock"] = landlock.confine(libc, **folders) if folders and wanted["landlock"] else 0
    in_force["seccomp"] = wanted["seccomp"] and seccomp.forbid(libc)


def give_up(libc: ctypes.CDLL, what: int, value: int) -> None:
    """Set an attribute of this process, or end it: nothing must be served without."""
    if libc.prctl(what, value, 0, 0, 0):
        raise OSError(ctypes.get_errno(), f"the kernel does not set attribute {what} of the agent")


def refuse_descriptors(line: int) -> None:
    """End this process when it was given a file that is not its own: one folder of the host opens all of it."""
    found: list[int] = []
    for name in os.listdir("/proc/self/fd"):
        fd = int(name)
        if fd not in STANDARD_STREAMS and fd != line:
            try:
                os.fstat(fd)
            except OSError:
                continue  # it was the listing itself
            found.append(fd)
    if found:
        raise SystemExit(f"the agent was given files that it must not have: {found}")


def expect_the_worst() -> None:
    """Have the kernel end this session before the rest of the machine when memory runs out."""
    try:
        with open("/proc/self/oom_score_adj", "r+") as file:
            now = int(file.read())
            file.write(str(min(now + OOM_SCORE_INCREASE, 1000)))
    except OSError:
        pass  # a /proc without it; nothing depends on it
