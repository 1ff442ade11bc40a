"""The command tool."""

import json
import secrets
from typing import Any

from ...operations.command import ShellArgs
from ..api_errors import ToolFailure
from ..session import EngineSession

DEFAULT_TIMEOUT_MS = 50_000


async def shell(session: EngineSession, args: ShellArgs, output_limit: int) -> str:
    """Run a command; raise ToolFailure on a timeout, but not for an exit code other than 0."""
    milliseconds = args.timeout_ms or DEFAULT_TIMEOUT_MS
    result = await session.running_agent().request(
        "run",
        command=args.command,
        timeout=milliseconds / 1000,
        keep=output_limit,
        cwd=args.cwd,
        envs={**session.env, **(args.envs or {})},
    )
    answer: dict[str, Any] = {"stdout": result["stdout"], "stderr": result["stderr"], "exit_code": result["exit_code"]}
    if result["timed_out"]:
        stderr = result["stderr"] + f"[timeout] the command was ended after {milliseconds} ms"
        answer = {"errorCode": -1, "stdout": result["stdout"], "stderr": stderr}
    if result["omitted"]:  # an extension of the engine, which other clients ignore
        answer["omitted_bytes"] = result["omitted"]
    if result["exit_code"]:
        answer["traceId"] = secrets.token_hex(16)
    text = json.dumps(answer)
    if result["timed_out"]:
        raise ToolFailure(text)
    return text
