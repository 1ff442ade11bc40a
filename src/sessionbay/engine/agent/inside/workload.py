"""All other processes of the session: seen, frozen, thawed, ended."""

from __future__ import annotations

import os
import signal
import threading
import time


class Workload:
    """The whole PID namespace, or the tree of processes below this one."""

    def __init__(self, whole_namespace: bool) -> None:
        self._whole_namespace = whole_namespace
        self._stopped_before: set[int] = set()
        self._frozen_at: float | None = None
        self._lost = 0.0
        self.running = threading.Condition()

    def clock(self) -> float:
        """Return seconds that stand still while the workload is frozen."""
        now = time.monotonic() if self._frozen_at is None else self._frozen_at
        return now - self._lost

    def wait_until_thawed(self) -> None:
        """Wait, with ``running`` held, until processes may be started."""
        while self._frozen_at is not None:
            self.running.wait()

    def freeze(self) -> None:
        """Stop every process, parents first, so that no shell sees its child stop."""
        with self.running:
            if self._frozen_at is not None:
                return
            self._frozen_at = time.monotonic()
            self._stopped_before = {pid for pid, state in self._processes() if state == "T"}
            if self._whole_namespace:
                send(-1, signal.SIGSTOP)
            else:
                self._to_all(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let every process go on that ran before, children first."""
        with self.running:
            if self._frozen_at is None:
                return
            for pid, _ in reversed(self._processes()):
                if pid not in self._stopped_before:
                    send(pid, signal.SIGCONT)
            self._lost += time.monotonic() - self._frozen_at
            self._frozen_at = None
            self.running.notify_all()

    def kill(self) -> None:
        """End every process."""
        if self._whole_namespace:
            send(-1, signal.SIGKILL)
        else:
            self._to_all(signal.SIGSTOP)
            self._to_all(signal.SIGKILL)

    def figures(self) -> tuple[int, int]:
        """Return the clock ticks used and the bytes of memory held by all processes, this one included."""
        ticks = memory = 0
        for pid in [os.getpid(), *(pid for pid, _ in self._processes())]:
            fields = stat_fields(pid)
            ticks += sum(int(field) for field in fields[11:15])
            memory += int(fields[21]) * os.sysconf("SC_PAGE_SIZE") if fields else 0
        return ticks, memory

    def _to_all(self, number: int) -> None:
        """Signal the whole tree, again until it no longer grows."""
        done: set[int] = set()
        while new := [pid for pid, state in self._processes() if pid not in done and state != "Z"]:
            for pid in new:
                send(pid, number)
            done.update(new)

    def _processes(self) -> list[tuple[int, str]]:
        """Return each process with its state, parents before their children."""
        found = {int(name): stat_fields(int(name)) for name in os.listdir("/proc") if name.isdigit()}
        children: dict[int, list[int]] = {}
        for pid, fields in found.items():
            if fields:
                children.setdefault(int(fields[1]), []).append(pid)
        me = os.getpid()
        queue = children.get(0, []) + children.get(1, []) if self._whole_namespace else [me]
        ordered: list[tuple[int, str]] = []
        while queue:
            pid = queue.pop(0)
            if pid not in (1, me):
                ordered.append((pid, found[pid][0]))
            queue += children.get(pid, []) if pid != 1 else []
        return ordered


def stat_fields(pid: int) -> list[str]:
    """Return the fields of a process's ``stat`` after its name, none when it is gone."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()
    except OSError:
        return []


def send(pid: int, number: int) -> None:
    """Send a signal to a process that may be gone."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass
