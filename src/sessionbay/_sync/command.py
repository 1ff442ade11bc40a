# Generated from src/sessionbay/_async/command.py by scripts/generate_sync.py. Do not edit.
"""Commands."""

import shlex
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from ..core import validation
from ..core.error_codes import ErrorCode
from ..core.errors import CommandError
from ..core.output import KEEPS, MAX_OUTPUT, Keep
from ..core.public import public
from ..models.commands import CommandResult
from ..operations.command import SHELL, ShellArgs
from ..operations.processes import ProcessSpec
from .api_client import CallTimeout
from .module import Module
from .process import Process, has_process_tools, output_callbacks
from .session_connection import SessionConnection
from .shell_staging import stage

DEFAULT_TIMEOUT_MS = 50_000
GRACE = 10.0  # seconds to wait for the answer beyond the command's timeout


@public
class Command(Module):
    """Runs commands in the session's shell."""

    def execute_command(
        self,
        command: str | Sequence[str],
        timeout_ms: int = DEFAULT_TIMEOUT_MS,
        cwd: str | None = None,
        envs: Mapping[str, str] | None = None,
        *,
        timeout: float | None = None,
        input: str | bytes | None = None,
        check: bool = False,
        max_output: int | None = None,
        keep: Keep = "head+tail",
        on_stdout: Callable[[str], object] | None = None,
        on_stderr: Callable[[str], object] | None = None,
        detach_on_cancel: bool = False,
    ) -> CommandResult:
        """Run a command in a new shell and return its output.

        Args:
            command: The command line or script, with pipes, redirections and any number of lines; or a list of a
                program and its arguments, which no shell expands.
            timeout_ms: Milliseconds after which the machine kills the command.
            cwd: The working directory; the home directory by default.
            envs: Environment variables for this command.
            timeout: The same timeout in seconds; pass one of the two.
            input: The standard input: text, which is encoded as UTF-8, or bytes; empty by default.
            check: Whether to raise on an exit code other than 0.
            max_output: Bytes to keep of each output stream. Without it, the machine's own limit applies.
            keep: The part to keep of longer output: ``head+tail`` (half and half), ``head`` or ``tail``.
            on_stdout: Called with each piece of standard output, as text, when it arrives. ``max_output`` is then 1 MiB
                by default. If it raises, the command is killed.
            on_stderr: The same for standard error.
            detach_on_cancel: Whether the command keeps running when this call is cancelled or loses its connection. By
                default it is killed. The clouds cannot kill a plain command: there, only commands with ``max_output``
                or callbacks, and those of ``start``, are killed.

        Returns:
            ``output`` (also ``data``), ``stdout``, ``stderr`` and ``exit_code``. ``success`` is False on an exit code
            other than 0 (``code`` is ``exit_code``), on a timeout (``timed_out`` is True, ``code`` is ``timeout``, and
            the output so far is kept), and when the command could not run. ``truncated`` and ``omitted_bytes`` report
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
        limit = _timeout_ms(timeout_ms, timeout)
        stdin = b"" if input is None else validation.content("input", input, CommandError)
        spec = _spec(command, cwd, envs, MAX_OUTPUT if max_output is None else max_output, keep, stdin)
        callbacks = output_callbacks(on_stdout, on_stderr)
        on_engine = has_process_tools(self._connection)
        if callbacks or (max_output is not None and not (on_engine and max_output <= MAX_OUTPUT)):
            result = self._run_process(spec, limit, on_stdout, on_stderr, detach_on_cancel=detach_on_cancel)
        else:
            budget = {} if max_output is None else {"max_output": max_output, "keep": keep}
            options = {**budget, "detach_on_cancel": detach_on_cancel or None}
            result = _execute(self._connection, spec, limit, options if on_engine else None)
        return result.raise_for_error() if check else self._connection.api.raise_if_strict(result)

    def _run_process(
        self,
        spec: ProcessSpec,
        timeout_ms: int,
        on_stdout: Callable[[str], object] | None,
        on_stderr: Callable[[str], object] | None,
        *,
        detach_on_cancel: bool,
    ) -> CommandResult:
        """Run a command as a process, and kill it after its timeout."""
        with Process(self._connection, spec) as process:
            try:
                return process.wait(timeout_ms / 1000, on_stdout=on_stdout, on_stderr=on_stderr)
            except CommandError as exc:
                if exc.kind != "timeout":
                    raise
            except BaseException:
                if detach_on_cancel:
                    process.disconnect()
                raise
        message = f"[timeout] the command was killed after {timeout_ms} ms"
        return replace(process.result(), exit_code=None, error_message=message, timed_out=True, code=ErrorCode.TIMEOUT)

    def start(
        self,
        command: str | Sequence[str],
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
            command: The command line or script; or a list of a program and its arguments.
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
        return Process(self._connection, _spec(command, cwd, envs, max_output, keep))

    def connect(self, pid: int) -> Process:
        """Return a context manager that connects to a process which another client, or another program, started.

        The process must have been started by ``start``, in this session. Leaving the block kills it, unless
        ``disconnect`` is called. On the local engine, iteration continues where the last reader stopped, and ``wait``
        returns what ``max_output`` of ``start`` kept. On the clouds, both begin anew. Use one reader at a time.

        Args:
            pid: The process id, as in ``pid`` of the process.

        Returns:
            The process, not yet connected.

        Raises:
            CommandError: There is no such process; raised on entering the block.
            CommandUsageError: An argument is invalid; nothing was sent.

        Example:
            ```python
            with session.command.start("echo begun; sleep 0.1; echo done") as process:
                process.disconnect()
            with session.command.connect(process.pid) as again:
                print((again.wait()).stdout)
            ```
        """
        return Process(self._connection, ProcessSpec(""), validation.count("pid", pid, CommandError))

    run = exec = execute = execute_command  # the names that users of both clouds know


def execute_shell(
    connection: SessionConnection,
    command: str,
    timeout_ms: int,
    cwd: str | None = None,
    envs: Mapping[str, str] | None = None,
) -> CommandResult:
    """Run a command; a refusal is a result, also for a strict client."""
    spec, limit = _spec(command, cwd, envs), _timeout_ms(timeout_ms, None)
    return _execute(connection, spec, limit, {} if has_process_tools(connection) else None)


def _execute(
    connection: SessionConnection, spec: ProcessSpec, timeout_ms: int, options: Mapping[str, object] | None
) -> CommandResult:
    """Run a command by the shell tool; ``options`` are the local engine's own arguments, None for another machine."""
    command, stdin = spec.command, spec.stdin or None
    if options is None:
        command, stdin, options = stage(connection, command, stdin), None, {}
    args = ShellArgs.model_validate(
        {
            "command": command,
            "timeout_ms": timeout_ms,
            "cwd": spec.cwd,
            "envs": spec.envs,
            "stdin": stdin and b64encode(stdin).decode(),
            **options,
        }
    )
    return connection.call_tool(SHELL, args, tool_timeout(connection, timeout_ms), strict=False)


