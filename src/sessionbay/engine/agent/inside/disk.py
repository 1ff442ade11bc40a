"""How much disk a session's own files take, however they are hidden."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Mapping

FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
OWNER_RWX = stat.S_IRWXU
COUNT_INTERVAL = 5.0  # seconds until the files of a session that is used are counted anew
PAUSE_FACTOR = 50  # counting takes at most this part of the time
UNCOUNTABLE_FILES = 2**62  # files, where folders are nested so deep that they cannot be counted


class Space:
    """What the session's folders hold, and what may have been added since that was counted."""

    def __init__(self, folders: list[str]) -> None:
        self._folders = folders
        self._size = self._files = self._free = self._free_files = 0
        self._due = 0.0
        self._used = False
        self.in_memory = 0

    def doubtful(self, limits: Mapping[str, int], used: bool) -> bool:
        """Return whether the session may be over its limits: the disk lost as much as it lacks, or it has been used.

        The latter since others use the same disk: what they remove hides what the session adds.
        """
        self._used = self._used or used
        space = os.statvfs(self._folders[0])
        size = self._size + (self._free - space.f_bfree) * space.f_frsize
        files = self._files + self._free_files - space.f_ffree
        over = (limits["disk"] and size > limits["disk"]) or (limits["files"] and files > limits["files"])
        return bool(over) or (self._used and time.monotonic() >= self._due)

    def count(self, pids: list[int]) -> tuple[int, int]:
        """Return the bytes and the number of the session's files, those included that are deleted and still open."""
        begun, self._used = time.monotonic(), False
        space = os.statvfs(self._folders[0])
        count = Count()
        for folder in self._folders:
            count.add_tree(folder)
        deleted, self.in_memory = held_open(pids, {os.stat(folder).st_dev for folder in self._folders})
        self._size, self._files = count.size + deleted, count.files
        self._free, self._free_files = space.f_bfree, space.f_ffree
        now = time.monotonic()
        self._due = now + max(COUNT_INTERVAL, PAUSE_FACTOR * (now - begun))
        return self._size, self._files


class Count:
    """The sum of trees of files. It goes by descriptors: a path may be too long to be opened by its name."""

    def __init__(self) -> None:
        self.size = self.files = 0
        self._linked: set[tuple[int, int]] = set()

    def add_tree(self, folder: str) -> None:
        """Add a folder and all in it."""
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
        """Open a folder, whatever its mode is, and add what is in it; ``leave`` puts the mode back."""
        try:
            mode = os.stat(name, dir_fd=above, follow_symlinks=False).st_mode
            if not stat.S_ISDIR(mode):
                return
            closed = mode & OWNER_RWX != OWNER_RWX
            if closed:
                os.chmod(name, stat.S_IMODE(mode) | OWNER_RWX, dir_fd=above)
            fd = os.open(name, FOLDER_FLAGS, dir_fd=above)
        except (FileNotFoundError, NotADirectoryError, PermissionError):
            return  # it went away, or was never the session's
        levels.append((fd, [], stat.S_IMODE(mode) if closed else -1))
        with os.scandir(fd) as entries:
            for entry in entries:
                self._add(entry, levels[-1][1])

    def _add(self, entry: os.DirEntry[str], folders: list[str]) -> None:
        try:
            found = entry.stat(follow_symlinks=False)
        except OSError:
            return
        self.files += 1
        if found.st_nlink == 1 or stat.S_ISDIR(found.st_mode) or (found.st_dev, found.st_ino) not in self._linked:
            self.size += found.st_blocks * 512
        if stat.S_ISDIR(found.st_mode):
            folders.append(entry.name)
        elif found.st_nlink > 1:
            self._linked.add((found.st_dev, found.st_ino))


def leave(levels: list[tuple[int, list[str], int]]) -> None:
    """Close the innermost folder."""
    fd, _, mode = levels.pop()
    try:
        if mode >= 0:
            os.fchmod(fd, mode)
    finally:
        os.close(fd)


def held_open(pids: list[int], devices: set[int]) -> tuple[int, int]:
    """Return the bytes of files that have no name any more but are open: on disk, and in memory only."""
    found: dict[tuple[int, int], tuple[int, bool]] = {}
    for pid in pids:
        folder = f"/proc/{pid}/fd"
        try:
            for fd in os.listdir(folder):
                status = os.stat(f"{folder}/{fd}")
                if status.st_nlink == 0 and stat.S_ISREG(status.st_mode):
                    in_memory = os.readlink(f"{folder}/{fd}").startswith("/memfd:")
                    if in_memory or status.st_dev in devices:
                        found[status.st_dev, status.st_ino] = status.st_blocks * 512, in_memory
        except OSError:
            continue  # it ended, or may not be looked into
    on_disk = sum(size for size, in_memory in found.values() if not in_memory)
    return on_disk, sum(size for size, in_memory in found.values() if in_memory)
