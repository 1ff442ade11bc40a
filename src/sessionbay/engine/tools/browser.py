"""The tools of the browser."""

import json

from ...core.error_codes import ErrorCode
from ...core.tool import NoArgs
from ...operations.operator import ActArgs, PageArgs, ScreenshotArgs, TaskArgs, UrlArgs
from ..api_errors import ApiError, ToolFailure, execution_failed
from ..browser.devtools import DevToolsError
from ..browser.operator import Operator
from ..browser.step import parse_step
from ..session import EngineSession
from ..unsupported import MODEL
from . import DONE


async def stop(session: EngineSession, args: NoArgs) -> str:
    """Stop the browser."""
    session.running_agent()
    await session.browser.stop()
    return DONE


async def navigate(session: EngineSession, args: UrlArgs) -> str:
    """Open a URL."""
    try:
        title = await _operator(session).navigate(args.url)
    except DevToolsError as exc:
        raise _failed(f"Navigation failed: {args.url}: {exc}") from exc
    return f"Navigated to {args.url}: {title}"


async def screenshot(session: EngineSession, args: ScreenshotArgs) -> str:
    """Take a screenshot, as a data URL."""
    try:
        data, kind = await _operator(session).screenshot(args)
    except DevToolsError as exc:
        raise _failed(f"Screenshot failed: {exc}") from exc
    except TimeoutError as exc:
        raise _failed("Screenshot failed: there was no picture in time") from exc
    return f"data:image/{kind};base64,{data}"


async def close(session: EngineSession, args: NoArgs) -> str:
    """Close the pages; the browser goes on."""
    try:
        await _operator(session).close()
    except DevToolsError as exc:
        raise _failed(f"The pages were not closed: {exc}") from exc
    return DONE


async def tabs(session: EngineSession, args: NoArgs) -> str:
    """List the pages."""
    try:
        return json.dumps(await _operator(session).tabs())
    except DevToolsError as exc:
        raise _failed(f"The pages were not listed: {exc}") from exc


async def snapshot(session: EngineSession, args: PageArgs) -> str:
    """Describe a page by text."""
    try:
        return json.dumps(await _operator(session).snapshot(args.page_id or ""))
    except DevToolsError as exc:
        raise _failed(f"The page was not described: {exc}") from exc


async def act(session: EngineSession, args: ActArgs) -> str:
    """Act on an element that was observed, and return the id of the task, which has ended."""
    step = parse_step(args.action)
    if step is None:
        raise execution_failed(
            f"The local engine acts on elements with a selector alone: {MODEL}.", "ToolNotSupportedLocally"
        )
    operator = _operator(session)
    try:
        done = {"success": True, "steps": await operator.act(step.model_copy(update={"page_id": args.page_id or ""}))}
    except DevToolsError as exc:
        done = {"success": False, "steps": f"{step.method} {step.selector}: {exc}"}
    except TimeoutError:
        done = {"success": False, "steps": f"{step.method} {step.selector}: the page did not respond in time"}
    return json.dumps({"task_id": operator.keep(json.dumps({"is_done": True, **done}))})


async def act_result(session: EngineSession, args: TaskArgs) -> str:
    """Return the result of an action."""
    try:
        return _operator(session).kept[args.task_id]
    except KeyError as exc:
        raise execution_failed("Task not found or already finished.", ErrorCode.NOT_FOUND.value) from exc


def _operator(session: EngineSession) -> Operator:
    session.running_agent()
    try:
        return session.browser.running().operator
    except ApiError as exc:
        raise ToolFailure(str(exc), exc.code) from exc


def _failed(message: str) -> ToolFailure:
    return ToolFailure(message, ErrorCode.FAILED.value)
