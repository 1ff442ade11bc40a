# Generated from src/sessionbay/_async/process_drivers.py by scripts/generate_sync.py. Do not edit.
"""Drivers of background processes: the engine's tools, or the shell on machines without them."""

from base64 import b64decode, b64encode
from typing import Protocol

from ..core.errors import CommandError
from ..core.output import STREAMS, Stream
from ..environment import nonce
from ..models.processes import ProcessOutput, ProcessState
from ..operations import processes
from ..operations.command import ShellArgs
from ..operations.processes import ProcessSpec
from .session_connection import SessionConnection
from .shell_staging import run_shell, stage

POLL_INTERVALS = (0.05, 0.1, 0.2, 0.4, 0.8)  # seconds between two polls; the last one repeats


class Driver(Protocol):
    """Runs a process on a machine. If it ``leaves_files``, ``kill`` removes them."""

    pid: int
    leaves_files: bool

    def start(self) -> None: ...
    def cancel_start(self) -> None: ...
    def connect(self, pid: int) -> None: ...
    def read(self, wait: float) -> ProcessOutput: ...
    def wait(self, seconds: float, *, last: bool) -> ProcessState: ...
    def write(self, data: bytes, *, close: bool) -> None: ...
    def kill(self) -> None: ...


class EngineDriver:
    """Uses the engine's tools: long polling, output in order of arrival, and truncation by the engine."""

    pid = 0
    leaves_files = False

    def __init__(self, connection: SessionConnection, spec: ProcessSpec) -> None:
        self._connection = connection
        self._spec = spec
        self._key = nonce()
        self._last = 0

    def start(self) -> None:
        spec = self._spec
        args = processes.StartArgs(
            command=spec.command,
            cwd=spec.cwd,
            envs=None if spec.envs is None else dict(spec.envs),
            key=self._key,
            max_output=spec.max_output,
            keep=spec.keep,
            stdin=None if spec.stdin is None else b64encode(spec.stdin).decode(),
        )
        self.pid = (self._connection.call_tool(processes.START, args)).unwrap()

    def cancel_start(self) -> None:
        (self._connection.call_tool(processes.KILL, processes.KillArgs(key=self._key))).raise_for_error()

    def connect(self, pid: int) -> None:
        args = processes.ReadArgs(pid=pid)
        (self._connection.call_tool(processes.READ, args)).raise_for_error()
        self.pid = pid

    def read(self, wait: float) -> ProcessOutput:
        args = processes.ReadArgs(pid=self.pid, after=self._last, wait_ms=int(wait * 1000))
        piece = (self._connection.call_tool(processes.READ, args)).unwrap()
        self._last = piece.last or self._last
        return piece

    def wait(self, seconds: float, *, last: bool) -> ProcessState:
        args = processes.WaitArgs(pid=self.pid, wait_ms=int(seconds * 1000))
        state = (self._connection.call_tool(processes.WAIT, args)).unwrap()
        self._last = state.last
        return state

    def write(self, data: bytes, *, close: bool) -> None:
        args = processes.WriteArgs(pid=self.pid, data=b64encode(data).decode(), close=close)
        (self._connection.call_tool(processes.WRITE, args)).raise_for_error()

    def kill(self) -> None:
        (self._connection.call_tool(processes.KILL, processes.KillArgs(pid=self.pid))).raise_for_error()


class ShellDriver:
    """Uses the shell tool alone: the process writes to files, which are polled."""

    pid = 0
    leaves_files = True

    def __init__(self, connection: SessionConnection, spec: ProcessSpec) -> None:
        self._connection = connection
        self._spec = spec
        self._folder = processes.FOLDER + nonce()
        self._seen = dict.fromkeys(STREAMS, 0)
        self._idle = 0

    def start(self) -> None:
        spec = self._spec
        command = stage(self._connection, spec.command, spec.stdin)
        args = ShellArgs(command="", cwd=spec.cwd, envs=None if spec.envs is None else dict(spec.envs))
        self.pid = int(self._shell(processes.shell_start(self._folder, command), args))

    def cancel_start(self) -> None:
        self._shell(processes.shell_cancel(self._folder))

    def connect(self, pid: int) -> None:
        self._folder = self._shell(processes.shell_find(pid))
        self.pid = pid

    def read(self, wait: float) -> ProcessOutput:
        output = self._shell(processes.shell_read(self._folder, self._seen["stdout"], self._seen["stderr"]))
        piece = processes.parse_shell_output(output)
        for name, data in piece.chunks:
            self._seen[name] += len(data)
        self._idle = 0 if piece.chunks else self._idle + 1
        if self._idle and piece.exit_code is None:
            self._connection.api.clock.sleep(min(wait, POLL_INTERVALS[min(self._idle, len(POLL_INTERVALS)) - 1]))
        return piece

    def wait(self, seconds: float, *, last: bool) -> ProcessState:
        sizes = (self._shell(processes.shell_wait(self._folder, seconds))).split()
        if len(sizes) < len(STREAMS):
            raise CommandError(f"the files of process {self.pid} are gone")
        code = int(sizes[2]) if len(sizes) > len(STREAMS) else None
        self._seen = dict(zip(STREAMS, map(int, sizes), strict=False))
        if code is None and not last:
            return ProcessState()
        outputs = [self._kept(name, size) for name, size in self._seen.items()]
        return ProcessState(tuple(outputs), 0, code)

    def write(self, data: bytes, *, close: bool) -> None:
        for command in processes.shell_writes(self._folder, data):
            self._shell(command)
        if close:
            self._shell(processes.shell_close(self._folder))

    def kill(self) -> None:
        self._shell(processes.shell_kill(self._folder, self.pid))

    def _kept(self, name: Stream, size: int) -> tuple[Stream, bytes, int, bytes]:
        """Return a stream with its beginning, the number of omitted bytes, and its end."""
        (start, head_end), (tail_start, end) = processes.kept_ranges(size, self._spec)
        head, tail = self._range(name, start, head_end), self._range(name, tail_start, end)
        return name, head, tail_start - head_end, tail

    def _range(self, name: Stream, start: int, end: int) -> bytes:
        data = b""
        while size := min(end - start - len(data), processes.MAX_SHELL_READ):
            piece = b64decode(self._shell(processes.shell_range(self._folder, name, start + len(data), size)))
            if not piece:
                raise CommandError.of("invalid_response", f"the output of process {self.pid} was truncated")
            data += piece
        return data

    def _shell(self, command: str, args: ShellArgs | None = None) -> str:
        return run_shell(self._connection, command, args)
