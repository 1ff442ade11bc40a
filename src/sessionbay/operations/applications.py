"""The tools for applications."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import AliasChoices, Field

from ..core.tool import NoArgs, Tool, parse_done
from ..core.wire_model import NullableStr, Wire, parse_json_list
from ..models.applications import (
    AppOperationResult,
    AppProcess,
    InstalledApp,
    InstalledAppListResult,
    ProcessListResult,
)

Q = TypeVar("Q", bound=Wire)

SERVER = "wuying_app"


class InstalledArgs(Wire):
    """AGB's newer name of the last argument, with an s at its end, is the one that its own change log calls wrong."""

    start_menu: bool = True
    desktop: bool = False
    ignore_system_app: bool = Field(
        default=True, validation_alias=AliasChoices("ignore_system_app", "ignore_system_apps")
    )


class StartArgs(Wire):
    start_cmd: str
    work_directory: str | None = None
    activity: str | None = None


class NameArgs(Wire):
    pname: str


class PidArgs(Wire):
    pid: int


class CommandArgs(Wire):
    stop_cmd: str


class AppAnswer(Wire):
    name: NullableStr = ""
    start_cmd: NullableStr = ""
    stop_cmd: str | None = None
    work_directory: str | None = None


class ProcessAnswer(Wire):
    pname: NullableStr = ""
    pid: int
    cmdline: str | None = None


def parse_apps(text: str) -> Mapping[str, Any]:
    """Parse installed applications, a JSON array."""
    apps = parse_json_list(AppAnswer, text)
    return {"data": tuple(InstalledApp(app.name, app.start_cmd, app.stop_cmd, app.work_directory) for app in apps)}


def parse_processes(text: str) -> Mapping[str, Any]:
    """Parse processes, a JSON array."""
    processes = parse_json_list(ProcessAnswer, text)
    return {"data": tuple(AppProcess(process.pname, process.pid, process.cmdline) for process in processes)}


def _process_tool(name: str, about: str, args: type[Q]) -> Tool[Q, ProcessListResult]:
    return Tool(name=name, server=SERVER, about=about, args=args, result=ProcessListResult, read=parse_processes)


def _stop_tool(name: str, about: str, args: type[Q]) -> Tool[Q, AppOperationResult]:
    return Tool(name=name, server=SERVER, about=about, args=args, result=AppOperationResult, read=parse_done)


INSTALLED = Tool(
    name="get_installed_apps",
    server=SERVER,
    about="List the installed applications.",
    args=InstalledArgs,
    result=InstalledAppListResult,
    read=parse_apps,
)
START = _process_tool("start_app", "Start an application.", StartArgs)
VISIBLE = _process_tool("list_visible_apps", "List the processes that have a visible window.", NoArgs)
STOP_BY_NAME = _stop_tool("stop_app_by_pname", "Stop the processes of a name.", NameArgs)
STOP_BY_PID = _stop_tool("stop_app_by_pid", "Stop a process.", PidArgs)
STOP_BY_COMMAND = _stop_tool("stop_app_by_cmd", "Stop an application by a command.", CommandArgs)
