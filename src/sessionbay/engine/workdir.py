"""The engine's folders: create, lock, and remove them."""

import contextlib
import fcntl
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from io import FileIO
from pathlib import Path

from .crash_cleanup import CLEAN, end_recorded
from .fork_safety import close_in_forks
from .sandbox.process_exit import ended, kill_process, pidfd_of
from .sandbox.spawner import spawn

PREFIX = "sessionbay-"
UNLOCKED = f".{PREFIX}"
UNLOCKED_TIMEOUT = 60.0  # seconds; an engine locks its folder at once
REMOVE_TIMEOUT = 600.0  # seconds; a slow disk takes a minute for a large folder


def make_folder(parent: Path | None = None) -> tuple[Path, FileIO]:
    """Create an engine's folder; return it with its lock, which is held while the engine lives.

    Args:
        parent: Where to create it; None is the folder for temporary files.
    """
    folder = Path(tempfile.mkdtemp(prefix=UNLOCKED, dir=parent))
    if os.geteuid() == 0 and parent is None:
        folder.chmod(0o711)  # each session has its own user, who must reach its folder in here
    flags = os.O_CREAT | os.O_RDWR | os.O_CLOEXEC
    lock = close_in_forks(FileIO(os.open(folder / "lock", flags, 0o600), "wb"))
    fcntl.flock(lock, fcntl.LOCK_EX)
    return folder.rename(folder.with_name(folder.name.removeprefix("."))), lock  # sweeps must see locked folders only


async def sweep() -> None:
    """Remove the folders of killed engines, and kill their remaining processes."""
    folders = abandoned(Path(tempfile.gettempdir()))
    while folder := await spawn(partial(next, folders, None)):
        await spawn(partial(end_recorded, folder))
        await _run("/bin/sh", "-c", CLEAN, "sh", str(folder))


def abandoned(parent: Path) -> Iterator[Path]:
    """Yield the folders of killed engines, each locked until the next one."""
    for folder in [*parent.glob(f"{PREFIX}*"), *filter(_is_stale, parent.glob(f"{UNLOCKED}*"))]:
        try:
            if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
                continue
            flags = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | (os.O_CREAT if folder.name.startswith(".") else 0)
            lock = os.open(folder / "lock", flags, 0o600)
        except OSError:
            continue  # another engine has just removed it
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield folder
        except BlockingIOError:
            pass  # its engine lives
        finally:
            os.close(lock)


def _is_stale(folder: Path) -> bool:
    """Return whether a folder has had no lock for so long that its engine was killed before."""
    with contextlib.suppress(OSError):
        return folder.stat().st_mtime < time.time() - UNLOCKED_TIMEOUT
    return False


def rename_for_removal(folder: Path) -> Path:
    """Rename a folder atomically, so that its removal is not observed; return the new path."""
    aside = folder if folder.name.startswith(".") else folder.with_name(f".{folder.name}")
    if folder != aside and folder.exists():
        folder.rename(aside)
    return aside


async def remove_tree(folder: Path) -> None:
    """Remove a folder written by a session, of any depth and with any permissions."""
    await _run("rm", "-rf", "--", str(folder))
    if os.path.lexists(folder):
        await _run("chmod", "-R", "u+rwX", "--", str(folder))
        await _run("rm", "-rf", "--", str(folder))


async def _run(*command: str) -> None:
    """Run a command within a timeout."""
    started: list[subprocess.Popen[bytes]] = []
    null = subprocess.DEVNULL
    try:
        await spawn(lambda: started.append(subprocess.Popen(command, stdin=null, stdout=null, stderr=null)))
        (process,) = started
        with contextlib.suppress(ProcessLookupError), pidfd_of(process.pid) as pidfd:
            await ended(pidfd, REMOVE_TIMEOUT)
    finally:  # leave no process after a timeout or cancellation; the engine's end removes the rest
        for process in started:
            await kill_process(process)
