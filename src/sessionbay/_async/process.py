"""Background processes."""

import math
from codecs import IncrementalDecoder, getincrementaldecoder
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from types import TracebackType
from typing import Self, TypeVar

from .._concurrency._async import UnaryCall, call_back, shielded
from ..core import validation
from ..core.error_codes import ErrorCode
from ..core.errors import AgentBayError, CommandError, EngineEndedError
from ..core.output import STREAMS, LineSplitter, OutputLine, Stream, TruncatedBuffer
from ..core.public import public
from ..core.value import shorten
from ..models.commands import CommandResult
from ..operations import processes
from ..operations.command import format_exit_code
from ..operations.processes import ProcessSpec
from .process_drivers import AsyncDriver, AsyncEngineDriver, AsyncShellDriver
from .session_connection import AsyncSessionConnection

T = TypeVar("T")
Chunks = tuple[tuple[Stream, bytes], ...]

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
        spec: ProcessSpec,
        connect_to: int = 0,
    ) -> None:
        on_engine = has_process_tools(connection)
        self._driver: AsyncDriver = (AsyncEngineDriver if on_engine else AsyncShellDriver)(connection, spec)
        self._clock = connection.api.clock
        self._spec = spec
        self._connect_to = connect_to
        self._is_kept_remotely = not on_engine or spec.max_output <= processes.MAX_KEPT_OUTPUT
        self._kept = {name: TruncatedBuffer(spec.max_output, spec.keep) for name in STREAMS}
        self._lines = LineSplitter()
        self._ready: deque[OutputLine] = deque()
        self._entered = False
        self._disconnected = False
        self.exit_code: int | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {shorten(self._spec.command)} pid={self.pid} exit_code={self.exit_code}>"

    @property
    def pid(self) -> int:
        """The process id in the session; 0 before the block is entered."""
        return self._driver.pid

    async def __aenter__(self) -> Self:
        if self._entered:
            raise CommandError.usage("This process was started before: call start() for each process.")
        self._entered = True
        try:
            await (self._driver.connect(self._connect_to) if self._connect_to else self._driver.start())
            return self  # noqa: TRY300  # an interrupt may arrive here
        except BaseException as exc:
            started = not isinstance(exc, CommandError) or (
                exc.kind not in ("refused", "usage") and exc.outcome != "not_sent"
            )
            if started and not self._connect_to:
                with suppress(AgentBayError, TimeoutError):  # the start may have succeeded, or still be on its way
                    await shielded(self._driver.cancel_start, KILL_TIMEOUT)
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._disconnected or (self.exit_code is not None and not self._driver.leaves_files):
            return
        try:
            await shielded(self._driver.kill, KILL_TIMEOUT)
        except EngineEndedError:
            pass  # the process has ended with it
        except (AgentBayError, TimeoutError) as failure:
            if exc is None:
                raise CommandError(f"process {self.pid} could not be killed: {failure}") from failure
            exc.add_note(f"and process {self.pid} could not be killed: {failure}")

    def __aiter__(self) -> Self:
        self._require_start()
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
        self._require_start()
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
        self._require_start()
        await self._driver.write(b"", close=True)

    async def wait(
        self,
        timeout: float | None = None,
        *,
        check: bool = False,
        on_stdout: Callable[[str], object] | None = None,
        on_stderr: Callable[[str], object] | None = None,
    ) -> CommandResult:
        """Wait until the process exits, and return its output, limited by ``max_output``.

        Args:
            timeout: Seconds to wait; unlimited by default. The process keeps running when it expires.
            check: Whether to raise on an exit code other than 0.
            on_stdout: Called with each piece of standard output, as text, when it arrives.
            on_stderr: The same for standard error.

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
        self._require_start()
        callbacks = output_callbacks(on_stdout, on_stderr)
        decoders: dict[Stream, IncrementalDecoder] = {
            stream: getincrementaldecoder("utf-8")("replace") for stream in callbacks
        }
        seconds = None if timeout is None else validation.seconds("timeout", timeout, CommandError, zero=True)
        deadline = None if seconds is None else self._clock.monotonic() + seconds
        if self._connect_to and self.exit_code is not None:
            await self._wait(0)  # the machine has the output that others have read
        while self.exit_code is None:
            remaining = math.inf if deadline is None else deadline - self._clock.monotonic()
            if remaining <= 0:
                raise CommandError.of("timeout", f"process {self.pid} still runs after {seconds:g} s")
            if callbacks:
                await self._report(callbacks, decoders, min(remaining, READ_TIMEOUT))
            else:
                await self._wait(remaining)
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
        self._require_start()
        await self._driver.kill()
        if self._driver.leaves_files and self.exit_code is None:  # the file for its exit code is gone
            self.exit_code = KILLED_EXIT_CODE

    def disconnect(self) -> None:
        """Leave the process running at the end of the block; ``session.command.connect`` finds it by its ``pid``.

        Example:
            ```python
            async with session.command.start("sleep 60") as process:
                process.disconnect()
            async with session.command.connect(process.pid) as again:
                await again.kill()
            ```
        """
        self._disconnected = True

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
            code=ErrorCode.EXIT_CODE if code else "",
            error_message=error_message,
            omitted_bytes=sum(kept.omitted for kept in self._kept.values()),
        )

    def _require_start(self) -> None:
        if not self._entered:
            raise CommandError.usage("The process was not started: use it as a context manager.")

    async def _wait(self, remaining: float) -> None:
        """Wait for the exit, as long as one request may take. The machine truncates the output, unless it is large."""
        seconds = min(remaining, READ_TIMEOUT)
        if not self._is_kept_remotely:
            await self._take(seconds)
            return
        state = await self._repeat(partial(self._driver.wait, last=remaining <= READ_TIMEOUT), seconds)
        for stream, head, dropped, tail in state.outputs:
            self._kept[stream].load(head, dropped, tail)
        self._lines = LineSplitter()
        self.exit_code = state.exit_code

    async def _report(
        self,
        callbacks: Mapping[Stream, Callable[[str], object]],
        decoders: Mapping[Stream, IncrementalDecoder],
        seconds: float,
    ) -> None:
        """Wait for output, and call the callbacks with it."""
        chunks = await self._collect(seconds)
        last: Chunks = () if self.exit_code is None else tuple((stream, b"") for stream in STREAMS)
        for stream, data in (*chunks, *last):
            if stream in callbacks and (text := decoders[stream].decode(data, final=not data)):
                await call_back(callbacks[stream], text)

    async def _collect(self, seconds: float) -> Chunks:
        """Wait for output, and return it."""
        output = await self._repeat(self._driver.read, seconds)
        for stream, data in output.chunks:
            self._kept[stream].add(data)
        self.exit_code = output.exit_code
        return output.chunks

    async def _take(self, seconds: float = READ_TIMEOUT) -> list[OutputLine]:
        """Wait for output; return the lines that it completes."""
        lines: list[OutputLine] = []
        for stream, data in await self._collect(seconds):
            lines += self._lines.take(stream, data)
        if self.exit_code is not None:
            lines += self._lines.rest()
        return lines

    async def _repeat(self, request: UnaryCall[float, T], seconds: float) -> T:
        """Send a request; repeat it after a lost answer, which is safe."""
        for _ in range(MAX_READ_ATTEMPTS - 1):
            try:
                return await request(seconds)
            except CommandError as exc:
                if exc.kind not in ("unreachable", "timeout"):
                    raise
        return await request(seconds)


def has_process_tools(connection: AsyncSessionConnection) -> bool:
    """Return whether the session is known to have the local engine's tools."""
    return bool(connection.server_of(processes.START.name))


def output_callbacks(
    on_stdout: Callable[[str], object] | None, on_stderr: Callable[[str], object] | None
) -> dict[Stream, Callable[[str], object]]:
    """Return the callbacks by stream."""
    for name, callback in (("on_stdout", on_stdout), ("on_stderr", on_stderr)):
        if callback is not None and not callable(callback):
            raise CommandError.usage(f"{name} must be a function that takes a string, not {callback!r}")
    pairs = zip(STREAMS, (on_stdout, on_stderr), strict=True)
    return {stream: callback for stream, callback in pairs if callback is not None}
