"""Write docs/internals/modules.md: each method of the cloud's own modules, the tools behind it, and its tests.

``--check`` only compares. data/modules.json holds the names of the methods, tools and actions; everything else comes
from the code. A method that the client lacks is an error.
"""

import importlib
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from generate_coverage import served_actions
from generate_docs import definitions
from page import ROOT, renew

from sessionbay.engine import tool_dispatch, unsupported
from sessionbay.operations.registry import OPERATIONS, TOOLS

PAGE = ROOT / "docs" / "internals" / "modules.md"
METHODS: dict[str, dict[str, list[str]]] = json.loads((ROOT / "scripts" / "data" / "modules.json").read_text("utf-8"))
HEADER = "<!-- Written by scripts/generate_modules.py from the code. Do not edit. -->"
INTRODUCTION = """# The modules of a session

The methods of both official SDKs, each with the tools or operations that it uses, the clouds that have them, whether
the local engine serves them, and the tests that cover it. A test in **bold** runs on both routes, the direct route and
the control plane. Operations of the control plane have one route only; terminals, streamed code and the browser's
notifications use the session's WebSocket. All tests run for the async and the sync twin."""
WITHDRAWN = """## Withdrawn by the clouds

These methods of older releases have no counterpart here: the cloud withdrew volumes before a stable release had them,
and `adb.shell` became `command.execute_command`."""


@dataclass(frozen=True)
class Module:
    """The class of a module, the expression that users reach it by, and a pattern of the names tests call it by."""

    name: str
    reached: str
    called: str

    @property
    def found(self) -> Any:
        """The class."""
        (module,) = definitions()[self.name]
        return getattr(importlib.import_module(module), self.name)


MODULES = {
    "file_system": Module("AsyncFileSystem", "session.file_system", r"(?:file_system|files|fs|file)"),
    "command": Module("AsyncCommand", "session.command", r"(?:command|shell)"),
    "code": Module("AsyncCode", "session.code", "code"),
    "env": Module("AsyncEnv", "session.env", "env"),
    "git": Module("AsyncGit", "session.git", "git"),
    "pty": Module("AsyncPty", "session.pty", "pty"),
    "pty handle": Module("AsyncPtyHandle", "session.pty.create()", r"(?:handle|terminal|pty|shell)"),
    "oss": Module("AsyncOss", "session.oss", "oss"),
    "context": Module("AsyncContextService", "bay.context", "context"),
    "session.context": Module("AsyncSessionContext", "session.context", r"(?:session|bay_session)\.context"),
    "skills": Module("AsyncSkills", "bay.beta_skills", "(?:beta_)?skills"),
    "computer": Module("AsyncComputer", "session.computer", "computer"),
    "computer.mouse": Module("AsyncMouse", "session.computer.mouse", "mouse"),
    "computer.keyboard": Module("AsyncKeyboard", "session.computer.keyboard", "keyboard"),
    "computer.screen": Module("AsyncScreen", "session.computer.screen", "screen"),
    "computer.window": Module("AsyncWindows", "session.computer.window", "window"),
    "computer.app": Module("AsyncApplications", "session.computer.app", "app"),
    "application": Module("AsyncApplications", "session.application", "(?:application|computer)"),
    "window": Module("AsyncWindows", "session.window", "(?:window|computer)"),
    "browser": Module("AsyncBrowser", "session.browser", "browser"),
    "browser.operator": Module("AsyncBrowserOperator", "session.browser.operator", r"(?:operator|browser\.agent)"),
    "agent.computer": Module("AsyncComputerAgent", "session.agent.computer", r"agent\.computer"),
    "agent.browser": Module("AsyncBrowserAgent", "session.agent.browser", r"agent\.browser"),
    "agent.mobile": Module("AsyncMobileAgent", "session.agent.mobile", r"agent\.mobile"),
    "agent task": Module("AsyncTaskExecution", "session.agent.mobile.execute_task()", r"(?:task|execution|run)"),
    "mobile": Module("AsyncMobile", "session.mobile", "mobile"),
    "ui": Module("AsyncUI", "session.ui", "(?:ui|mobile)"),
    "extensions": Module("AsyncExtensionsService", "ExtensionsService(bay)", "(?:service|extensions)"),
    "fingerprint": Module(
        "AsyncBrowserFingerprintGenerator", "BrowserFingerprintGenerator()", "(?:BrowserFingerprintGenerator|generator)"
    ),
    "mobile simulation": Module(
        "AsyncMobileSimulateService", "MobileSimulateService(bay)", r"(?:MobileSimulateService(?:\(client\))|service)"
    ),
    "network": Module("AsyncBetaNetwork", "bay.beta_network", "(?:beta_)?network"),
}
WITHDRAWN_MODULE = "withdrawn"
NOTIFICATION = "notification"  # a message to or from the browser
WEBSOCKET = ("pty.", NOTIFICATION)  # what only AgentBay's WebSocket has
OVER_BOTH = ("routed", "engine_without_direct_route", "DirectCloud", "direct: bool")
FOLDERS = [ROOT / "tests" / name for name in ("_async", "async_only")]  # the latter: where the twins differ
SOURCES = {path: path.read_text("utf-8") for folder in FOLDERS for path in sorted(folder.glob("test_*.py"))}
CAPTURES = ROOT / "tests" / "data" / "captures"
RECORDED = ROOT / "tests" / "_async" / "test_recorded_calls.py"  # its calls are data
SOURCES[RECORDED] = OVER_BOTH[0] + "".join(path.read_text("utf-8") for path in CAPTURES.glob("calls-*.json"))
SERVED = served_actions()


