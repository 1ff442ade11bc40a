"""Watching folders by polling: it works on every file system and uses no shared kernel limit."""

from __future__ import annotations

import os
import stat
import threading
import time

from .files import shown
from .frame_socket import Failure

MAX_ENTRIES = 50_000
MAX_WATCHES = 32
SCAN_INTERVAL = 0.2  # seconds between two scans
PAUSE_FACTOR = 10  # the pause after a scan, in multiples of its duration

Snapshot = dict[str, tuple[bool, object]]
Change = tuple[str, str, str]


class Watches:
    """The watched folders, each with its last snapshot."""

    def __init__(self) -> None:
        self._watched: dict[str, tuple[threading.Lock, Snapshot]] = {}

    def changes(self, watch: str, path: str, patience: float) -> list[Change]:
        """Return the changes since the last call, after up to ``patience`` seconds. The first call returns none."""
        known = self._watched.get(watch)
        if known is None:
            self._begin(watch, path)
            return []
        lock, before = known
        with lock:
            return wait_for_changes(path, before, time.monotonic() + patience)

    def forget(self, watch: str) -> None:
        """Stop watching a folder."""
        self._watched.pop(watch, None)

    def _begin(self, watch: str, path: str) -> None:
        if len(self._watched) >= MAX_WATCHES:
            raise Failure(f"{path}: Too many watches: {MAX_WATCHES} folders are watched already")
        os.scandir(path).close()  # raises if it is not a readable folder
        self._watched[watch] = threading.Lock(), snapshot(path)


def wait_for_changes(path: str, before: Snapshot, deadline: float) -> list[Change]:
    """Return the changes since ``before``, which is updated; none if there is none until ``deadline``."""
    while True:
        begun = time.monotonic()
        now = snapshot(path)
        changes = differences(before, now)
        if changes or time.monotonic() + SCAN_INTERVAL > deadline:
            before.clear()
            before.update(now)
            return changes
        time.sleep(max(SCAN_INTERVAL, PAUSE_FACTOR * (time.monotonic() - begun)))


def snapshot(path: str) -> Snapshot:
    """Return each entry at and below a folder: whether it is a folder, and values that differ after a change."""
    entries: Snapshot = {}
    folders = [path] if os.path.isdir(path) else []
    while folders:
        folder = folders.pop()
        names = list_names(folder)
        entries[folder] = (True, names)
        for name in names:
            here = os.path.join(folder, name)
            try:
                status = os.lstat(here)
            except OSError:
                continue
            if stat.S_ISDIR(status.st_mode):
                folders.append(here)
            else:
                entries[here] = (
                    False,
                    (status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino, status.st_mode),
                )
        if len(entries) > MAX_ENTRIES:
            raise Failure(f"{path}: it has more than {MAX_ENTRIES} entries: watch a smaller folder")
    return entries


def list_names(folder: str) -> tuple[str, ...]:
    """Return the names in a folder, without partial files; none if it cannot be read."""
    try:
        return tuple(sorted(name for name in os.listdir(folder) if not is_scratch(name)))
    except OSError:
        return ()


def is_scratch(name: str) -> bool:
    """Return whether a name is that of a partial file of this agent."""
    parts = name.rsplit(".", 3)
    return len(parts) == 4 and parts[3] == "part" and parts[1].isdigit() and parts[2].isdigit()


def differences(before: Snapshot, now: Snapshot) -> list[Change]:
    """Return the changes between two snapshots: event, path, and kind of the entry."""
    found = [("delete", path) for path in before if path not in now]
    found += [("create", path) for path in now if path not in before]
    found += [("modify", path) for path in now if path in before and before[path] != now[path]]
    kinds = {**before, **now}
    return [(event, shown(path), "directory" if kinds[path][0] else "file") for event, path in found]
