"""The tools of the browser."""

from ...core.error_codes import ErrorCode
from ...core.tool import NoArgs
from ...operations.operator import ScreenshotArgs, UrlArgs
from ..api_errors import ApiError, ToolFailure
from ..browser.devtools import DevToolsError
from ..browser.operator import Operator
from ..session import EngineSession

DONE = "True"


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


def _operator(session: EngineSession) -> Operator:
    session.running_agent()
    try:
        return session.browser.running().operator
    except ApiError as exc:
        raise ToolFailure(str(exc), exc.code) from exc


def _failed(message: str) -> ToolFailure:
    return ToolFailure(message, ErrorCode.FAILED.value)
