# Generated from src/sessionbay/_async/command.py by scripts/generate_sync.py. Do not edit.
"""Commands."""

from collections.abc import Mapping
from dataclasses import replace

from ..core import validation
from ..core.errors import CommandError
from ..core.output import KEEPS, Keep
from ..core.public import public
from ..models.commands import CommandResult
from ..operations.command import SHELL, ShellArgs
from .api_client import CallTimeout
from .module import Module
from .process import Process
from .session_connection import SessionConnection

MAX_OUTPUT = 2**20  # bytes
GRACE = 10.0  # seconds to wait for the answer beyond the command's timeout


@public
class Command(Module):
    """Runs commands in the session's shell."""

    def execute_command(
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
        """Run a command in a new shell and return its output.

        Args:
            command: The command line or script, with pipes, redirections and any number of lines.
            timeout_ms: Milliseconds after which the machine kills the command.
            cwd: The working directory; the home directory by default.
            envs: Environment variables for this command.
            check: Whether to raise on an exit code other than 0.
            max_output: Bytes to keep of each output stream. Without it, the machine's own limit applies.
            keep: The part to keep of longer output: ``head+tail`` (half and half), ``head`` or ``tail``.

        Returns:
            ``output`` (also ``data``), ``stdout``, ``stderr`` and ``exit_code``. ``success`` is False on an exit code
            other than 0, on a timeout, and when the command could not run. ``truncated`` and ``omitted_bytes`` report
            what ``max_output`` or the local engine's limit left out.

        Raises:
            CommandError: There is no answer; or, with ``check=True``, ``success`` is False.
            CommandUsageError: An argument is invalid; nothing was sent.

        Example:
            ```python
            result = session.command.execute_command("echo hello")
            print(result.output, result.exit_code)
            ```
        """
        if max_output is None:
            result = execute_shell(self._connection, command, timeout_ms, cwd, envs)
        else:
            process = self.start(command, cwd, envs, max_output=max_output, keep=keep)
            result = self._wait_or_end(process, timeout_ms)
        return result.raise_for_error() if check else self._connection.api.raise_if_strict(result)

    def _wait_or_end(self, process: Process, timeout_ms: int) -> CommandResult:
        """Wait for a process, and kill it after its timeout."""
        validation.milliseconds("timeout_ms", timeout_ms, CommandError)
        with process:
            try:
                return process.wait(timeout_ms / 1000)
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
    ) -> Process:
        """Return a context manager that runs a command in the background.

        Leaving the block kills the process and its process group, also after a cancellation. The local engine has tools
        for this. On the clouds the process writes to files, which are polled every 0.05 to 0.8 seconds; the lines of
        the two streams are then not in the order in which they were written.

        Args:
            command: The command line or script.
            cwd: The working directory; the home directory by default.
            envs: Environment variables for this process.
            max_output: Bytes that ``wait`` keeps of each output stream. Iteration yields every line.
            keep: The part to keep of longer output: ``head+tail`` (half and half), ``head`` or ``tail``.

        Returns:
            The process, not yet started.

        Raises:
            CommandError: It cannot be started; raised on entering the block.
            CommandUsageError: An argument is invalid; nothing was sent.

        Example:
            ```python
            with session.command.start("for i in 1 2 3; do echo $i; sleep 0.1; done") as process:
                for line in process:
                    print(line.stream, line.text)
                print((process.wait()).exit_code)
            ```
        """
        validation.text("command", command, CommandError)
        validation.choice("keep", keep, KEEPS, CommandError)
        return Process(
            self._connection,
            command,
            None if cwd is None else validation.text("cwd", cwd, CommandError),
            None if envs is None else validation.variables("envs", envs, CommandError),
            validation.count("max_output", max_output, CommandError),
            keep,
        )

    run = exec = execute = execute_command  # the names that users of both clouds know


def execute_shell(
    connection: SessionConnection,
    command: str,
    timeout_ms: int,
    cwd: str | None = None,
    envs: Mapping[str, str] | None = None,
) -> CommandResult:
    """Run a command; a refusal is a result, also for a strict client."""
    args = ShellArgs(
        command=validation.text("command", command, CommandError),
        timeout_ms=validation.milliseconds("timeout_ms", timeout_ms, CommandError),
        cwd=None if cwd is None else validation.text("cwd", cwd, CommandError),
        envs=None if envs is None else validation.variables("envs", envs, CommandError),
    )
    timeout = CallTimeout(max(connection.api.config.call_timeout, timeout_ms / 1000 + GRACE))
    return connection.call_tool(SHELL, args, timeout, strict=False)
