"""All operations and all tools in one place, for those who serve or list them."""

from urllib.parse import parse_qs, urlsplit

from ..core.operation import OperationRegistry
from . import (
    applications,
    browser,
    code,
    command,
    context,
    contexts,
    env,
    files,
    labels,
    links,
    metrics,
    oss,
    processes,
    screen,
    session,
    skills,
    tools,
)

OPERATIONS = OperationRegistry(
    [
        session.CREATE,
        session.GET,
        session.GET_DETAIL,
        session.LIST,
        session.DELETE,
        session.PAUSE,
        session.RESUME,
        session.KEEP_ALIVE,
        labels.SET_LABELS,
        labels.GET_LABELS,
        links.INFO,
        links.GET_LINK,
        tools.CALL_TOOL,
        tools.LIST_TOOLS,
        context.SYNC_CONTEXT,
        context.CONTEXT_INFO,
        context.BIND_CONTEXTS,
        context.LIST_BINDINGS,
        context.INTERNAL_CONTEXTS,
        contexts.LIST_CONTEXTS,
        contexts.GET_CONTEXT,
        contexts.MODIFY_CONTEXT,
        contexts.DELETE_CONTEXT,
        contexts.CLEAR_CONTEXT,
        contexts.LIST_FILES,
        contexts.UPLOAD_URL,
        contexts.DOWNLOAD_URL,
        contexts.DELETE_FILE,
        browser.INIT,
        browser.GET_CDP_LINK,
        skills.GET_SKILLS,
        skills.LIST_SKILLS,
        skills.BIND_SKILLS,
        skills.UNBIND_SKILLS,
    ]
)
TOOLS = (
    command.SHELL,
    files.READ_TEXT,
    files.WRITE,
    files.INFO,
    files.LIST,
    files.MAKE_DIRECTORY,
    files.DELETE,
    files.MOVE,
    files.EDIT,
    files.READ_MANY,
    files.SEARCH,
    files.CHANGES,
    metrics.METRICS,
    code.RUN_CODE,
    env.SET_ENV,
    env.GET_ENV,
    processes.START,
    processes.READ,
    processes.WAIT,
    processes.WRITE,
    processes.KILL,
    oss.INIT,
    oss.UPLOAD,
    oss.DOWNLOAD,
    oss.UPLOAD_ANONYMOUS,
    oss.DOWNLOAD_ANONYMOUS,
    screen.GET_SIZE,
    screen.SCREENSHOT_URL,
    screen.SCREENSHOT,
    applications.INSTALLED,
    applications.START,
    applications.VISIBLE,
    applications.STOP_BY_NAME,
    applications.STOP_BY_PID,
    applications.STOP_BY_COMMAND,
    browser.STOP,
)


def request_names(url: str) -> list[str]:
    """Return the names that a request goes by: its action, as AgentBay calls it, then its path if it is AGB's."""
    parts = urlsplit(url)
    if action := parse_qs(parts.query).get("Action"):
        return action
    if op := OPERATIONS.by_path.get(parts.path):
        return [op.action, parts.path]
    return [tools.CALL_TOOL.action, parts.path] if parts.path.endswith("/callTool") else [parts.path]
