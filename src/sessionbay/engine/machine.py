"""What the machine has left: processes, memory and descriptors, by its own limits and those of its container."""

import os
import resource
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .own_groups import own_groups

PROC = Path("/proc")
UNLIMITED = 2**60  # larger limits of cgroup v1 are none


@dataclass(frozen=True, order=True)
class Room:
    """How much is left of something, and the limit that says so."""

    free: int
    limit: str


def process_room() -> Room | None:
    """Return how many more processes and threads may run."""
    return min(_process_rooms(), default=None)


def memory_room() -> Room | None:
    """Return how many bytes of memory programs may still take without swapping."""
    return min(_memory_rooms(), default=None)


def descriptor_room() -> Room:
    """Return how many more descriptors this process may open."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    limit = UNLIMITED if limit == resource.RLIM_INFINITY else limit
    rooms = [Room(limit - len(list((PROC / "self/fd").iterdir())), "ulimit -n")]
    allocated, _, maximum = _words(PROC / "sys/fs/file-nr") or ("0", "0", str(UNLIMITED))
    return min(*rooms, Room(int(maximum) - int(allocated), "fs.file-max"))


def disk_room(folder: Path) -> Room:
    """Return how many bytes of disk are free where ``folder`` is."""
    space = os.statvfs(folder)
    return Room(space.f_bavail * space.f_frsize, str(folder))


def inode_room(folder: Path) -> Room | None:
    """Return how many more files there may be where ``folder`` is; None if its file system does not limit them."""
    space = os.statvfs(folder)
    return Room(space.f_favail, str(folder)) if space.f_files else None


def _process_rooms() -> Iterator[Room]:
    load = _words(PROC / "loadavg")
    if len(load) > 3:
        running = int(load[3].partition("/")[2])
        for name in ("pid_max", "threads-max"):
            if value := _words(PROC / "sys/kernel" / name):
                yield Room(int(value[0]) - running, f"kernel.{name}")
    limit = resource.getrlimit(resource.RLIMIT_NPROC)[0]
    if os.geteuid() and limit != resource.RLIM_INFINITY:
        yield Room(limit - _own_threads(), "ulimit -u")
    for folder in _cgroup_folders("pids"):
        if (room := _difference(folder, "pids.max", "pids.current")) is not None:
            yield Room(room, "the container's pids limit")


def _own_threads() -> int:
    """Return how many threads this process's user has."""
    count = 0
    for entry in PROC.iterdir():
        if entry.name.isdecimal():
            try:
                if entry.stat().st_uid == os.geteuid():
                    count += len(list((entry / "task").iterdir()))
            except OSError:
                continue  # it has ended
    return count


def _memory_rooms() -> Iterator[Room]:
    for line in _lines(PROC / "meminfo"):
        if line.startswith("MemAvailable:"):
            yield Room(int(line.split()[1]) * 1024, "the machine's memory")
    for folder in _cgroup_folders("memory"):
        for limit, usage, cache in (
            ("memory.max", "memory.current", "inactive_file"),
            ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
        ):
            if (room := _difference(folder, limit, usage)) is not None:
                yield Room(room + _statistic(folder / "memory.stat", cache), "the container's memory limit")


def _cgroup_folders(controller: str) -> Iterator[Path]:
    """Yield this process's control groups that may limit what a controller counts, and those above them."""
    for group in own_groups():
        if group.controllers is None or controller in group.controllers:
            yield from group.with_parents


def _difference(folder: Path, limit: str, usage: str) -> int | None:
    """Return what a cgroup has left; None if it has no such limit."""
    most, used = _words(folder / limit), _words(folder / usage)
    if not (most and used) or not most[0].isdecimal() or int(most[0]) >= UNLIMITED:
        return None
    return int(most[0]) - int(used[0])


def _statistic(path: Path, name: str) -> int:
    return next((int(line.split()[1]) for line in _lines(path) if line.startswith(f"{name} ")), 0)


def _words(path: Path) -> list[str]:
    return " ".join(_lines(path)).split()


def _lines(path: Path) -> list[str]:
    """Return the lines of a file of the kernel's, none if there is no such file."""
    try:
        return path.read_text().splitlines()
    except OSError:
        return []
