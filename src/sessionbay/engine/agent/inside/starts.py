"""The starts of commands and processes, which can be cancelled at any moment."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Generator
from contextlib import contextmanager

from .frame_socket import Failure
from .process_tree import ProcessTree

TYPE_CHECKING = False  # spares each session the import of typing
if TYPE_CHECKING:
    from typing import IO

TOO_MANY_PROCESSES = (
    "no more processes can be started, by the limit of the session or of the machine: end some, or delete the session"
)
SHELL = "/bin/bash" if os.path.exists("/bin/bash") else "/bin/sh"
MAX_ARGUMENT = 100_000  # bytes; Linux allows 128 KiB for one argument
MAX_CANCELLED_STARTS = 1000  # that are remembered until their request arrives


class Starts:
    """Starts process groups, each with the key of its request; a start can be cancelled before, during and after it."""

    def __init__(self, process_tree: ProcessTree) -> None:
        self._process_tree = process_tree
        self._lock = threading.Lock()
        self._pids: dict[str, int] = {}
        self._cancelled: deque[str] = deque(maxlen=MAX_CANCELLED_STARTS)

    def start(
        self, key: str, command: str, cwd: str | None, envs: dict[str, str] | None, stdin: int
    ) -> subprocess.Popen[bytes]:
        """Start a command once processes may be started; raise Failure if that was cancelled."""
        with self._process_tree.starting(), self._lock:
            if key in self._cancelled:
                raise Failure("the start was cancelled")
            process = spawn(command, cwd or os.getcwd(), envs or {}, stdin)
            if key:
                self._pids[key] = process.pid
            return process

    def forget(self, key: str) -> None:
        """Forget a start, before its process id can be reused."""
        with self._lock:
            self._pids.pop(key, None)

    def cancel(self, key: str) -> None:
        """Kill the process group of a start, or prevent it."""
        with self._lock:
            pid = self._pids.pop(key, None)
            if pid is None:
                self._cancelled.append(key)
            else:
                end_group(pid)


def spawn(command: str, cwd: str, envs: dict[str, str], stdin: int) -> subprocess.Popen[bytes]:
    """Start a command in a group of its own, with pipes from its outputs."""
    script = b"" if len(command) < MAX_ARGUMENT // 4 else command.encode()
    try:
        if len(script) > MAX_ARGUMENT:
            with temporary_file() as file:
                # The command must not inherit the file; sh cannot close it, as it knows one-digit numbers only.
                close = f"exec {file.fileno()}<&-; " if SHELL.endswith("bash") else ""
                file.write(close.encode() + script)
                file.flush()
                return _spawn(f". /proc/self/fd/{file.fileno()}", cwd, envs, stdin, (file.fileno(),))
        return _spawn(command, cwd, envs, stdin)
    except (OSError, ValueError) as exc:
        if isinstance(exc, OSError) and exc.errno == errno.EAGAIN:
            raise Failure(TOO_MANY_PROCESSES) from exc
        raise Failure(f"the command cannot be started in {cwd}: {exc}") from exc


def _spawn(
    command: str, cwd: str, envs: dict[str, str], stdin: int, pass_fds: tuple[int, ...] = ()
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [SHELL, "-c", command],
        cwd=cwd,
        env={**os.environ, **envs},
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        pass_fds=pass_fds,
    )


@contextmanager
def input_file(data: bytes) -> Generator[int, None, None]:
    """Return a descriptor from which a command reads its whole input."""
    if not data:
        yield subprocess.DEVNULL
        return
    with temporary_file() as file:
        file.write(data)
        file.seek(0)
        yield file.fileno()


def temporary_file() -> IO[bytes]:
    """Open a file without a name."""
    import tempfile  # not at the start of every session

    return tempfile.TemporaryFile()


def end_group(pid: int) -> None:
    """Kill the process group of a command."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
