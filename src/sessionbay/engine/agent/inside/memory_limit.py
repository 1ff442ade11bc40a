"""Keeping the memory limit of a session: what holds most is ended, and its command's stderr says so."""

from __future__ import annotations

import ctypes
import os
import signal
import time
from collections.abc import Iterator

from .group_memory import GroupMemory
from .hidden_files import HiddenFiles
from .process_tree import PAGE, RESIDENT, STATE, ProcessTree, send

IPC_RMID = 0
DYING_TIMEOUT = 2.0  # seconds within which killed processes give their memory back
SEGMENTS, QUEUES, ANSWERS = "/proc/sysvipc/shm", "/proc/sysvipc/msg", "/proc/net/netlink"
UNUSED = "memory that no process had mapped"


class MemoryLimit:
    """Compares what the session holds with its limit.

    With a control group the kernel counts all that it holds, also memory that no process has mapped. Without one, that
    is counted as far as /proc shows it.
    """

    def __init__(
        self, process_tree: ProcessTree, limit: int, group: GroupMemory | None, own_network: bool = False
    ) -> None:
        self._process_tree = process_tree
        self._limit = limit
        self._group = group
        self._own_network = own_network
        self._kills = 0
        self._dying: dict[int, float] = {}

    def killed(self) -> int:
        """Return how many processes the kernel has killed for their memory."""
        return self._group.killed() if self._group else 0

    @property
    def killed_note(self) -> str:
        """The line in the stderr of a command whose processes the kernel may have killed."""
        return f"[memory] the kernel killed a process: the session held more than the {self._limit} bytes it may have\n"

    def check(self, processes: list[tuple[int, list[str]]], in_memory: int) -> None:
        """End what holds most, while the session exceeds its limit; ``in_memory`` are the bytes of its memory files."""
        if not self._limit or self._waits(processes):
            return
        alive = {pid: int(fields[RESIDENT]) * PAGE for pid, fields in processes if fields[STATE] != "Z"}
        other = queued_answers() if self._own_network else 0
        if self._group:
            held = self._held_by(self._group) + other
        else:
            other += in_memory + (unmapped() if self._process_tree.whole_namespace else 0)
            held = sum(alive.values()) + other  # an upper bound: shared pages are counted for each process
        if held > self._limit:
            sizes = {pid: proportional(pid, resident) for pid, resident in alive.items()}
            self._reduce(held if self._group else sum(sizes.values()) + other, sizes)

    def _held_by(self, group: GroupMemory) -> int:
        """Return what the group holds: all of it, when the kernel has had to kill since the last time."""
        before, self._kills = self._kills, group.killed()
        return group.total() if self._kills > before else group.held()

    def _waits(self, processes: list[tuple[int, list[str]]]) -> bool:
        """Return whether killed processes still have to give back their memory."""
        living = {pid for pid, fields in processes if fields[STATE] != "Z"}
        now = time.monotonic()
        self._dying = {pid: killed for pid, killed in self._dying.items() if pid in living}
        return any(now - killed < DYING_TIMEOUT for killed in self._dying.values())

    def _reduce(self, held: int, sizes: dict[int, int]) -> None:
        """Remove the largest of processes and unused segments, or the likely holder of memory that is neither's."""
        unused = self._unused_segments()
        while held > self._limit and (sizes or unused):
            pid = max(sizes, key=lambda pid: sizes[pid], default=0)
            creator = max(unused, key=lambda creator: unused[creator].size, default=0)
            largest, largest_unused = sizes.get(pid, 0), unused[creator].size if unused else 0
            hidden = held - sum(sizes.values()) - sum(segments.size for segments in unused.values())
            if sizes and hidden > max(largest, largest_unused):
                holders = HiddenFiles(list(sizes), set()).holders
                pid = max(sizes, key=lambda pid: (holders.get(pid, 0), sizes[pid]))
                self._kill(pid, sizes[pid], held)
                return  # what it held besides shows when it is gone
            if largest_unused > largest:
                held -= self._remove(creator, unused.pop(creator), held)
            else:
                held -= self._kill(pid, sizes.pop(pid), held)

    def _kill(self, pid: int, size: int, held: int) -> int:
        """Kill a process; return its size."""
        self._note(pid, f"process {pid}, which held {size} bytes, was killed: the session's processes held {held}")
        send(pid, signal.SIGKILL)
        self._dying[pid] = time.monotonic()
        return size

    def _remove(self, creator: int, segments: Segments, held: int) -> int:
        """Remove what a process has left; return its size."""
        self._note(creator, f"{segments.size} bytes of {UNUSED} were removed: the session's processes held {held}")
        segments.remove()
        return segments.size

    def _note(self, pid: int, text: str) -> None:
        self._process_tree.note(pid, f"[memory] {text} of the {self._limit} bytes that they may have")

    def _unused_segments(self) -> dict[int, Segments]:
        """Return the segments that no process has mapped, and the queues, by creator, if the session has its own."""
        found: dict[int, Segments] = {}
        if self._process_tree.whole_namespace:
            for number, resident, swapped, creator, users in table(SEGMENTS, "shmid", "rss", "swap", "cpid", "nattch"):
                if not users:
                    found.setdefault(creator, Segments()).add(resident + swapped, segment=number)
            for number, size, creator in table(QUEUES, "msqid", "cbytes", "lspid"):
                found.setdefault(creator, Segments()).add(size, queue=number)
        return found


class Segments:
    """Shared memory and queues of System V that one process has left."""

    def __init__(self) -> None:
        self.size = 0
        self._segments: list[int] = []
        self._queues: list[int] = []

    def add(self, size: int, segment: int | None = None, queue: int | None = None) -> None:
        """Add one of either."""
        self.size += size
        self._segments += [] if segment is None else [segment]
        self._queues += [] if queue is None else [queue]

    def remove(self) -> None:
        """Remove all of them."""
        libc = ctypes.CDLL(None)
        for number in self._segments:
            libc.shmctl(number, IPC_RMID, None)
        for number in self._queues:
            libc.msgctl(number, IPC_RMID, None)


def queued_answers() -> int:
    """Return the bytes in the queues of all netlink sockets of the network, which no control group counts."""
    return sum(size for (size,) in table(ANSWERS, "Rmem"))


def unmapped() -> int:
    """Return the bytes that the namespace holds in /dev/shm, in segments and in queues."""
    segments = sum(map(sum, table(SEGMENTS, "rss", "swap")))
    return shared_memory() + segments + sum(map(sum, table(QUEUES, "cbytes")))


def table(path: str, *columns: str) -> Iterator[tuple[int, ...]]:
    """Yield the columns of each row of a table in /proc; nothing if it does not exist."""
    try:
        with open(path, encoding="ascii") as file:
            names = file.readline().split()
            places = [names.index(name) for name in columns]
            for line in file:
                fields = line.split()
                yield tuple(int(fields[place]) for place in places)
    except OSError:
        return


def proportional(pid: int, resident: int) -> int:
    """Return a process's proportional set size in bytes; ``resident`` if it is not available."""
    try:
        with open(f"/proc/{pid}/smaps_rollup") as file:
            for line in file:
                if line.startswith("Pss:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return resident


def shared_memory() -> int:
    """Return the size in bytes of the files in /dev/shm."""
    try:
        space = os.statvfs("/dev/shm")
    except OSError:
        return 0
    return (space.f_blocks - space.f_bfree) * space.f_frsize
