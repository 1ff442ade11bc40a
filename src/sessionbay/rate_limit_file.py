"""A rate limit shared by the processes of one user: a file holds the time of the next free slot."""

import contextlib
import hashlib
import os
from pathlib import Path

from .core.escaping_filter import escaping_logger
from .environment import BaseClock

log = escaping_logger("sessionbay.pool")

MAX_WAIT = 3600.0  # seconds; a later time in the file is wrong, for example because the clock was changed


def reserve_slot(account: str, interval: float, clock: BaseClock) -> float:
    """Reserve the next slot of ``account`` and return the seconds until then; slots are ``interval`` seconds apart.

    Without a writable folder or file locks, each process keeps its own rate.
    """
    now = clock.time()
    try:
        return _reserve(_folder() / f"pace-{hashlib.sha256(account.encode()).hexdigest()[:16]}", interval, now) - now
    except (ImportError, OSError) as exc:
        log.warning("the creation rate is not shared with other processes: %s", exc)
        return interval


def _folder() -> Path:
    folder = Path(os.environ.get("SESSIONBAY_HOME") or Path.home() / ".cache" / "sessionbay")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _reserve(path: Path, interval: float, now: float) -> float:
    import fcntl

    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600), "r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        slot = now
        with contextlib.suppress(ValueError):
            next_slot = float(file.read())
            slot = next_slot if now < next_slot < now + MAX_WAIT else now
        file.seek(0)
        file.write(f"{slot + interval:.6f}\n")
        file.truncate()
    return slot
