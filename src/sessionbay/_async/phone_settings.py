"""Runs the commands that set up a phone."""

from collections.abc import Sequence

from ..core.errors import AgentBayError
from ..models.screen import BoolResult
from ..operations.command import ShellArgs
from ..operations.mobile import CONFIGURE
from .command import DEFAULT_TIMEOUT_MS, tool_timeout
from .session_connection import AsyncSessionConnection

Commands = Sequence[tuple[str, str]]
"""Names of settings, each with the command that applies it."""


async def apply_settings(connection: AsyncSessionConnection, commands: Commands) -> BoolResult:
    """Apply all settings, one after the other. A failure names those that were refused, and why."""
    result, failures = BoolResult(success=True, data=True), list[tuple[str, BoolResult]]()
    timeout = tool_timeout(connection, DEFAULT_TIMEOUT_MS)
    for setting, command in commands:
        args = ShellArgs(command=command, timeout_ms=DEFAULT_TIMEOUT_MS)
        result = await connection.call_tool(CONFIGURE, args, timeout, strict=False)
        if not result.success:
            failures.append((setting, result))
    if not failures:
        return result
    reasons = "; ".join(f"{setting}: {failure.error_message}" for setting, failure in failures)
    return failures[0][1].as_failure(BoolResult, reasons)


async def prepare_phone(connection: AsyncSessionConnection, commands: Commands) -> str:
    """Apply settings to a new phone; return why they could not be applied, or an empty string."""
    try:
        return (await apply_settings(connection, commands)).error_message
    except AgentBayError as exc:
        return str(exc)
