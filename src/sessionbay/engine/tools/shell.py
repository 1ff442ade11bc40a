"""The command tool."""

import asyncio
import json
import secrets
from base64 import b64decode
from contextlib import suppress
from typing import Any

from ...core.error_codes import ErrorCode
from ...operations.command import ShellArgs
from ..agent.connection import AgentFailure, AgentGone
from ..api_errors import ToolFailure, execution_failed
from ..session import EngineSession

DEFAULT_TIMEOUT_MS = 50_000


async def shell(session: EngineSession, args: ShellArgs, output_limit: int) -> str:
    """Run a command; raise ToolFailure on a timeout, but not for an exit code other than 0."""
    milliseconds = args.timeout_ms or DEFAULT_TIMEOUT_MS
    result = await _run(session, args, milliseconds / 1000, min(args.max_output or output_limit, output_limit))
    answer: dict[str, Any] = {"stdout": result["stdout"], "stderr": result["stderr"], "exit_code": result["exit_code"]}
    if result["timed_out"]:
        answer |= {"errorCode": -1, "message": f"[timeout] the command was killed after {milliseconds} ms"}
        del answer["exit_code"]
    if result["omitted"]:  # an extension of the engine, which other clients ignore
        answer["omitted_bytes"] = result["omitted"]
    if result["exit_code"]:
        answer["traceId"] = secrets.token_hex(16)
    text = json.dumps(answer)
    if result["timed_out"]:
        raise ToolFailure(text, ErrorCode.TIMEOUT)
    return text


async def _run(session: EngineSession, args: ShellArgs, timeout: float, max_output: int) -> dict[str, Any]:
    """Run a command. If this task is cancelled, kill it, unless it is to be detached."""
    agent, key = session.running_agent(), secrets.token_hex(8)
    try:
        result: dict[str, Any] = await agent.request(
            "run",
            decode_stdin(args.stdin),
            key=key,
            command=args.command,
            timeout=timeout,
            max_output=max_output,
            keep=args.keep or "head+tail",
            cwd=args.cwd,
            envs={**session.envs, **(args.envs or {})},
        )
    except asyncio.CancelledError:
        if not args.detach_on_cancel:
            with suppress(AgentGone, AgentFailure):
                await agent.request("cancel_start", key=key)
        raise
    return result


def decode_stdin(stdin: str | None) -> bytes:
    """Return the input of a command."""
    try:
        return b64decode(stdin or "", validate=True)
    except ValueError as exc:
        raise execution_failed("Invalid stdin: it must be base64.") from exc
