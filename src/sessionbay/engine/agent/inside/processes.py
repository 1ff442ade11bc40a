"""Background processes. Their output is buffered until it is read; a full buffer blocks the process."""

from __future__ import annotations

import binascii
import os
import subprocess
import threading
import time
from collections import deque

from .frame_socket import Failure
from .starts import Starts, end_group, input_file
from .truncated_buffer import TruncatedBuffer

MAX_BUFFERED_BYTES = 2**20  # unread bytes at which the process blocks
MAX_READ_BYTES = 2**18
MAX_ENDED_PROCESSES = 32  # whose last output can still be read
KILL_TIMEOUT = 5.0
OUTPUT_TIMEOUT = 0.2  # seconds to wait for the end of the outputs after the exit: children may hold them open


class Process:
    """A background process and its unread output."""

    def __init__(self, popen: subprocess.Popen[bytes], max_output: int, keep: str) -> None:
        self.popen = popen
        self._changed = threading.Condition()
        self._chunks: deque[tuple[int, str, bytes]] = deque()
        self._outputs = {stream: TruncatedBuffer(max_output, keep) for stream in ("1", "2")}
        self._kept = 0
        self._waiting = 0
        self._number = 0
        self._open = 2
        for stream, pipe in (("1", self.popen.stdout), ("2", self.popen.stderr)):
            if pipe is not None:
                threading.Thread(target=self._collect, args=(stream, pipe.fileno()), daemon=True).start()
        threading.Thread(target=self._wait, daemon=True).start()

    def read(self, after: int, wait: float) -> dict[str, object]:
        """Return the chunks after one, and the exit code with the last chunk; wait until there is either."""
        deadline = time.monotonic() + wait
        with self._changed:
            while self._chunks and self._chunks[0][0] <= after:
                self._kept -= len(self._chunks.popleft()[2])
            self._changed.notify_all()
            while not self._chunks and not self._is_over() and (remaining := deadline - time.monotonic()) > 0:
                self._changed.wait(remaining)
            unread: list[tuple[int, str, str]] = []
            size = 0
            for number, stream, data in self._chunks:
                if size >= MAX_READ_BYTES:
                    break
                unread.append((number, stream, encode(data)))
                size += len(data)
            whole = self._is_over() and len(unread) == len(self._chunks)
            return {"chunks": unread, "exit_code": exit_code(self.popen) if whole else None}

    def wait(self, wait: float) -> dict[str, object]:
        """Discard unread chunks until the process has ended; return the last number, the kept output, and the code."""
        with self._changed:
            self._waiting += 1
            self._discard()
            self._changed.wait_for(self._is_over, wait)
            self._waiting -= 1
            pieces = [self._outputs[stream].pieces() for stream in ("1", "2")]
            return {
                "last": self._number,
                "outputs": [[encode(head), dropped, encode(tail)] for head, dropped, tail in pieces],
                "exit_code": exit_code(self.popen) if self._is_over() else None,
            }

    def write(self, data: bytes, close: bool) -> None:
        """Write to standard input, and close it if ``close`` is set."""
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
        """Kill the process group, and wait for the exit."""
        end_group(self.popen.pid)
        self.popen.wait(KILL_TIMEOUT)

    def _is_over(self) -> bool:
        return self.popen.returncode is not None and self._open <= 0

    def _collect(self, stream: str, fd: int) -> None:
        """Collect one output, and pause while the buffer is full."""
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
                    return  # other processes still write, but the exit was reported
                self._number += 1
                self._outputs[stream].add(data)
                if not self._waiting:
                    self._kept += len(data)
                    self._chunks.append((self._number, stream, data))
                    self._changed.notify_all()

    def _discard(self) -> None:
        self._chunks.clear()
        self._kept = 0
        self._changed.notify_all()

    def _wait(self) -> None:
        """Wait for the exit, and give the outputs a moment to end."""
        self.popen.wait()
        with self._changed:
            while not self._changed.wait_for(lambda: self._open <= 0, OUTPUT_TIMEOUT):
                if self._kept <= MAX_BUFFERED_BYTES:
                    self._open = 0
            self._changed.notify_all()


class Processes:
    """The background processes by process id."""

    def __init__(self, starts: Starts) -> None:
        self._starts = starts
        self._processes: dict[int, Process] = {}
        self._keys: dict[int, str] = {}

    def start(
        self,
        key: str,
        command: str,
        max_output: int,
        keep: str,
        cwd: str | None,
        envs: dict[str, str] | None,
        open_stdin: bool,
        data: bytes,
    ) -> int:
        """Start a process; forget those that ended long ago."""
        ended = [pid for pid, process in self._processes.items() if process.popen.returncode is not None]
        for pid in ended[:-MAX_ENDED_PROCESSES]:
            del self._processes[pid]
            self._starts.forget(self._keys.pop(pid))
        with input_file(data) as stdin:
            popen = self._starts.start(key, command, cwd, envs, subprocess.PIPE if open_stdin else stdin)
        self._processes[popen.pid] = Process(popen, max_output, keep)
        self._keys[popen.pid] = key
        return popen.pid

    def read(self, pid: int, after: int, wait: float) -> dict[str, object]:
        """Return the unread output of a process."""
        return self._get(pid).read(after, wait)

    def wait(self, pid: int, wait: float) -> dict[str, object]:
        """Wait for a process; return its kept output."""
        return self._get(pid).wait(wait)

    def write(self, pid: int, data: str, close: bool) -> None:
        """Write to the input of a process."""
        self._get(pid).write(binascii.a2b_base64(data), close)

    def kill(self, pid: int) -> None:
        """Kill a process."""
        self._get(pid).kill()

    def _get(self, pid: int) -> Process:
        if pid not in self._processes:
            raise Failure(f"no process {pid} was started by process_start")
        return self._processes[pid]


def exit_code(process: subprocess.Popen[bytes]) -> int:
    """Return the exit code as a shell reports it."""
    code = process.returncode
    return 128 - code if code < 0 else code


def encode(data: bytes) -> str:
    """Return bytes as base64."""
    return binascii.b2a_base64(data, newline=False).decode()
