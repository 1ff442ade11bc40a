# Generated from src/sessionbay/_async/process.py by scripts/generate_sync.py. Do not edit.
"""Background processes: streamed output, input, and exit."""

from collections import deque
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from .._concurrency._sync import shielded
from ..core import validation
from ..core.errors import AgentBayError, CommandError
from ..core.output import STREAMS, Keep, LineSplitter, OutputLine, TruncatedBuffer
from ..core.public import public
from ..models.commands import CommandResult
from ..models.processes import ProcessOutput
from ..operations import processes
from ..operations.command import format_exit_code
from .process_drivers import Driver, EngineDriver, ShellDriver
from .session_connection import SessionConnection

READ_TIMEOUT = 10.0  # seconds that one question for output may take
KILL_TIMEOUT = 10.0  # seconds
KILLED_EXIT_CODE = 137  # the code of what was ended by force, as a shell tells it
MAX_READ_ATTEMPTS = 3


@public
class Process:
    """A command that runs beside its caller; ``start`` of the command module returns it, as a block to enter.

    Iterate over it to get its lines as they come, each with the stream that it was written to. Leaving the block ends
    the process, and all that it started in its group, if it still runs; so does a cancellation.

    Attributes:
        exit_code: The code that it ended with; None while it runs.
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
        self._asked = command, cwd, envs
        self._kept = {name: TruncatedBuffer(budget, keep) for name in STREAMS}
        self._lines = LineSplitter()
        self._ready: deque[OutputLine] = deque()
        self._entered = False
        self.exit_code: int | None = None

    @property
    def pid(self) -> int:
        """The process's number on the machine; 0 before the block is entered."""
        return self._driver.pid

    def __enter__(self) -> Self:
        if self._entered:
            raise CommandError.usage("this process was started before: call start() for each")
        self._entered = True
        self._driver.start(*self._asked)
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
                raise CommandError(f"process {self.pid} could not be ended: {failure}") from failure
            exc.add_note(f"and process {self.pid} could not be ended: {failure}")

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
            data: Text, as UTF-8, or bytes.

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
        """End the process's standard input.

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
        """Wait for the process's end; return what it wrote, as far as its budget goes.

        Args:
            timeout: Seconds; without an end if not given. The process runs on when they are over.
            check: Whether to raise when it ended with another code than 0.

        Returns:
            As for ``execute_command``: all that it wrote, lines that were iterated over too. Lines that were not are
            not kept for later.

        Raises:
            CommandTimeoutError: The time is over.
            CommandError: With ``check=True``, when the process did not end with 0.

        Example:
            ```python
            with session.command.start("sleep 0.1; echo done") as process:
                print((process.wait(timeout=10)).stdout)
            ```
        """
        seconds = None if timeout is None else validation.seconds("timeout", timeout, CommandError, zero=True)
        deadline = None if seconds is None else self._clock.monotonic() + seconds
        while self.exit_code is None:
            left = READ_TIMEOUT if deadline is None else deadline - self._clock.monotonic()
            if left <= 0:
                raise CommandError.of("timeout", f"process {self.pid} still runs after {seconds:g} s")
            self._take(min(left, READ_TIMEOUT))
        self._ready.clear()
        result = self.result()
        return result.raise_for_error() if check else result

    def kill(self) -> None:
        """End the process and all that it started in its group.

        Example:
            ```python
            with session.command.start("sleep 60") as process:
                process.kill()
                print((process.wait()).exit_code)
            ```
        """
        self._driver.kill()
        if self._driver.leaves_files and self.exit_code is None:  # where its code would have stood, nothing is left
            self.exit_code = KILLED_EXIT_CODE

    def result(self) -> CommandResult:
        """Return what the process wrote so far, as far as its budget goes; a success only once it has ended with 0.

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
        told = "" if code == 0 else "the process has not ended" if code is None else format_exit_code(code, stderr)
        return CommandResult(
            success=code == 0,
            data=stdout + stderr,
            stdout=stdout,
            stderr=stderr,
            exit_code=code,
            error_message=told,
            omitted_bytes=sum(kept.omitted for kept in self._kept.values()),
        )

    def _take(self, wait: float = READ_TIMEOUT) -> list[OutputLine]:
        """Take in what the process wrote, once there is something; return the lines that are whole now."""
        piece = self._piece(wait)
        lines: list[OutputLine] = []
        for stream, data in piece.chunks:
            self._kept[stream].add(data)
            lines += self._lines.take(stream, data)
        if piece.exit_code is not None:
            self.exit_code = piece.exit_code
            lines += self._lines.rest()
        return lines

    def _piece(self, wait: float) -> ProcessOutput:
        """Ask for what the process wrote; a lost answer is asked for again, which loses nothing."""
        for _ in range(MAX_READ_ATTEMPTS - 1):
            try:
                return self._driver.read(wait)
            except CommandError as exc:
                if exc.kind not in ("unreachable", "timeout"):
                    raise
        return self._driver.read(wait)