def main() -> None:
    """Write the page, or report that it is out of date."""
    renew(PAGE, __doc__, lambda _: "\n\n".join((HEADER, INTRODUCTION, *sections())) + "\n")


def sections() -> Iterator[str]:
    """Yield the tables; stop where the client lacks a method."""
    lacking = [
        f"{module}.{name}"
        for module, names in METHODS.items()
        for name in names
        if module != WITHDRAWN_MODULE and not hasattr(MODULES[module].found, name)
    ]
    if lacking:
        sys.exit(f"the client lacks {', '.join(lacking)}")
    for module, names in METHODS.items():
        if module == WITHDRAWN_MODULE:
            yield WITHDRAWN + "\n\n" + "\n".join(f"- `{name}`: {listed(behind)}" for name, behind in names.items())
            continue
        yield f"## `{MODULES[module].reached}`"
        head = ["| Method | Behind it | Clouds | Local engine | Tests |", "| --- | --- | --- | --- | --- |"]
        yield "\n".join([*head, *(row(module, name, behind) for name, behind in names.items())])


def row(module: str, name: str, behind: list[str]) -> str:
    """Return the line of a method."""
    cells = (f"`{name}`", listed(behind) or "nothing", clouds(behind), engine(behind), tests(module, name))
    return f"| {' | '.join(cells)} |"


def listed(names: list[str]) -> str:
    """Return names as code, a comma between them."""
    return ", ".join(f"`{name}`" for name in names)


def clouds(behind: list[str]) -> str:
    """Return the clouds that have all that is behind a method."""
    tools = {tool.name: tool.only for tool in TOOLS}
    only = [
        OPERATIONS.by_action[one].agb is None
        if one in OPERATIONS.by_action
        else tools.get(one, one.startswith(WEBSOCKET))
        for one in behind
    ]
    return "AgentBay" if any(only) else "both"


def engine(behind: list[str]) -> str:
    """Return whether the engine serves all that is behind a method, or why not."""
    if not behind:
        return "no request"
    reasons = {one: unsupported.ACTIONS.get(one) or unsupported.TOOLS.get(one, "") for one in behind}
    reasons |= {one: unsupported.NOTIFICATIONS for one in behind if one == NOTIFICATION}
    refused = [why for one, why in reasons.items() if one not in SERVED and one not in tool_dispatch.SERVED and why]
    return f"refused: {refused[0]}" if refused else "served"


def tests(module: str, name: str) -> str:
    """Return the files of tests that call a method, by this name or another that it has."""
    cls = MODULES[module].found
    names = "|".join(other for other in dir(cls) if getattr(cls, other) is getattr(cls, name))
    call = re.compile(rf"\b{MODULES[module].called}(?:\(\))?\.(?:{names})\b")
    found = [
        (path.name, any(mark in text for mark in OVER_BOTH)) for path, text in SOURCES.items() if call.search(text)
    ]
    found.sort(key=lambda one: not one[1])
    return ", ".join(f"**{file}**" if both else file for file, both in found[:3]) or "none of its own"


if __name__ == "__main__":
    main()