def tool_timeout(connection: SessionConnection, timeout_ms: int) -> CallTimeout:
    """Return the timeout of a call of a tool that itself stops after ``timeout_ms``; at least the client's own."""
    return CallTimeout(max(connection.api.config.call_timeout, timeout_ms / 1000 + GRACE))


def _spec(
    command: str | Sequence[str],
    cwd: str | None,
    envs: Mapping[str, str] | None,
    max_output: int = MAX_OUTPUT,
    keep: Keep = "head+tail",
    stdin: bytes | None = None,
) -> ProcessSpec:
    """Return the arguments of a command, validated."""
    validation.choice("keep", keep, KEEPS, CommandError)
    return ProcessSpec(
        _command_line(command),
        None if cwd is None else validation.text("cwd", cwd, CommandError),
        None if envs is None else validation.variables("envs", envs, CommandError),
        validation.count("max_output", max_output, CommandError),
        keep,
        stdin,
    )


def _command_line(command: str | Sequence[str]) -> str:
    """Return a command line; arguments in a list are quoted."""
    if isinstance(command, str) or not isinstance(command, (list, tuple)):
        return validation.text("command", command, CommandError)
    if not command:
        raise CommandError.usage("command must not be an empty list: the first item is the program")
    validation.text("command[0]", command[0], CommandError)
    words = [validation.utf8(f"command[{index}]", word, CommandError) for index, word in enumerate(command)]
    if any("\0" in word for word in words):
        raise CommandError.usage("command must not contain NUL characters")
    return shlex.join(words)


def _timeout_ms(timeout_ms: int, timeout: float | None) -> int:
    """Return a timeout in milliseconds."""
    if timeout is None:
        return validation.milliseconds("timeout_ms", timeout_ms, CommandError)
    if timeout_ms != DEFAULT_TIMEOUT_MS:
        raise CommandError.usage("pass timeout (seconds) or timeout_ms (milliseconds), not both")
    return max(round(validation.seconds("timeout", timeout, CommandError) * 1000), 1)
