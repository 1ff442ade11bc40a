"""Cleanup after a killed engine: a helper process removes its folder; the next engine ends surviving processes."""

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil

from .agent.inside.process_tree import stat_fields
from .fork_safety import close_in_forks

RECORD = "process"
BOOT = Path("/proc/sys/kernel/random/boot_id")
STARTED = 19  # the index of the start time in the result of `stat_fields`
HELPER_TIMEOUT = 60.0  # seconds
# A bwrap that is killed before its child has switched users leaves that child waiting forever. The child is found by
# its command line, which names the folder. The search is repeated, as another child may be starting. The option is
# split in two words so that it does not match this shell. The control groups are in use for a moment after a kill.
CLEAN = """[ ! -s "$1/groups" ] || while read -r groups; do
  for _ in 1 2 3 4 5 6 7 8 9; do
    rmdir "$groups"/*/; rmdir "$groups"; [ -d "$groups" ] || break
    kill -9 $(grep -hv '^0$' "$groups"/*/cgroup.procs); sleep 0.05
  done
done <"$1/groups"
for _ in 1 2 3; do
  for file in $(grep -lasF -e "--die-with-pa""rent" $(grep -lasF -e "$1/" /proc/[0-9]*/cmdline) /dev/null); do
    file=${file#/proc/}; kill -9 "${file%/cmdline}"
  done; sleep 0.05
done
for _ in 1 2 3 4 5 6 7 8 9; do rm -rf -- "$1" && exit; chmod -R u+rwX -- "$1"; sleep 0.1; done"""
# The helper waits for a line, or for the end of its input, which comes however the engine ends.
HELPER = f"trap '' HUP INT TERM; read -r _; {CLEAN}"


class Remover:
    """A small helper process that removes the engine's folder after the engine has ended."""

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
        """Make the helper finish; it does nothing if the folder is gone."""
        # Send a line, as a fork of this program may keep the other end of the pipe open.
        self._process.communicate(b"\n", HELPER_TIMEOUT)


def record(root: Path, pid: int, uid: int | None) -> None:
    """Record a session's first process in its folder, with its start time, as process ids are reused."""
    fields = stat_fields(pid)
    if fields:
        user = "" if uid is None else str(uid)
        (root / RECORD).write_text(f"{pid} {fields[STARTED]} {BOOT.read_text().strip()} {user}")


def end_recorded(engine: Path) -> None:
    """Kill the remaining processes of a dead engine's sessions."""
    for path in engine.glob(f"sessions/*/{RECORD}"):
        with contextlib.suppress(OSError, ValueError):
            pid, started, boot, *user = path.read_text().split()
            if boot == BOOT.read_text().strip():
                for process in _remaining(int(pid), started, int(user[0]) if user else None):
                    with contextlib.suppress(psutil.NoSuchProcess):
                        process.kill()


def _remaining(pid: int, started: str, uid: int | None) -> Iterator[psutil.Process]:
    if stat_fields(pid)[STARTED : STARTED + 1] == [started]:
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            yield from [*process.children(recursive=True), process]
    if uid:  # a user that only this session had
        yield from (
            each for each in psutil.process_iter(["uids"]) if each.info["uids"] and each.info["uids"].real == uid
        )
