"""Taking turns with the other processes of this machine: a file says when the next start may be."""

import contextlib
import hashlib
import logging
import os
from pathlib import Path

from .environment import BaseClock

log = logging.getLogger("sessionbay.pool")

_FAR = 3600.0  # seconds: a file that says more than this is wrong, as after a change of the clock


def start_slot(account: str, gap: float, clock: BaseClock) -> float:
    """Take the next start of ``account``, ``gap`` seconds before the one after it; return the seconds until then.

    The processes of one user on one machine share it. Where there is no place for the file, or no lock, each process
    goes by itself.
    """
    now = clock.time()
    try:
        return _claimed(_folder() / f"pace-{hashlib.sha256(account.encode()).hexdigest()[:16]}", gap, now) - now
    except (ImportError, OSError) as exc:
        log.warning("sessions are created at a pace of this process alone: %s", exc)
        return gap


def _folder() -> Path:
    folder = Path(os.environ.get("SESSIONBAY_HOME") or Path.home() / ".cache" / "sessionbay")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _claimed(path: Path, gap: float, now: float) -> float:
    import fcntl

    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600), "r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        begin = now
        with contextlib.suppress(ValueError):
            free = float(file.read())
            begin = free if now < free < now + _FAR else now
        file.seek(0)
        file.write(f"{begin + gap:.6f}\n")
        file.truncate()
    return begin
