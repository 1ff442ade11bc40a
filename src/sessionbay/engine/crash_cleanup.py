"""What a killed engine leaves: its folder, which a helper removes at once; and processes, should any outlive it."""

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil

from .agent.inside.process_tree import stat_fields
from .fork_safety import close_in_forks

RECORD = "process"
BOOT = Path("/proc/sys/kernel/random/boot_id")
STARTED = 19  # the place of the start time in what ``stat_fields`` returns
HELPER_TIMEOUT = 60.0
# bwrap, when killed before its child has its user, leaves that child waiting for ever: it is found by its command line,
# which names the folder. More than once, since another may be on its way; never this shell, whose words are cut apart.
CLEAN = """for _ in 1 2 3; do
  for file in $(grep -lasF -e "--die-with-pa""rent" $(grep -lasF -e "$1/" /proc/[0-9]*/cmdline) /dev/null); do
    file=${file#/proc/}; kill -9 "${file%/cmdline}"
  done; sleep 0.05
done
for _ in 1 2 3 4 5 6 7 8 9; do rm -rf -- "$1" && exit; chmod -R u+rwX -- "$1"; sleep 0.1; done"""
# It waits until it is told, or nobody holds the other end of its input any more, whatever the engine ended of.
HELPER = f"trap '' HUP INT TERM; read -r _; {CLEAN}"


class Remover:
    """A process of next to no size that outlives the engine by as long as it takes to remove its folder."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            ["/bin/sh", "-c", HELPER, "sh", str(folder)],
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        if self._process.stdin:
            close_in_forks(self._process.stdin)

    def dismiss(self) -> None:
        """End it; it finds nothing to do where the folder is gone."""
        # A line, not the end alone: a fork of this program may hold the other end for as long as it lives.
        self._process.communicate(b"\n", HELPER_TIMEOUT)


def record(root: Path, pid: int, uid: int | None) -> None:
    """Write down a session's first process, in its folder: by more than its number, which may go to another."""
    fields = stat_fields(pid)
    if fields:
        user = "" if uid is None else str(uid)
        (root / RECORD).write_text(f"{pid} {fields[STARTED]} {BOOT.read_text().strip()} {user}")


def end_recorded(engine: Path) -> None:
    """End what still runs of the sessions of a dead engine, and nothing else."""
    for path in engine.glob(f"sessions/*/{RECORD}"):
        with contextlib.suppress(OSError, ValueError):
            pid, started, boot, *user = path.read_text().split()
            if boot == BOOT.read_text().strip():
                for process in _left(int(pid), started, int(user[0]) if user else None):
                    with contextlib.suppress(psutil.NoSuchProcess):
                        process.kill()


def _left(pid: int, started: str, uid: int | None) -> Iterator[psutil.Process]:
    if stat_fields(pid)[STARTED : STARTED + 1] == [started]:
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            yield from [*process.children(recursive=True), process]
    if uid:  # which only that session had
        yield from (
            each for each in psutil.process_iter(["uids"]) if each.info["uids"] and each.info["uids"].real == uid
        )
