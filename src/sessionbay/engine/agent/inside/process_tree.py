"""The processes of the session: listing, freezing, thawing and killing them."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager

from .frame_socket import Failure
from .oom_score import OOM_SCORE

KILL_TIMEOUT = 5.0
NICENESS = 10  # of processes, above the agent's: the engine and the user's programs go first
STATE, PARENT, SESSION, TIMES, RESIDENT = 0, 1, 3, slice(11, 15), 21  # places in what ``stat_fields`` returns
PAGE = os.sysconf("SC_PAGE_SIZE")


class ProcessTree:
    """The whole PID namespace, or the tree of processes below this one."""

    def __init__(self, whole_namespace: bool, own_user: bool = False) -> None:
        self.whole_namespace = whole_namespace
        self._at_once = whole_namespace or own_user  # one signal reaches all processes, even while they fork
        self.running = threading.Condition()
        self.woken = threading.Event()
        self.full = ""  # the exceeded limit because of which nothing may be written or started
        self._stopped_before: set[int] = set()
        self._reasons: set[str] = set()
        self._frozen_at = 0.0
        self._lost = 0.0
        self._commands: dict[int, list[str]] = {}

    def clock(self) -> float:
        """Return a clock in seconds that stops while the processes are frozen."""
        with self.running:
            now = self._frozen_at if self._reasons else time.monotonic()
            return now - self._lost

    @contextmanager
    def starting(self) -> Generator[None, None, None]:
        """Wait until processes may be started, and wake the resource monitor after the block.

        Lowers the priority of this thread, which is that of one request, for the processes to inherit it.
        """
        with self.running:
            while self._reasons:
                if self.full:
                    raise Failure(self.full)
                self.running.wait()
            os.setpriority(os.PRIO_PROCESS, 0, min(os.getpriority(os.PRIO_PROCESS, os.getpid()) + NICENESS, 19))
            with OOM_SCORE.of_children():
                yield
            self.woken.set()  # after the start, so that the monitor finds the process

    def freeze(self, reason: str = "pause") -> None:
        """Stop every process, parents first, so that no shell notices a stopped child."""
        with self.running:
            if not self._reasons:
                self._frozen_at = time.monotonic()
                self._stopped_before = {
                    pid for pid, fields in self.processes() if fields[STATE] == "T" or stopping(pid)
                }
                if self._at_once:
                    send(-1, signal.SIGSTOP)
                else:
                    self._to_all(signal.SIGSTOP)
            self._reasons.add(reason)

    def thaw(self, reason: str = "pause") -> None:
        """Continue the processes that ran before, children first, unless another reason remains."""
        with self.running:
            if self._reasons != {reason}:
                self._reasons.discard(reason)
                return
            for pid, _ in reversed(self.processes()):
                if pid not in self._stopped_before:
                    send(pid, signal.SIGCONT)
            self._lost += time.monotonic() - self._frozen_at
            self._reasons.clear()
            self.running.notify_all()

    def kill(self) -> None:
        """Kill every process and wait until all have ended."""
        if self._at_once:
            send(-1, signal.SIGKILL)
        else:
            self._to_all(signal.SIGSTOP)
            self._to_all(signal.SIGKILL)
        deadline = time.monotonic() + KILL_TIMEOUT
        while any(fields[STATE] != "Z" for _, fields in self.processes()) and time.monotonic() < deadline:
            time.sleep(0.002)

    def began(self, command: int) -> None:
        """Register a command that collects notes."""
        self._commands[command] = []

    def ended(self, command: int) -> list[str]:
        """Unregister a command; return its notes."""
        return self._commands.pop(command, [])

    def note(self, pid: int, text: str) -> None:
        """Add a note to the command that started a process, or to the agent's log."""
        parents = {each: int(fields[PARENT]) for each, fields in self.processes()}
        line = [pid]
        while (parent := parents.get(line[-1])) is not None and parent not in line:
            line.append(parent)
        fields = stat_fields(pid)
        line += [int(fields[SESSION])] if fields else []
        notes = next((self._commands[each] for each in line if each in self._commands), None)
        if notes is None:
            sys.stderr.write(f"{text}\n")
        else:
            notes.append(text)

    def figures(self) -> tuple[int, int]:
        """Return the clock ticks used and the bytes of memory held by all processes, this one included."""
        found = [fields for _, fields in self.processes()]
        mine = stat_fields(os.getpid())
        found += [mine] if mine else []
        ticks = sum(int(field) for fields in found for field in fields[TIMES])
        return ticks, sum(int(fields[RESIDENT]) for fields in found) * PAGE

    def processes(self, quick: bool = False) -> list[tuple[int, list[str]]]:
        """Return each process with the fields of its ``stat``, parents before their children.

        ``quick`` may miss processes that start or end meanwhile. Without it, all processes of the machine are searched.
        """
        if quick and not self.whole_namespace:
            return descendants(os.getpid())
        found = {int(name): stat_fields(int(name)) for name in os.listdir("/proc") if name.isdigit()}
        children: dict[int, list[int]] = {}
        for pid, fields in found.items():
            if fields:
                children.setdefault(int(fields[PARENT]), []).append(pid)
        me = os.getpid()
        queue = children.get(0, []) + children.get(1, []) if self.whole_namespace else [me]
        ordered: list[tuple[int, list[str]]] = []
        for pid in queue:  # grows during the iteration
            if pid not in (1, me):
                ordered.append((pid, found[pid]))
            queue += children.get(pid, []) if pid != 1 else []
        return ordered

    def _to_all(self, number: int) -> None:
        """Signal the whole tree, again until it no longer grows."""
        done: set[int] = set()
        while new := [pid for pid, fields in self.processes() if pid not in done and fields[STATE] != "Z"]:
            for pid in new:
                send(pid, number)
            done.update(new)


def stat_fields(pid: int) -> list[str]:
    """Return the fields of a process's ``stat`` after its name; empty if it is gone."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # the name may be any bytes
            return file.read().rpartition(b")")[2].decode("ascii").split()
    except OSError:
        return []


def stopping(pid: int) -> bool:
    """Return whether a SIGSTOP is pending for a process."""
    try:
        with open(f"/proc/{pid}/status", "rb") as file:
            pending = [line.split()[1] for line in file if line.startswith((b"SigPnd", b"ShdPnd"))]
    except OSError:
        return False
    return any(int(mask, 16) >> (signal.SIGSTOP - 1) & 1 for mask in pending)


def descendants(pid: int) -> list[tuple[int, list[str]]]:
    """Return the descendants of a process, parents first, as the kernel lists them."""
    found: list[tuple[int, list[str]]] = []
    queue = [pid]
    for parent in queue:  # grows during the iteration
        for child in children_of(parent):
            if fields := stat_fields(child):
                found.append((child, fields))
                queue.append(child)
    return found


def children_of(pid: int) -> list[int]:
    """Return the children of a process, adopted ones included."""
    found: list[int] = []
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children") as file:
                found += map(int, file.read().split())
    except OSError:
        pass
    return found


def send(pid: int, number: int) -> None:
    """Send a signal; ignore a process that is gone or not permitted."""
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        pass
