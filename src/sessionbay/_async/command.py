"""Commands."""

from collections.abc import Mapping
from typing import ClassVar

from ..core import checks
from ..core.errors import CommandError
from ..models.commands import CommandResult
from ..ops.command import SHELL, ShellArgs
from .channel import Limits
from .module import AsyncModule

GRACE = 10.0  # seconds that the answer may take beyond the command's own limit


class AsyncCommand(AsyncModule):
    """Runs commands in the session's shell."""

    _name: ClassVar[str] = "command"

    async def execute_command(
        self,
        command: str,
        timeout_ms: int = 50000,
        cwd: str | None = None,
        envs: Mapping[str, str] | None = None,
        *,
        check: bool = False,
    ) -> CommandResult:
        """Run a command in a fresh shell and return what it wrote.

        Args:
            command: The command line or script; pipes, redirections and several lines are fine.
            timeout_ms: Milliseconds after which the machine ends the command.
            cwd: The folder to run it in; the machine's default is the user's home.
            envs: Environment variables for this command.
            check: Whether to raise when the command ends with another code than 0.

        Returns:
            ``output`` (also ``data``), ``stdout``, ``stderr`` and ``exit_code``; ``success`` is False when the code is
            not 0, when the time ran out, and when the command could not be run.

        Raises:
            CommandError: With ``check=True``, when the command did not end with 0; without an answer, always.
            CommandUsageError: An argument is wrong; nothing was sent.

        Example:
            ```python
            result = await session.command.execute_command("echo hello")
            print(result.output, result.exit_code)
            ```
        """
        result = await self._execute(command, timeout_ms, cwd, envs)
        if self._session._strict:
            result.raise_if_strict()
        return result.raise_for_error() if check else result

    async def _execute(
        self, command: str, timeout_ms: int, cwd: str | None = None, envs: Mapping[str, str] | None = None
    ) -> CommandResult:
        """Run a command; a refusal is a result, for a strict client too."""
        args = ShellArgs(
            command=checks.text("command", command, CommandError),
            timeout_ms=checks.count("timeout_ms", timeout_ms, CommandError),
            cwd=cwd and checks.text("cwd", cwd, CommandError),
            envs=None if envs is None else checks.string_map("envs", envs, CommandError),
        )
        limits = Limits(max(self._session._channel.options.timeout, timeout_ms / 1000 + GRACE))
        return await self._session._use(SHELL, args, limits, strict=False)

    run = exec = execute = execute_command  # the names that users of both clouds know
