"""Commands for machines without the engine's tools: long scripts and input are passed in temporary files."""

import shlex

from .._concurrency._async import shielded
from ..core.error_codes import ErrorCode
from ..core.errors import CommandError
from ..environment import nonce
from ..operations import processes
from ..operations.command import SHELL, ShellArgs
from .session_connection import AsyncSessionConnection

MAX_COMMAND = 60_000  # bytes of a quoted command; Linux allows 128 KiB for one argument
CLEANUP_TIMEOUT = 10.0  # seconds


async def stage(connection: AsyncSessionConnection, command: str, stdin: bytes | None) -> str:
    """Return a short command that runs ``command`` with ``stdin`` as its input. It removes its files first."""
    if stdin is not None:
        source = await _upload(connection, stdin) if stdin else "/dev/null"
        command = f"exec <{source}; {f'rm -f {source}; ' if stdin else ''}{command}"
    if len(shlex.quote(command).encode()) <= MAX_COMMAND:
        return command
    path = processes.staging_path(nonce())
    await _upload(connection, f"rm -f {path}; {command}".encode(), path)
    return f". {path}"


async def _upload(connection: AsyncSessionConnection, data: bytes, path: str = "") -> str:
    """Write a temporary file in pieces; return its path."""
    path = path or processes.staging_path(nonce())
    try:
        for command in processes.shell_append(path, data):
            await run_shell(connection, command)
    except BaseException:
        await shielded(lambda: _remove(connection, path), CLEANUP_TIMEOUT)
        raise
    return path


async def _remove(connection: AsyncSessionConnection, path: str) -> None:
    await connection.call_tool(SHELL, ShellArgs(command=f"rm -f {path}"), strict=False)


async def run_shell(connection: AsyncSessionConnection, command: str, args: ShellArgs | None = None) -> str:
    """Run a command that must succeed; return its standard output."""
    args = (args or ShellArgs(command="")).model_copy(update={"command": command})
    result = (await connection.call_tool(SHELL, args)).raise_for_error()
    if result.truncated:
        raise CommandError.of("invalid_response", "the machine has cut its answer", code=ErrorCode.OUTPUT_TRUNCATED)
    return result.stdout
