"""Drivers of background processes: the engine's tools, or the shell on machines without them."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Protocol

from ..core.errors import CommandError
from ..core.output import STREAMS
from ..models.processes import ProcessOutput
from ..operations import processes
from ..operations.command import SHELL, ShellArgs
from .session_connection import AsyncSessionConnection

POLL_INTERVALS = (0.05, 0.1, 0.2, 0.4, 0.8)  # seconds between two polls; the last one repeats


class AsyncDriver(Protocol):
    """Runs a process on a machine. If it ``leaves_files``, ``kill`` removes them."""

    pid: int
    leaves_files: bool

    async def start(self, command: str, cwd: str | None, envs: Mapping[str, str] | None) -> None: ...
    async def read(self, wait: float) -> ProcessOutput: ...
    async def write(self, data: bytes, *, close: bool) -> None: ...
    async def kill(self) -> None: ...


class AsyncEngineDriver:
    """Uses the engine's tools: long polling, output in order of arrival."""

    pid = 0
    leaves_files = False

    def __init__(self, connection: AsyncSessionConnection) -> None:
        self._connection = connection
        self._last = 0

    async def start(self, command: str, cwd: str | None, envs: Mapping[str, str] | None) -> None:
        args = processes.StartArgs(command=command, cwd=cwd, envs=None if envs is None else dict(envs))
        self.pid = (await self._connection.call_tool(processes.START, args)).unwrap()

    async def read(self, wait: float) -> ProcessOutput:
        args = processes.ReadArgs(pid=self.pid, after=self._last, wait_ms=int(wait * 1000))
        piece = (await self._connection.call_tool(processes.READ, args)).unwrap()
        self._last = piece.last or self._last
        return piece

    async def write(self, data: bytes, *, close: bool) -> None:
        args = processes.WriteArgs(pid=self.pid, data=b64encode(data).decode(), close=close)
        (await self._connection.call_tool(processes.WRITE, args)).raise_for_error()

    async def kill(self) -> None:
        (await self._connection.call_tool(processes.KILL, processes.PidArgs(pid=self.pid))).raise_for_error()


class AsyncShellDriver:
    """Uses the shell tool alone: the process writes to files, which are polled."""

    pid = 0
    leaves_files = True

    def __init__(self, connection: AsyncSessionConnection) -> None:
        self._connection = connection
        self._folder = ""
        self._seen = dict.fromkeys(STREAMS, 0)
        self._idle = 0

    async def start(self, command: str, cwd: str | None, envs: Mapping[str, str] | None) -> None:
        output = await self._shell(processes.shell_start(command), cwd, envs)
        self._folder, _, pid = output.rpartition(" ")
        self.pid = int(pid)

    async def read(self, wait: float) -> ProcessOutput:
        output = await self._shell(processes.shell_read(self._folder, self._seen["stdout"], self._seen["stderr"]))
        piece = processes.parse_shell_output(output)
        for name, data in piece.chunks:
            self._seen[name] += len(data)
        self._idle = 0 if piece.chunks else self._idle + 1
        if self._idle and piece.exit_code is None:
            await self._connection.api.clock.sleep(min(wait, POLL_INTERVALS[min(self._idle, len(POLL_INTERVALS)) - 1]))
        return piece

    async def write(self, data: bytes, *, close: bool) -> None:
        for command in processes.shell_writes(self._folder, data):
            await self._shell(command)
        if close:
            await self._shell(processes.shell_close(self._folder))

    async def kill(self) -> None:
        await self._shell(processes.shell_kill(self._folder, self.pid))

    async def _shell(self, command: str, cwd: str | None = None, envs: Mapping[str, str] | None = None) -> str:
        args = ShellArgs(command=command, cwd=cwd, envs=None if envs is None else dict(envs))
        ran = (await self._connection.call_tool(SHELL, args)).raise_for_error()
        if ran.truncated:
            message = f"{ran.omitted_bytes} bytes of the shell's answer are missing"
            raise CommandError.of("invalid_response", message, request_id=ran.request_id)
        return ran.stdout
