"""The dispatch of tool calls to the tools that the engine serves."""

from collections.abc import Awaitable, Callable
from functools import cache, partial
from typing import Any

from pydantic import ValidationError

from ..core.tool import Tool
from ..core.wire_model import CamelWire, first_error
from ..operations.registry import DESKTOP_TOOLS, TOOLS
from ..operations.session import ToolEntry
from ..operations.tools import CallAnswer, ContentAnswer
from .agent.connection import AgentFailure, AgentGone
from .api_errors import ToolFailure, execution_failed, failure_code, no_session
from .config import EngineConfig
from .images import WITH_DESKTOP, kind_of
from .session import EngineSession
from .tool_response import LongAnswer
from .tools import browser, desktop, env, files, processes
from .tools.code import run_code
from .tools.metrics import get_metrics
from .tools.shell import shell
from .unsupported import no_tool

Output = str | list[str] | tuple[str, dict[str, Any]]  # a text, whole or in parts, or with structured content
Serve = Callable[[EngineSession, Any, EngineConfig], Awaitable[Output]]


def _plain(serve: Callable[[EngineSession, Any], Awaitable[Output]]) -> Serve:
    return lambda session, args, config: serve(session, args)


SERVED: dict[str, Serve] = {
    "shell": lambda session, args, config: shell(session, args, config.output_limit),
    "read_file": _plain(files.read_file),
    "write_file": _plain(files.write_file),
    "get_file_info": _plain(files.get_file_info),
    "list_directory": _plain(files.list_directory),
    "create_directory": _plain(files.create_directory),
    "delete_file": _plain(files.delete_file),
    "move_file": _plain(files.move_file),
    "edit_file": _plain(files.edit_file),
    "read_multiple_files": _plain(files.read_multiple_files),
    "search_files": _plain(files.search_files),
    "get_file_change": _plain(files.get_file_change),
    "get_metrics": _plain(get_metrics),
    "process_start": _plain(processes.start),
    "process_read": _plain(processes.read),
    "process_wait": _plain(processes.wait),
    "process_write": _plain(processes.write),
    "process_kill": _plain(processes.kill),
    "run_code": lambda session, args, config: run_code(session, args, config.output_limit),
    "set_env": _plain(env.set_env),
    "get_env": _plain(env.get_env),
    "stopChrome": _plain(browser.stop),
    "page_use_navigate": _plain(browser.navigate),
    "page_use_screenshot": _plain(browser.screenshot),
    "page_use_close_session": _plain(browser.close),
    "page_use_tabs": _plain(browser.tabs),
    "page_use_snapshot": _plain(browser.snapshot),
    "page_use_act_async": _plain(browser.act),
    "page_use_get_act_result": _plain(browser.act_result),
    **{tool.name: _plain(partial(desktop.call, tool)) for tool in DESKTOP_TOOLS},
}


async def call(session: EngineSession, name: str, args: dict[str, Any], config: EngineConfig) -> CallAnswer:
    """Call a tool, and return its result or its error as an answer."""
    tool = next((tool for tool in TOOLS if tool.name == name), None)
    try:
        if tool is None or name not in SERVED:
            raise execution_failed(no_tool(name, ", ".join(SERVED)), "ToolNotSupportedLocally", rpc_code=-32601)
        output = await SERVED[name](session, _arguments(tool, args), config)
    except ToolFailure as exc:
        return _answer(exc.text, {"code": exc.code}, is_error=True)
    except AgentGone as exc:
        raise no_session() from exc
    except AgentFailure as exc:
        return _answer(execution_failed(str(exc)).text, {"code": failure_code(str(exc))}, is_error=True)
    if isinstance(output, list):
        return LongAnswer(parts=output) if len(output) > 1 else _answer("".join(output))
    return _answer(output) if isinstance(output, str) else _answer(*output)


def _arguments(tool: Tool[Any, Any], args: dict[str, Any]) -> Any:
    try:
        return tool.args.model_validate(args)
    except ValidationError as exc:
        raise execution_failed(f"{tool.name}: {first_error(exc)}.") from exc


def _answer(text: str, extra: dict[str, Any] | None = None, *, is_error: bool = False) -> CallAnswer:
    content = [ContentAnswer(type="text", text=text)]
    return CallAnswer(content=content, is_error=is_error, structured_content=extra or None)


def entries(image: str = "") -> list[ToolEntry]:
    """Return the entries of the tool list of an image, or of all tools."""
    has_desktop = not image or kind_of(image) in WITH_DESKTOP
    return [entry for entry in _entries() if has_desktop or entry.name not in desktop.NAMES]


@cache
def _entries() -> list[ToolEntry]:
    return [
        ToolEntry(
            name=tool.name,
            description=tool.about,
            input_schema=tool.args.model_json_schema(by_alias=issubclass(tool.args, CamelWire)),
            server=tool.server,
            tool=tool.name,
        )
        for tool in TOOLS
        if tool.name in SERVED
    ]
