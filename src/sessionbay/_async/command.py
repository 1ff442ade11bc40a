"""Commands."""

from collections.abc import Mapping
from dataclasses import replace

from ..core import validation
from ..core.errors import CommandError
from ..core.output import Keep
from ..core.public import public
from ..models.commands import CommandResult
from ..operations.command import SHELL, ShellArgs
from .api_client import CallTimeout
from .module import AsyncModule
from .process import AsyncProcess
from .session_connection import AsyncSessionConnection

MAX_OUTPUT = 2**20  # bytes
GRACE = 10.0  # seconds that the answer may take beyond the command's own limit


@public
class AsyncCommand(AsyncModule):
    """Runs commands in the session's shell."""

    async def execute_command(
        self,
        command: str,
        timeout_ms: int = 50000,
        cwd: str | None = None,
        envs: Mapping[str, str] | None = None,
        *,
        check: bool = False,
        max_output: int | None = None,
        keep: Keep = "head+tail",
    ) -> CommandResult:
        """Run a command in a fresh shell and return what it wrote.

        Args:
            command: The command line or script; pipes, redirections and several lines are fine.
            timeout_ms: Milliseconds after which the machine ends the command.
            cwd: The folder to run it in; the machine's default is the user's home.
            envs: Environment variables for this command.
            check: Whether to raise when the command ends with another code than 0.
            max_output: Bytes that are kept of each of the two outputs, however much the command writes. Without it,
                all comes in one answer, as far as the machine's own limit goes.
            keep: What is kept of more: ``head+tail`` (half and half), ``head`` or ``tail``.

        Returns:
            ``output`` (also ``data``), ``stdout``, ``stderr`` and ``exit_code``; ``success`` is False when the code is
            not 0, when the time ran out, and when the command could not be run. ``truncated`` and ``omitted_bytes``
            tell what ``max_output``, or the local engine's own limit, has left out.

        Raises:
            CommandError: With ``check=True``, when the command did not end with 0; without an answer, always.
            CommandUsageError: An argument is wrong; nothing was sent.

        Example:
            ```python
            result = await session.command.execute_command("echo hello")
            print(result.output, result.exit_code)
            ```
        """
        if max_output is None:
            result = await execute_shell(self._connection, command, timeout_ms, cwd, envs)
        else:
            process = self.start(command, cwd, envs, max_output=max_output, keep=keep)
            result = await self._wait_or_end(process, timeout_ms)
        return result.raise_for_error() if check else self._connection.api.raise_if_strict(result)

    async def _wait_or_end(self, process: AsyncProcess, timeout_ms: int) -> CommandResult:
        """Run a command with an output budget, and end it after its timeout."""
        validation.milliseconds("timeout_ms", timeout_ms, CommandError)
        async with process:
            try:
                return await process.wait(timeout_ms / 1000)
            except CommandError as exc:
                if exc.kind != "timeout":
                    raise
        return replace(process.result(), error_message=f"[timeout] the command was ended after {timeout_ms} ms")

    def start(
        self,
        command: str,
        cwd: str | None = None,
        envs: Mapping[str, str] | None = None,
        *,
        max_output: int = MAX_OUTPUT,
        keep: Keep = "head+tail",
    ) -> AsyncProcess:
        """Start a command that runs beside its caller: a block to enter, in which its output is read as it comes.

        Leaving the block ends the process and all that it started in its group; so does a cancellation. The local
        engine has tools for it; on the clouds the process runs in the background and writes to files, which are looked
        at every 0.05 to 0.8 seconds: lines of the two outputs are then not in the order in which they were written.

        Args:
            command: The command line or script.
            cwd: The folder to run it in.
            envs: Environment variables for it.
            max_output: Bytes that ``wait`` keeps of each of the two outputs; lines come all the same.
            keep: What is kept of more: ``head+tail`` (half and half), ``head`` or ``tail``.

        Returns:
            The process. Iterate over it for its lines; ``write``, ``close_stdin``, ``wait``, ``kill``, ``pid``.

        Raises:
            CommandError: It cannot be started; raised by the block.
            CommandUsageError: An argument is wrong; nothing was sent.

        Example:
            ```python
            async with session.command.start("for i in 1 2 3; do echo $i; sleep 0.1; done") as process:
                async for line in process:
                    print(line.stream, line.text)
                print((await process.wait()).exit_code)
            ```
        """
        validation.text("command", command, CommandError)
        validation.choice("keep", keep, ("head+tail", "head", "tail"), CommandError)
        return AsyncProcess(
            self._connection,
            command,
            None if cwd is None else validation.text("cwd", cwd, CommandError),
            None if envs is None else validation.variables("envs", envs, CommandError),
            validation.count("max_output", max_output, CommandError),
            keep,
        )

    run = exec = execute = execute_command  # the names that users of both clouds know


async def execute_shell(
    connection: AsyncSessionConnection,
    command: str,
    timeout_ms: int,
    cwd: str | None = None,
    envs: Mapping[str, str] | None = None,
) -> CommandResult:
    """Run a command; a refusal is a result, for a strict client too."""
    args = ShellArgs(
        command=validation.text("command", command, CommandError),
        timeout_ms=validation.milliseconds("timeout_ms", timeout_ms, CommandError),
        cwd=None if cwd is None else validation.text("cwd", cwd, CommandError),
        envs=None if envs is None else validation.variables("envs", envs, CommandError),
    )
    timeout = CallTimeout(max(connection.api.config.call_timeout, timeout_ms / 1000 + GRACE))
    return await connection.call_tool(SHELL, args, timeout, strict=False)
