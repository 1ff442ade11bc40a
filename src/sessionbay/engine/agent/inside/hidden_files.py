"""Files without a name: deleted ones that processes hold, and ones under way between their sockets."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator

UNMEASURED = (b"/memfd:", b"/dev/zero", b"/SYSV", b"/dev/shm/")  # mappings that take no disk
COUNT = b"scm_fds:"  # in the fdinfo of a socket, since Linux 5.9: the descriptors in its queue


class HiddenFiles:
    """A search of processes for files without a name.

    A deleted file is measured by a descriptor of it. One whose only descriptor is in the queue of a socket, or that is
    only mapped, has no place where it could be measured: just the process is known.

    Attributes:
        on_disk: Bytes of the deleted files that are open.
        in_memory: Bytes of the open files in memory.
        holders: The processes that may hold files which cannot be measured, with the number of these.
    """

    def __init__(self, pids: list[int], devices: set[int]) -> None:
        self._devices = devices
        self._found: dict[tuple[int, int], tuple[int, bool]] = {}
        self.holders: dict[int, int] = {}
        mapped = {pid: list(deleted_mappings(pid)) for pid in pids}
        for pid in pids:
            if sent := sum(self._look(path) for path in descriptors_of(pid)):
                self.holders[pid] = sent
        open_ones = {inode for _, inode in self._found}
        for pid, inodes in mapped.items():
            if missing := len({*inodes} - open_ones):
                self.holders[pid] = self.holders.get(pid, 0) + missing
        self.on_disk = sum(size for size, in_memory in self._found.values() if not in_memory)
        self.in_memory = sum(size for size, in_memory in self._found.values() if in_memory)

    def _look(self, path: str) -> int:
        """Measure the file of a descriptor; return how many descriptors are in the queue, if it is a socket."""
        try:
            status = os.stat(path)
            if stat.S_ISSOCK(status.st_mode):
                return queued(path)
            if status.st_nlink == 0 and (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
                in_memory = os.readlink(path).startswith("/memfd:")
                if in_memory or status.st_dev in self._devices:
                    self._found[status.st_dev, status.st_ino] = status.st_blocks * 512, in_memory
        except OSError:
            pass  # closed meanwhile
        return 0


def descriptors_of(pid: int) -> Iterator[str]:
    """Yield the paths of the descriptors of a process; a thread can have some of its own."""
    seen: set[tuple[str, str]] = set()
    for thread in listing(f"/proc/{pid}/task"):
        folder = f"/proc/{pid}/task/{thread}/fd"
        for fd in listing(folder):
            path = f"{folder}/{fd}"
            try:
                key = fd, os.readlink(path)
            except OSError:
                continue  # closed meanwhile
            if key not in seen:
                seen.add(key)
                yield path


def listing(folder: str) -> list[str]:
    """Return the names in a folder; none if the process has ended, or is inaccessible."""
    try:
        return os.listdir(folder)
    except OSError:
        return []


def queued(path: str) -> int:
    """Return how many descriptors are in the queue of a socket."""
    with open(path.replace("/fd/", "/fdinfo/"), "rb") as file:
        return next((int(line.split()[1]) for line in file if line.startswith(COUNT)), 0)


def deleted_mappings(pid: int) -> Iterator[int]:
    """Yield the inodes of the deleted files of disks that a process has mapped."""
    try:
        with open(f"/proc/{pid}/maps", "rb") as file:
            for line in file:
                if line.endswith(b" (deleted)\n"):
                    fields = line.split(maxsplit=5)
                    if not fields[5].startswith(UNMEASURED):
                        yield int(fields[4])
    except OSError:
        return
