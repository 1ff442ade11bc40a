"""Processes that run beside the orders: their output is kept until it is fetched, and they wait when too much is."""

from __future__ import annotations

import base64
import os
import subprocess
import threading
import time
from collections import deque

from .frame_socket import Failure
from .process_tree import ProcessTree
from .run import end_group, spawn

MAX_BUFFERED_BYTES = 2**20  # bytes that may wait to be fetched; the process waits beyond them
MAX_READ_BYTES = 2**18
MAX_ENDED_PROCESSES = 32  # that have ended, and whose last words may be asked for again
KILL_TIMEOUT = 5.0
OUTPUT_TIMEOUT = 0.2  # seconds that outputs have to end after their process did: children may hold them open for long


class Process:
    """One of them."""

    def __init__(self, process_tree: ProcessTree, command: str, cwd: str | None, envs: dict[str, str] | None) -> None:
        with process_tree.starting():
            self.popen = spawn(command, cwd or os.getcwd(), envs or {}, subprocess.PIPE)
        self._changed = threading.Condition()
        self._chunks: deque[tuple[int, str, bytes]] = deque()
        self._kept = 0
        self._number = 0
        self._open = 2
        for stream, pipe in (("1", self.popen.stdout), ("2", self.popen.stderr)):
            if pipe is not None:
                threading.Thread(target=self._take, args=(stream, pipe.fileno()), daemon=True).start()
        threading.Thread(target=self._wait, daemon=True).start()

    def read(self, after: int, wait: float) -> dict[str, object]:
        """Return the chunks after one, and the code with the last of them; wait until there is something to tell."""
        deadline = time.monotonic() + wait
        with self._changed:
            while self._chunks and self._chunks[0][0] <= after:
                self._kept -= len(self._chunks.popleft()[2])
            self._changed.notify_all()
            while not self._chunks and not self._over() and (left := deadline - time.monotonic()) > 0:
                self._changed.wait(left)
            told: list[tuple[int, str, str]] = []
            size = 0
            for number, stream, data in self._chunks:
                if size >= MAX_READ_BYTES:
                    break
                told.append((number, stream, base64.b64encode(data).decode()))
                size += len(data)
            whole = self._over() and len(told) == len(self._chunks)
            return {"chunks": told, "exit_code": exit_code(self.popen) if whole else None}

    def write(self, data: bytes, close: bool) -> None:
        """Write to its input, or end that."""
        pipe = self.popen.stdin
        if pipe is None or pipe.closed:
            raise Failure("the process's input is closed")
        try:
            pipe.write(data)
            pipe.flush()
            if close:
                pipe.close()
        except (OSError, ValueError) as exc:
            raise Failure(f"the process no longer reads its input: {exc}") from exc

    def kill(self) -> None:
        """End it and all of its group; return when it has ended."""
        end_group(self.popen.pid)
        self.popen.wait(KILL_TIMEOUT)

    def _over(self) -> bool:
        return self.popen.returncode is not None and self._open <= 0

    def _take(self, stream: str, fd: int) -> None:
        """Take in one output, but no more than has room."""
        while True:
            data = os.read(fd, 65536)
            with self._changed:
                if not data:
                    self._open -= 1
                    self._changed.notify_all()
                    return
                while self._kept > MAX_BUFFERED_BYTES:
                    self._changed.wait()
                if self._open <= 0:
                    return  # what others write after the process has ended, and was said to have
                self._number += 1
                self._kept += len(data)
                self._chunks.append((self._number, stream, data))
                self._changed.notify_all()

    def _wait(self) -> None:
        """Notice its end; its outputs end with it, or soon after."""
        self.popen.wait()
        with self._changed:
            self._changed.wait_for(lambda: self._open <= 0 or self._kept > MAX_BUFFERED_BYTES, OUTPUT_TIMEOUT)
            if self._kept <= MAX_BUFFERED_BYTES:
                self._open = 0
            self._changed.notify_all()


class Processes:
    """All of them, by their numbers."""

    def __init__(self, process_tree: ProcessTree) -> None:
        self._process_tree = process_tree
        self._processes: dict[int, Process] = {}

    def start(self, command: str, cwd: str | None = None, envs: dict[str, str] | None = None) -> int:
        """Start one; those that ended long ago are forgotten."""
        ended = [pid for pid, process in self._processes.items() if process.popen.returncode is not None]
        for pid in ended[:-MAX_ENDED_PROCESSES]:
            del self._processes[pid]
        process = Process(self._process_tree, command, cwd, envs)
        self._processes[process.popen.pid] = process
        return process.popen.pid

    def read(self, pid: int, after: int, wait: float) -> dict[str, object]:
        """Return what one wrote."""
        return self._found(pid).read(after, wait)

    def write(self, pid: int, data: str, close: bool) -> None:
        """Write to one."""
        self._found(pid).write(base64.b64decode(data), close)

    def kill(self, pid: int) -> None:
        """End one."""
        self._found(pid).kill()

    def _found(self, pid: int) -> Process:
        if pid not in self._processes:
            raise Failure(f"there is no process {pid} that was started so")
        return self._processes[pid]


def exit_code(process: subprocess.Popen[bytes]) -> int:
    """Return a code as a shell tells it."""
    code = process.returncode
    return 128 - code if code < 0 else code
