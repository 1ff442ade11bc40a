"""Background processes."""

from collections import deque
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from .._concurrency._async import shielded
from ..core import validation
from ..core.errors import AgentBayError, CommandError
from ..core.output import STREAMS, Keep, LineSplitter, OutputLine, TruncatedBuffer
from ..core.public import public
from ..core.value import shorten
from ..models.commands import CommandResult
from ..models.processes import ProcessOutput
from ..operations import processes
from ..operations.command import format_exit_code
from .process_drivers import AsyncDriver, AsyncEngineDriver, AsyncShellDriver
from .session_connection import AsyncSessionConnection

READ_TIMEOUT = 10.0  # seconds of one long poll for output
KILL_TIMEOUT = 10.0  # seconds
KILLED_EXIT_CODE = 137  # of a killed process, as a shell reports it
MAX_READ_ATTEMPTS = 3


@public
class AsyncProcess:
    """A background process; ``session.command.start`` returns it.

    Entering the context manager starts the process. Iterating yields its lines as they arrive, each with the name of
    its stream. Leaving the block kills the process and its process group if it still runs, also after a cancellation.

    Attributes:
        exit_code: The exit code; None while the process runs.
    """

    def __init__(
        self,
        connection: AsyncSessionConnection,
        command: str,
        cwd: str | None,
        envs: Mapping[str, str] | None,
        budget: int,
        keep: Keep,
    ) -> None:
        own = bool(connection.server_of(processes.START.name))
        self._driver: AsyncDriver = AsyncEngineDriver(connection) if own else AsyncShellDriver(connection)
        self._clock = connection.api.clock
        self._command_line = command, cwd, envs
        self._kept = {name: TruncatedBuffer(budget, keep) for name in STREAMS}
        self._lines = LineSplitter()
        self._ready: deque[OutputLine] = deque()
        self._entered = False
        self.exit_code: int | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {shorten(self._command_line[0])} pid={self.pid} exit_code={self.exit_code}>"

    @property
    def pid(self) -> int:
        """The process id in the session; 0 before the block is entered."""
        return self._driver.pid

    async def __aenter__(self) -> Self:
        if self._entered:
            raise CommandError.usage("This process was started before: call start() for each process.")
        self._entered = True
        await self._driver.start(*self._command_line)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.exit_code is not None and not self._driver.leaves_files:
            return
        try:
            await shielded(self._driver.kill, KILL_TIMEOUT)
        except (AgentBayError, TimeoutError) as failure:
            if exc is None:
                raise CommandError(f"process {self.pid} could not be killed: {failure}") from failure
            exc.add_note(f"and process {self.pid} could not be killed: {failure}")

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> OutputLine:
        while not self._ready:
            if self.exit_code is not None:
                raise StopAsyncIteration
            self._ready.extend(await self._take())
        return self._ready.popleft()

    async def write(self, data: str | bytes) -> None:
        r"""Write to the process's standard input.

        Args:
            data: Text, which is encoded as UTF-8, or bytes.

        Raises:
            CommandError: The process has ended, or closed its input.

        Example:
            ```python
            async with session.command.start("cat") as process:
                await process.write("hello\n")
                await process.close_stdin()
                print([str(line) async for line in process])
            ```
        """
        await self._driver.write(validation.content("data", data, CommandError), close=False)

    async def close_stdin(self) -> None:
        """Close the process's standard input.

        Example:
            ```python
            async with session.command.start("wc -c") as process:
                await process.write("hello")
                await process.close_stdin()
                print((await process.wait()).stdout)
            ```
        """
        await self._driver.write(b"", close=True)

    async def wait(self, timeout: float | None = None, *, check: bool = False) -> CommandResult:
        """Wait until the process exits, and return its output, limited by ``max_output``.

        Args:
            timeout: Seconds to wait; unlimited by default. The process keeps running when it expires.
            check: Whether to raise on an exit code other than 0.

        Returns:
            As for ``execute_command``: the whole output, also the lines that were iterated over. Other lines cannot be
            iterated over afterwards.

        Raises:
            CommandTimeoutError: The timeout expired.
            CommandError: With ``check=True``, when the exit code is not 0.

        Example:
            ```python
            async with session.command.start("sleep 0.1; echo done") as process:
                print((await process.wait(timeout=10)).stdout)
            ```
        """
        seconds = None if timeout is None else validation.seconds("timeout", timeout, CommandError, zero=True)
        deadline = None if seconds is None else self._clock.monotonic() + seconds
        while self.exit_code is None:
            remaining = READ_TIMEOUT if deadline is None else deadline - self._clock.monotonic()
            if remaining <= 0:
                raise CommandError.of("timeout", f"process {self.pid} still runs after {seconds:g} s")
            await self._take(min(remaining, READ_TIMEOUT))
        self._ready.clear()
        result = self.result()
        return result.raise_for_error() if check else result

    async def kill(self) -> None:
        """Kill the process and its process group.

        Example:
            ```python
            async with session.command.start("sleep 60") as process:
                await process.kill()
                print((await process.wait()).exit_code)
            ```
        """
        await self._driver.kill()
        if self._driver.leaves_files and self.exit_code is None:  # the file for its exit code is gone
            self.exit_code = KILLED_EXIT_CODE

    def result(self) -> CommandResult:
        """Return the output so far, limited by ``max_output``. ``success`` is True only after an exit with 0.

        Example:
            ```python
            async with session.command.start("echo begun; sleep 60") as process:
                async for line in process:
                    break
                print(process.result().stdout)
            ```
        """
        stdout, stderr = (self._kept[name].text() for name in STREAMS)
        code = self.exit_code
        error_message = (
            "" if code == 0 else "the process has not ended" if code is None else format_exit_code(code, stderr)
        )
        return CommandResult(
            success=code == 0,
            data=stdout + stderr,
            stdout=stdout,
            stderr=stderr,
            exit_code=code,
            error_message=error_message,
            omitted_bytes=sum(kept.omitted for kept in self._kept.values()),
        )

    async def _take(self, wait: float = READ_TIMEOUT) -> list[OutputLine]:
        """Wait for output and collect it; return the lines that it completes."""
        output = await self._read(wait)
        lines: list[OutputLine] = []
        for stream, data in output.chunks:
            self._kept[stream].add(data)
            lines += self._lines.take(stream, data)
        if output.exit_code is not None:
            self.exit_code = output.exit_code
            lines += self._lines.rest()
        return lines

    async def _read(self, wait: float) -> ProcessOutput:
        """Read output; a lost answer is requested again, which is safe."""
        for _ in range(MAX_READ_ATTEMPTS - 1):
            try:
                return await self._driver.read(wait)
            except CommandError as exc:
                if exc.kind not in ("unreachable", "timeout"):
                    raise
        return await self._driver.read(wait)
