"""The code tool."""

import json
import secrets
from typing import Any

from ...models.sessions import SessionStatus as Status
from ...operations.code import LANGUAGES, CodeArgs, parse_language
from ..agent.connection import AgentFailure
from ..api_errors import ToolFailure, execution_failed
from ..code_kernel import CodeKernel, OutputCollector, RunResult, Tell
from ..session import EngineSession

DEFAULT_TIMEOUT = 60  # seconds
STANDING = (Status.PAUSING, Status.PAUSED, Status.RESUMING)


async def run_code(session: EngineSession, args: CodeArgs, output_limit: int) -> str:
    """Run code, and answer in the kernel's form; what it raised is a failure of the tool, in the same form."""
    ran = await run(session, args, output_limit, lambda event: None)
    text = json.dumps(answer(ran))
    if ran.error is not None:
        raise ToolFailure(text)
    return text


async def run(session: EngineSession, args: CodeArgs, output_limit: int, tell: Tell) -> RunResult:
    """Run code in the session's process for its language, which the first run starts."""
    try:
        language = parse_language(args.language)
    except ValueError as exc:
        raise execution_failed(-32602, f"run_code: language must be one of {', '.join(LANGUAGES)}") from exc
    agent = session.running_agent()
    async with session.opening:  # or two first runs at once would each have variables of their own
        context = session.code.get(language)
        if context is None or context.lost:
            packages = session.sandbox.capabilities.packages if language == "python" else ""
            context = session.code[language] = await CodeKernel.open(agent, language, packages, session.env)
    try:
        heard = OutputCollector(output_limit, tell)
        return await context.run(
            args.code, args.timeout_s or DEFAULT_TIMEOUT, session.env, heard, lambda: session.status in STANDING
        )
    except AgentFailure:
        await context.close()
        raise


def answer(ran: RunResult) -> dict[str, Any]:
    """Word a run as the clouds' code images do; both spellings of some names, since clients read either."""
    error = str(ran.error) if ran.error else ""
    trace = [ran.error.traceback] if ran.error and ran.error.traceback else []
    said: dict[str, Any] = {
        "result": [json.dumps(result) for result in ran.results],
        "stdout": ran.stdout,
        "stderr": ran.stderr + trace,
        "executionError": error,
        "execution_count": ran.count,
        "executionCount": ran.count,
        "execution_time": ran.seconds,
        "executionTime": ran.seconds,
    }
    if ran.error:
        raised = {"name": ran.error.name, "value": ran.error.value, "traceback": ran.error.traceback}
        said |= {"error": raised, "traceId": secrets.token_hex(16)}
    return said
