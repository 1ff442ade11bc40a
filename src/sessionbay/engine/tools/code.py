"""The code tool."""

import json
import secrets
from typing import Any

from ...core.output import Keep
from ...operations.code import LANGUAGES, CodeArgs, error_code, parse_language
from ..agent.connection import AgentFailure
from ..api_errors import ToolFailure, execution_failed
from ..code_kernel import CodeKernel, KernelLost, OnEvent, OutputCollector, RunResult
from ..session import EngineSession

DEFAULT_TIMEOUT = 60  # seconds
MAX_OUTPUT = 32 * 2**20  # bytes


async def run_code(session: EngineSession, args: CodeArgs, output_limit: int) -> str:
    """Run code, and return its result as JSON; raise ToolFailure with the same JSON when the code raised."""
    result = await run(session, args, output_limit, "head+tail", lambda event: None)
    text = json.dumps(answer(result))
    if result.error is not None:
        raise ToolFailure(text, error_code(result.error))
    return text


async def run(session: EngineSession, args: CodeArgs, output_limit: int, keep: Keep, on_event: OnEvent) -> RunResult:
    """Run code in the session's kernel for its language, which the first run starts.

    ``output_limit`` and ``keep`` apply unless the arguments have their own.
    """
    try:
        language = parse_language(args.language)
    except ValueError as exc:
        raise execution_failed(f"Invalid language: use {', '.join(LANGUAGES)}.") from exc
    limit = min(args.max_output or output_limit, MAX_OUTPUT)
    collector = OutputCollector(limit, args.keep or keep, on_event)
    while True:
        kernel = await _kernel(session, language)
        try:
            return await kernel.run(
                args.code,
                args.timeout_s or DEFAULT_TIMEOUT,
                session.envs,
                collector,
                lambda: session.is_paused,
            )
        except KernelLost:  # while this run waited for another one
            continue
        except AgentFailure:
            await kernel.close()
            raise


async def _kernel(session: EngineSession, language: str) -> CodeKernel:
    """Return the kernel of a language; concurrent first runs share one."""
    agent = session.running_agent()
    async with session.opening:
        kernel = session.code.get(language)
        if kernel is None or kernel.lost:
            packages = session.sandbox.capabilities.packages if language == "python" else ""
            kernel = session.code[language] = await CodeKernel.open(agent, language, packages, session.envs)
        return kernel


def answer(result: RunResult) -> dict[str, Any]:
    """Format a run as the clouds' code images do, with both spellings of names of which clients read either."""
    error = str(result.error) if result.error else ""
    trace = [result.error.traceback] if result.error and result.error.traceback else []
    fields: dict[str, Any] = {
        "result": [json.dumps(item) for item in result.results],
        "stdout": result.stdout,
        "stderr": result.stderr + trace,
        "executionError": error,
        "execution_count": result.count,
        "executionCount": result.count,
        "execution_time": result.seconds,
        "executionTime": result.seconds,
    }
    if result.omitted:  # an extension of the engine, which other clients ignore
        fields["omitted_bytes"] = result.omitted
    if result.error:
        raised = {"name": result.error.name, "value": result.error.value, "traceback": result.error.traceback}
        fields |= {"error": raised, "traceId": secrets.token_hex(16)}
    return fields
