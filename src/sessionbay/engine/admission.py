"""The admission of new sessions: what the machine must have left for one, measured when it is created."""

from collections.abc import Iterator
from pathlib import Path

from .limits import MIB, Limits
from .machine import Room, descriptor_room, disk_room, inode_room, memory_room, process_room
from .shortage import DESCRIPTORS, DISK, MEMORY, PROCESSES, Shortage

IDLE_PROCESSES, IDLE_MEMORY, IDLE_DESCRIPTORS = 8, 24 * MIB, 3  # what a session takes that is being started
FREE_DESCRIPTORS = 24  # fewer than the acceptor's reserve: connections alone keep no session from being started
FREE_INODES = 1000
REMEDIES = {
    DESCRIPTORS: "delete sessions, close links and terminals, or raise that limit",
    PROCESSES: "end programs, delete sessions, or raise that limit",
    MEMORY: "end programs, or delete sessions",
    DISK: "free space, or delete sessions",
}


def admit(folder: Path, limits: Limits, starting: int) -> None:
    """Raise Shortage unless the machine has room for one more session. Blocks, for some milliseconds.

    Args:
        folder: The folder that sessions are kept in.
        limits: ``free_disk``, ``free_memory`` and ``free_processes`` are what must be left.
        starting: How many other sessions are being started, whose use cannot be measured yet.
    """
    for code, noun, room, needed in _needs(folder, limits, starting):
        if room is not None and room.free < needed:
            message = f"{max(room.free, 0)} {noun} ({room.limit}), fewer than the {needed} that a new session needs"
            raise Shortage(code, f"The machine has {message}: {REMEDIES[code]}.")


def _needs(folder: Path, limits: Limits, starting: int) -> Iterator[tuple[str, str, Room | None, int]]:
    """Yield the code, the noun, what is there and what is needed of each resource; a need of 0 is no limit."""
    yield DESCRIPTORS, "file descriptors left", descriptor_room(), FREE_DESCRIPTORS + starting * IDLE_DESCRIPTORS
    if limits.free_disk:
        yield DISK, "bytes of disk left", disk_room(folder), limits.free_disk
        yield DISK, "inodes left", inode_room(folder), FREE_INODES
    if limits.free_memory:
        yield MEMORY, "bytes of memory left", memory_room(), limits.free_memory + starting * IDLE_MEMORY
    if limits.free_processes:
        yield PROCESSES, "processes left", process_room(), limits.free_processes + starting * IDLE_PROCESSES
