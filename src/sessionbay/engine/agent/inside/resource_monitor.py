"""Enforcing the memory and disk limits of a whole session."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Mapping

from .disk import Count, DiskUsage
from .frame_socket import Failure
from .group_memory import GroupMemory
from .memory_limit import MemoryLimit
from .process_tree import TIMES, ProcessTree, send

TYPE_CHECKING = False  # spares each session the import of typing
if TYPE_CHECKING:
    from typing import Any

MIN_INTERVAL, MAX_INTERVAL = 0.1, 2.0  # seconds between two checks: of busy processes, of idle ones
PAUSE_FACTOR = 20  # checks take at most 1/20 of the time
BUSY_CPU_SHARE = 0.05  # of a processor
CLEANUP_HINT = "delete files with delete_file, or delete the session"


class ResourceMonitor:
    """Checks a session while processes run in it; an idle session is not checked."""

    def __init__(self, process_tree: ProcessTree, limits: Mapping[str, Any]) -> None:
        self._process_tree = process_tree
        self._limits = limits
        self._space = DiskUsage(limits["folders"])
        self._checking = threading.Lock()
        group = GroupMemory(**limits["meters"]) if limits["meters"] else None
        self._memory = MemoryLimit(process_tree, limits["memory"], group, limits["own_network"])
        self.killed, self.killed_note = self._memory.killed, self._memory.killed_note
        self._ticks = 0
        self._checked = 0.0

    def start(self) -> None:
        """Start the monitoring thread."""
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        pause: float | None = None
        while True:
            woken = self._process_tree.woken.wait(pause)
            self._process_tree.woken.clear()
            started = time.monotonic()
            try:
                running, busy = self._check(woken)
            except Exception as exc:  # without the thread, the session would have no limits
                sys.stderr.write(f"the resource monitor failed: {type(exc).__name__}: {exc}\n")
                running = busy = True
            time.sleep(max(MIN_INTERVAL, PAUSE_FACTOR * (time.monotonic() - started)))
            if woken or busy or self._process_tree.full:
                pause = MIN_INTERVAL
            else:
                pause = min(MAX_INTERVAL, 2 * (pause or MIN_INTERVAL)) if running else None

    def _check(self, woken: bool) -> tuple[bool, bool]:
        """Check once; return whether processes run, and whether they are busy."""
        processes = self._process_tree.processes(quick=True)
        busy = self._busy(processes)
        self._memory.check(processes, self._space.in_memory)
        if self._limits["disk"] or self._limits["files"]:
            with self._checking:
                if self._process_tree.full or self._space.may_exceed(self._limits, woken or busy):
                    self._count()
        return bool(processes), busy

    def _busy(self, processes: list[tuple[int, list[str]]]) -> bool:
        """Return whether the processes have used a processor since the last check."""
        now, ticks = time.monotonic(), sum(int(field) for _, fields in processes for field in fields[TIMES])
        used = abs(ticks - self._ticks) / os.sysconf("SC_CLK_TCK")
        busy = used > BUSY_CPU_SHARE * (now - self._checked)
        self._ticks, self._checked = ticks, now
        return busy

    def admit(self) -> None:
        """Wake the monitor before an operation that adds files; raise Failure if the session is full."""
        self._process_tree.woken.set()
        if self._process_tree.full:
            with self._checking:
                self._count()  # files may have been deleted meanwhile
            if self._process_tree.full:
                raise Failure(self._process_tree.full)

    def disk_used(self) -> int:
        """Return the size of the session's files, without those that are deleted."""
        count = Count()
        with self._checking:  # two counts at once would interfere in folders whose mode they change
            for folder in self._limits["folders"]:
                count.add_tree(folder)
        return count.size

    def _count(self) -> None:
        pids = [pid for pid, _ in self._process_tree.processes()]
        size, files = self._space.count(pids)
        self._end_holders(size)
        was, self._process_tree.full = self._process_tree.full, self._excess(size, files)
        if self._process_tree.full:
            self._process_tree.freeze("full")
        elif was:
            self._process_tree.thaw("full")

    def _end_holders(self, size: int) -> None:
        """Kill the processes that hold files without a name, if the session exceeds its disk limit by these."""
        held, limit = size + self._space.unexplained, self._limits["disk"]
        if limit and size <= limit < held:
            for pid, number in self._space.holders.items():
                self._process_tree.note(
                    pid,
                    f"[disk] process {pid} was killed: it held {number} files without a name, and the session's files"
                    f" take {held} bytes of the {limit} that it may have",
                )
                send(pid, signal.SIGKILL)

    def _excess(self, size: int, files: int) -> str:
        """Return the error message for an exceeded limit, empty if none is."""
        if self._limits["disk"] and size > self._limits["disk"]:
            return (
                f"the session's files take {size} bytes of the {self._limits['disk']} that it may have: {CLEANUP_HINT}"
            )
        if self._limits["files"] and files > self._limits["files"]:
            return f"the session has {files} files of the {self._limits['files']} that it may have: {CLEANUP_HINT}"
        return ""
