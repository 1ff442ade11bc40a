"""The processes of applications: finding them, and ending them."""

from __future__ import annotations

import os
import signal

from ..frame_socket import Failure
from ..process_tree import PARENT, SESSION, STATE, descendants, send, stat_fields
from .arguments import number
from .display import Connection
from .waiting import wait_until

TERM_PATIENCE, KILL_PATIENCE = 2.0, 5.0  # seconds
STARTED = 19  # the place of the time of its start in what ``stat_fields`` returns
MAX_PID = 2**22
MAX_NAME = 15  # characters of a process's name that Linux keeps


class Processes:
    """Ends processes, but none of those that make up the desktop."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def stop_pid(self, pid: object) -> None:
        """Stop a process and its descendants."""
        known = number("pid", pid, 1, MAX_PID)
        if known in self._protected():
            raise Failure(f"process {known} belongs to the desktop itself, which is not stopped")
        if not _identity(known):
            raise Failure(f"there is no process {known}")
        self._stop([known])

    def stop_name(self, name: str) -> None:
        """Stop all processes of a name, and their descendants."""
        found = [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if _has_name(pid, name)]
        own = self._protected()
        if not found:
            raise Failure(f"no process is named {name!r}")
        if not (others := [pid for pid in found if pid not in own]):
            raise Failure(f"the processes named {name!r} belong to the desktop itself, which is not stopped")
        self._stop(others)

    def _stop(self, pids: list[int]) -> None:
        """End processes: first with the request to end, then without."""
        own = self._protected()
        tree = [child for pid in pids for child in (pid, *(each for each, _ in descendants(pid)))]
        targets = {pid: _identity(pid) for pid in tree if pid not in own}

        def left() -> list[int]:
            return [pid for pid, identity in targets.items() if identity and _identity(pid) == identity]

        for number_of_signal, patience in ((signal.SIGTERM, TERM_PATIENCE), (signal.SIGKILL, KILL_PATIENCE)):
            for pid in left():
                send(pid, number_of_signal)
            if wait_until(lambda: not left(), patience):
                return
        raise Failure(f"these processes do not end: {', '.join(map(str, left()))}")

    def _protected(self) -> set[int]:
        """Return the first process, the X server, the window manager, this process, and those above it."""
        found = {1, self._connection.server_pid(), *ancestors(os.getpid())}
        for window_id in self._connection.numbers(self._connection.root, "_NET_SUPPORTING_WM_CHECK"):
            found.add(self._connection.pid(window_id))
        return found


def ancestors(pid: int) -> list[int]:
    """Return a process and those above it."""
    found = [pid]
    while (fields := stat_fields(found[-1])) and int(fields[PARENT]) > 0:
        found.append(int(fields[PARENT]))
    return found


def session_of(pid: int) -> list[int]:
    """Return the processes that run in the session (of ``setsid``) of a process, or that it started."""
    below = {child for child, fields in descendants(pid) if fields[STATE] != "Z"}
    for each in map(int, filter(str.isdigit, os.listdir("/proc"))):
        fields = stat_fields(each)
        if fields and fields[STATE] != "Z" and int(fields[SESSION]) == pid:
            below.add(each)
    return sorted(below)


def describe(pid: int) -> dict[str, object]:
    """Return the name, the id and the command line of a process."""
    words = _words(pid)
    return {"pname": name_of(pid), "pid": pid, "cmdline": " ".join(words)}


def is_running(pid: int) -> bool:
    """Return whether a process runs."""
    return bool(_identity(pid))


def _identity(pid: int) -> str:
    """Return when a process was started, by which it is known from others of its id; empty if it has ended."""
    fields = stat_fields(pid)
    return fields[STARTED] if fields and fields[STATE] not in "ZX" else ""


def _has_name(pid: int, name: str) -> bool:
    if not _identity(pid):
        return False
    program = os.path.basename((_words(pid) or [""])[0])
    return name in (name_of(pid), program) if len(name) <= MAX_NAME else name == program


def name_of(pid: int) -> str:
    """Return the name of a process; empty if it is gone."""
    return _read(pid, "comm").rstrip("\n")


def _words(pid: int) -> list[str]:
    return _read(pid, "cmdline").rstrip("\0").split("\0")


def _read(pid: int, name: str) -> str:
    try:
        with open(f"/proc/{pid}/{name}", "rb") as file:
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""
