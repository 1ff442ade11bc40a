# Generated from src/sessionbay/_async/process.py by scripts/generate_sync.py. Do not edit.
"""Background processes."""

from collections import deque
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from .._concurrency._sync import shielded
from ..core import validation
from ..core.errors import AgentBayError, CommandError
from ..core.output import STREAMS, Keep, LineSplitter, OutputLine, TruncatedBuffer
from ..core.public import public
from ..core.value import shorten
from ..models.commands import CommandResult
from ..models.processes import ProcessOutput
from ..operations import processes
from ..operations.command import format_exit_code
from .process_drivers import Driver, EngineDriver, ShellDriver
from .session_connection import SessionConnection

READ_TIMEOUT = 10.0  # seconds of one long poll for output
KILL_TIMEOUT = 10.0  # seconds
KILLED_EXIT_CODE = 137  # of a killed process, as a shell reports it
MAX_READ_ATTEMPTS = 3


@public
class Process:
    """A background process; ``session.command.start`` returns it.

    Entering the context manager starts the process. Iterating yields its lines as they arrive, each with the name of
    its stream. Leaving the block kills the process and its process group if it still runs, also after a cancellation.

    Attributes:
        exit_code: The exit code; None while the process runs.
    """

    def __init__(
        self,
        connection: SessionConnection,
        command: str,
        cwd: str | None,
        envs: Mapping[str, str] | None,
        budget: int,
        keep: Keep,
    ) -> None:
        own = bool(connection.server_of(processes.START.name))
        self._driver: Driver = EngineDriver(connection) if own else ShellDriver(connection)
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

    def __enter__(self) -> Self:
        if self._entered:
            raise CommandError.usage("This process was started before: call start() for each process.")
        self._entered = True
        self._driver.start(*self._command_line)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.exit_code is not None and not self._driver.leaves_files:
            return
        try:
            shielded(self._driver.kill, KILL_TIMEOUT)
        except (AgentBayError, TimeoutError) as failure:
            if exc is None:
                raise CommandError(f"process {self.pid} could not be killed: {failure}") from failure
            exc.add_note(f"and process {self.pid} could not be killed: {failure}")

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> OutputLine:
        while not self._ready:
            if self.exit_code is not None:
                raise StopIteration
            self._ready.extend(self._take())
        return self._ready.popleft()

    def write(self, data: str | bytes) -> None:
        r"""Write to the process's standard input.

        Args:
            data: Text, which is encoded as UTF-8, or bytes.

        Raises:
            CommandError: The process has ended, or closed its input.

        Example:
            ```python
            with session.command.start("cat") as process:
                process.write("hello\n")
                process.close_stdin()
                print([str(line) for line in process])
            ```
        """
        self._driver.write(validation.content("data", data, CommandError), close=False)

    def close_stdin(self) -> None:
        """Close the process's standard input.

        Example:
            ```python
            with session.command.start("wc -c") as process:
                process.write("hello")
                process.close_stdin()
                print((process.wait()).stdout)
            ```
        """
        self._driver.write(b"", close=True)

    def wait(self, timeout: float | None = None, *, check: bool = False) -> CommandResult:
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
            with session.command.start("sleep 0.1; echo done") as process:
                print((process.wait(timeout=10)).stdout)
            ```
        """
        seconds = None if timeout is None else validation.seconds("timeout", timeout, CommandError, zero=True)
        deadline = None if seconds is None else self._clock.monotonic() + seconds
        while self.exit_code is None:
            remaining = READ_TIMEOUT if deadline is None else deadline - self._clock.monotonic()
            if remaining <= 0:
                raise CommandError.of("timeout", f"process {self.pid} still runs after {seconds:g} s")
            self._take(min(remaining, READ_TIMEOUT))
        self._ready.clear()
        result = self.result()
        return result.raise_for_error() if check else result

    def kill(self) -> None:
        """Kill the process and its process group.

        Example:
            ```python
            with session.command.start("sleep 60") as process:
                process.kill()
                print((process.wait()).exit_code)
            ```
        """
        self._driver.kill()
        if self._driver.leaves_files and self.exit_code is None:  # the file for its exit code is gone
            self.exit_code = KILLED_EXIT_CODE

    def result(self) -> CommandResult:
        """Return the output so far, limited by ``max_output``. ``success`` is True only after an exit with 0.

        Example:
            ```python
            with session.command.start("echo begun; sleep 60") as process:
                for line in process:
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

    def _take(self, wait: float = READ_TIMEOUT) -> list[OutputLine]:
        """Wait for output and collect it; return the lines that it completes."""
        output = self._read(wait)
        lines: list[OutputLine] = []
        for stream, data in output.chunks:
            self._kept[stream].add(data)
            lines += self._lines.take(stream, data)
        if output.exit_code is not None:
            self.exit_code = output.exit_code
            lines += self._lines.rest()
        return lines

    def _read(self, wait: float) -> ProcessOutput:
        """Read output; a lost answer is requested again, which is safe."""
        for _ in range(MAX_READ_ATTEMPTS - 1):
            try:
                return self._driver.read(wait)
            except CommandError as exc:
                if exc.kind not in ("unreachable", "timeout"):
                    raise
        return self._driver.read(wait)
