"""Measuring the disk usage of a session, including hidden and deleted files."""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Mapping

from .hidden_files import HiddenFiles

FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
OWNER_RWX = stat.S_IRWXU
COUNT_INTERVAL = 5.0  # seconds until the files of an active session are counted again
PAUSE_FACTOR = 50  # counting takes at most 1/50 of the time
OCTAL = re.compile(rb"\\([0-7]{3})")  # a special character in a path of mountinfo
foreign_mounts: set[tuple[int, int]] = set()
"""The mounts in the session that are not counted or copied, by device and inode; the agent sets it at its start."""
UNCOUNTABLE_FILES = 2**62  # reported if folders are nested too deeply to be counted


class DiskUsage:
    """The disk usage of the session's folders: the last count, and an estimate since.

    Files without a name that cannot be measured count as what the disk has lost and the other files do not explain,
    while processes may hold such files. What others write to the disk meanwhile is counted, too.
    """

    def __init__(self, folders: list[str]) -> None:
        self._folders = folders
        self._size = self._files = 0
        space = os.statvfs(folders[0])
        self._free, self._free_files = space.f_bfree, space.f_ffree
        self._due = 0.0
        self._used = self._held_before = False
        self.in_memory = self.unexplained = 0
        self.holders: dict[int, int] = {}
        """The processes that may hold files which cannot be measured, with the number of these."""

    def may_exceed(self, limits: Mapping[str, int], used: bool) -> bool:
        """Return whether the session may exceed its limits, by the disk's free space or after activity.

        Free space alone is not enough: files that others remove from the disk hide files that the session adds.
        """
        self._used = self._used or used
        space = os.statvfs(self._folders[0])
        size = self._size + self.unexplained + (self._free - space.f_bfree) * space.f_frsize
        files = self._files + self._free_files - space.f_ffree
        over = (limits["disk"] and size > limits["disk"]) or (limits["files"] and files > limits["files"])
        return bool(over) or (self._used and time.monotonic() >= self._due)

    def count(self, pids: list[int]) -> tuple[int, int]:
        """Return the size and the number of the session's files, including deleted files that are open."""
        started, self._used = time.monotonic(), False
        space = os.statvfs(self._folders[0])
        count = Count()
        for folder in self._folders:
            count.add_tree(folder)
        hidden = HiddenFiles(pids, {os.stat(folder).st_dev for folder in self._folders})
        size = count.size + hidden.on_disk
        lost = (self._free - space.f_bfree) * space.f_frsize
        self._explain(lost - (size - self._size), hidden)
        self._size, self._files, self.in_memory = size, count.files, hidden.in_memory
        self._free, self._free_files = space.f_bfree, space.f_ffree
        now = time.monotonic()
        self._due = now + max(COUNT_INTERVAL, PAUSE_FACTOR * (now - started))
        return self._size, self._files

    def _explain(self, lost: int, hidden: HiddenFiles) -> None:
        """Add what the disk has lost without explanation, while processes hold what cannot be measured.

        Files that are on their way from process to process can escape one search, but not always two.
        """
        held, self._held_before = self._held_before, bool(hidden.holders)
        self.holders = hidden.holders or (self.holders if held else {})
        self.unexplained = max(0, self.unexplained + lost) if self.holders else 0


def list_foreign_mounts() -> set[tuple[int, int]]:
    """Return the device and inode of each mount whose files are not the session's: read-only, or of another disk."""
    with open("/proc/self/mountinfo", "rb") as file:
        mounts = [line.split() for line in file]
    disk = next(mount[2] for mount in mounts if mount[4] == b"/")
    found: set[tuple[int, int]] = set()
    for mount in mounts:
        if mount[2] != disk or b"ro" in mount[5].split(b","):
            try:
                status = os.stat(OCTAL.sub(lambda match: bytes([int(match[1], 8)]), mount[4]))
            except OSError:
                continue
            found.add((status.st_dev, status.st_ino))
    return found


class Count:
    """The total of file trees, walked by descriptors, as paths may be too long to open."""

    def __init__(self) -> None:
        self.size = self.files = 0
        self._linked: set[tuple[int, int]] = set()

    def add_tree(self, folder: str) -> None:
        """Add a folder and its contents."""
        levels: list[tuple[int, list[str], int]] = []
        try:
            self._enter(levels, folder, None)
            while levels:
                fd, names, _ = levels[-1]
                if names:
                    self._enter(levels, names.pop(), fd)
                else:
                    leave(levels)
        except OSError:  # no descriptors are left
            self.files += UNCOUNTABLE_FILES
        finally:
            while levels:
                leave(levels)

    def _enter(self, levels: list[tuple[int, list[str], int]], name: str, above: int | None) -> None:
        """Open a folder, changing its mode if necessary, and add its entries; ``leave`` restores the mode."""
        try:
            mode = os.stat(name, dir_fd=above, follow_symlinks=False).st_mode
            if not stat.S_ISDIR(mode):
                return
            closed = mode & OWNER_RWX != OWNER_RWX
            if closed:
                os.chmod(name, stat.S_IMODE(mode) | OWNER_RWX, dir_fd=above)
            fd = os.open(name, FOLDER_FLAGS, dir_fd=above)
        except (FileNotFoundError, NotADirectoryError, PermissionError):
            return  # removed meanwhile, or owned by another user
        levels.append((fd, [], stat.S_IMODE(mode) if closed else -1))
        with os.scandir(fd) as entries:
            for entry in entries:
                self._add(entry, levels[-1][1])

    def _add(self, entry: os.DirEntry[str], folders: list[str]) -> None:
        try:
            found = entry.stat(follow_symlinks=False)
        except OSError:
            return
        if (found.st_dev, found.st_ino) in foreign_mounts:
            return
        self.files += 1
        if found.st_nlink == 1 or stat.S_ISDIR(found.st_mode) or (found.st_dev, found.st_ino) not in self._linked:
            self.size += found.st_blocks * 512
        if stat.S_ISDIR(found.st_mode):
            folders.append(entry.name)
        elif found.st_nlink > 1:
            self._linked.add((found.st_dev, found.st_ino))


def leave(levels: list[tuple[int, list[str], int]]) -> None:
    """Close the innermost folder, and restore its mode."""
    fd, _, mode = levels.pop()
    try:
        if mode >= 0:
            os.fchmod(fd, mode)
    finally:
        os.close(fd)
