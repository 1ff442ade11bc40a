"""The command tool."""

import json
import secrets
from typing import Any

from ...operations.command import ShellArgs
from ..api_errors import ToolFailure
from ..session import EngineSession

DEFAULT_TIMEOUT_MS = 50_000


async def shell(session: EngineSession, args: ShellArgs, output_limit: int) -> str:
    """Run a command; a code other than 0 is an answer, a command that did not end in time is a failure."""
    milliseconds = args.timeout_ms or DEFAULT_TIMEOUT_MS
    ran = await session.running_agent().request(
        "run",
        command=args.command,
        timeout=milliseconds / 1000,
        keep=output_limit,
        cwd=args.cwd,
        envs={**session.env, **(args.envs or {})},
    )
    answer: dict[str, Any] = {"stdout": ran["stdout"], "stderr": ran["stderr"], "exit_code": ran["exit_code"]}
    if ran["timed_out"]:
        told = ran["stderr"] + f"[timeout] the command was ended after {milliseconds} ms"
        answer = {"errorCode": -1, "stdout": ran["stdout"], "stderr": told}
    if ran["omitted"]:  # the engine's own word, which other clients pass over
        answer["omitted_bytes"] = ran["omitted"]
    if ran["exit_code"]:
        answer["traceId"] = secrets.token_hex(16)
    text = json.dumps(answer)
    if ran["timed_out"]:
        raise ToolFailure(text)
    return text
