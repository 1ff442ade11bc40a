"""The engine's folders: made, locked while their engine lives, and removed whatever a session left in them."""

import contextlib
import fcntl
import os
import subprocess
import tempfile
from io import FileIO
from pathlib import Path

from .crash_cleanup import CLEAN, end_recorded
from .fork_safety import close_in_forks
from .sandbox.process_exit import ended, kill_process, pidfd_of

PREFIX = "sessionbay-"
UNLOCKED = f".{PREFIX}"
REMOVE_TIMEOUT = 600.0  # seconds; a slow disk takes a minute for a large folder


def make_folder() -> tuple[Path, FileIO]:
    """Return a new folder for an engine, and the lock that says that the engine lives."""
    folder = Path(tempfile.mkdtemp(prefix=UNLOCKED))
    if os.geteuid() == 0:
        folder.chmod(0o711)  # each session has a user of its own, who must get to its folder in here
    flags = os.O_CREAT | os.O_RDWR | os.O_CLOEXEC
    lock = close_in_forks(FileIO(os.open(folder / "lock", flags, 0o600), "wb"))
    fcntl.flock(lock, fcntl.LOCK_EX)
    return folder.rename(folder.with_name(folder.name.removeprefix("."))), lock  # a sweep sees none but locked ones


async def sweep() -> None:
    """Remove the folders of engines that were killed, and end what should have ended with them."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
                continue
            lock = os.open(folder / "lock", os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        except OSError:
            continue  # another engine is making it, or has just removed it
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            end_recorded(folder)
            await _run("/bin/sh", "-c", CLEAN, "sh", str(folder))
        except BlockingIOError:
            pass  # its engine lives
        finally:
            os.close(lock)


def free_disk(folder: Path) -> int:
    """Return the bytes of disk that may still be written where ``folder`` is."""
    space = os.statvfs(folder)
    return space.f_bavail * space.f_frsize


def rename_for_removal(folder: Path) -> Path:
    """Give a folder that is to be removed another name, at once: nothing finds it by the old one; return the new."""
    aside = folder.with_name(f".{folder.name}")
    if folder.exists():
        folder.rename(aside)
    return aside


async def remove_tree(folder: Path) -> None:
    """Remove a folder that a session could write to: however deep it is, whatever its permissions are."""
    await _run("rm", "-rf", "--", str(folder))
    if os.path.lexists(folder):
        await _run("chmod", "-R", "u+rwX", "--", str(folder))
        await _run("rm", "-rf", "--", str(folder))


async def _run(*command: str) -> None:
    """Run a command to its end without a thread, as the interpreter may be on its way out; not for too long."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with contextlib.suppress(ProcessLookupError), pidfd_of(process.pid) as pidfd:
            await ended(pidfd, REMOVE_TIMEOUT)
    finally:  # whoever gave up leaves no process; the engine's own end removes the rest
        await kill_process(process)
