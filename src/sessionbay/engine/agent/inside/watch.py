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

Seen = dict[str, tuple[bool, object]]
Change = tuple[str, str, str]


class Watches:
    """The folders that are watched, and how each was when it was last told of."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[threading.Lock, Seen]] = {}

    def changes(self, watch: str, path: str, patience: float) -> list[Change]:
        """Return what changed since the last time; wait for it up to ``patience`` seconds. The first time, nothing."""
        known = self._seen.get(watch)
        if known is None:
            self._begin(watch, path)
            return []
        lock, before = known
        with lock:
            return news(path, before, time.monotonic() + patience)

    def forget(self, watch: str) -> None:
        """Stop watching a folder."""
        self._seen.pop(watch, None)

    def _begin(self, watch: str, path: str) -> None:
        if len(self._seen) >= MAX_WATCHES:
            raise Failure(f"{path}: {MAX_WATCHES} folders are watched already")
        if not os.path.isdir(path):
            raise Failure(f"{path}: there is no such folder")
        self._seen[watch] = threading.Lock(), look(path)


def news(path: str, before: Seen, deadline: float) -> list[Change]:
    """Return what differs from ``before``, and bring that up to date; nothing when nothing does until ``deadline``."""
    while True:
        begun = time.monotonic()
        now = look(path)
        found = differences(before, now)
        if found or time.monotonic() + SCAN_INTERVAL > deadline:
            before.clear()
            before.update(now)
            return found
        time.sleep(max(SCAN_INTERVAL, PAUSE_FACTOR * (time.monotonic() - begun)))


def look(path: str) -> Seen:
    """Return all that is below a folder, itself included: whether it is a folder, and what differs when it changed."""
    seen: Seen = {}
    folders = [path] if os.path.isdir(path) else []
    while folders:
        folder = folders.pop()
        names = entries(folder)
        seen[folder] = (True, names)
        for name in names:
            here = os.path.join(folder, name)
            try:
                found = os.lstat(here)
            except OSError:
                continue
            if stat.S_ISDIR(found.st_mode):
                folders.append(here)
            else:
                seen[here] = (False, (found.st_mtime_ns, found.st_size, found.st_ino, found.st_mode))
        if len(seen) > MAX_ENTRIES:
            raise Failure(f"{path}: there is too much in it to be watched: more than {MAX_ENTRIES} files")
    return seen


def entries(folder: str) -> tuple[str, ...]:
    """Return the names in a folder; none of one that cannot be read or is gone, and none of files half written."""
    try:
        return tuple(sorted(name for name in os.listdir(folder) if not is_scratch(name)))
    except OSError:
        return ()


def is_scratch(name: str) -> bool:
    """Return whether a name is one that this agent gives to files that it has not yet written to the end."""
    parts = name.rsplit(".", 3)
    return len(parts) == 4 and parts[3] == "part" and parts[1].isdigit() and parts[2].isdigit()


def differences(before: Seen, now: Seen) -> list[Change]:
    """Return what happened between two looks: the event, the path, and the kind of what is there."""
    found = [("delete", path) for path in before if path not in now]
    found += [("create", path) for path in now if path not in before]
    found += [("modify", path) for path in now if path in before and before[path] != now[path]]
    kinds = {**before, **now}
    return [(event, shown(path), "directory" if kinds[path][0] else "file") for event, path in found]
