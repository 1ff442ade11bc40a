"""The public API as its docstrings tell it: the classes that do things, their members, and the examples of all."""

import ast
import inspect
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from textwrap import dedent
from typing import Any

import sessionbay
from sessionbay import engine, testing

DOERS = (
    "clouds.AgentBay",
    "clouds.AGB",
    "session.Session",
    "browser.Browser",
    "command.Command",
    "computer.Computer",
    "screen.mouse.Mouse",
    "process.Process",
    "code.Code",
    "env.Env",
    "code_stream.CodeStream",
    "file_system.FileSystem",
    "files.watch.Watch",
    "pty.Pty",
    "pty_handle.PtyHandle",
    "git.Git",
    "oss.Oss",
    "browser_operator.BrowserOperator",
    "skills.Skills",
    "fingerprint.BrowserFingerprintGenerator",
    "extensions.ExtensionsService",
    "beta_network.BetaNetwork",
    "session_context.SessionContext",
    "context_service.ContextService",
    "map.Map",
    "pool.SessionPool",
    "faults.FaultTransport",
    "agent.computer_agent.ComputerAgent",
    "agent.browser_agent.BrowserAgent",
    "agent.mobile_agent.MobileAgent",
    "agent.task_execution.TaskExecution",
    "mobile.Mobile",
    "ui.UI",
    "mobile_simulate.MobileSimulateService",
)


def _doers(twin: str, prefix: str) -> tuple[type, ...]:
    places = (place.rsplit(".", 1) for place in DOERS)
    return tuple(getattr(import_module(f"sessionbay.{twin}.{module}"), f"{prefix}{name}") for module, name in places)


ASYNC = _doers("_async", "Async")
SYNC = _doers("_sync", "")
NAMES: dict[str, Any] = {
    name: getattr(module, name)
    for module in (sessionbay, engine, testing)
    for name in dir(module)
    if isinstance(getattr(module, name), type) and not name.startswith("_")
} | {"get_logger": sessionbay.get_logger}
TWINS = {name for name in NAMES if name.startswith("Async") or f"Async{name}" in NAMES}
VALUES = tuple(value for name, value in NAMES.items() if isinstance(value, type) and name not in TWINS)
EXAMPLE = re.compile(r"^Example:\n    ```python\n(.*?)^    ```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Member:
    """A public method or property, where it is defined."""

    name: str
    about: Any
    doc: str

    @property
    def is_method(self) -> bool:
        """Whether it is called."""
        return inspect.isfunction(self.about)

    @property
    def arguments(self) -> list[str]:
        """The names that it takes, but for those of ``**fields``."""
        taken = list(inspect.signature(self.about).parameters.values())[1:]
        return [one.name for one in taken if one.kind is not one.VAR_KEYWORD]

    def section(self, title: str) -> str:
        """Return the text of a section of the docstring, empty when there is none."""
        found = re.search(rf"^{title}:\n((?:    .*\n?|\n)+)", self.doc, re.MULTILINE)
        return found[1] if found else ""


def members(classes: Iterable[type]) -> Iterator[Member]:
    """Yield what classes offer, each once, under its first name."""
    seen: set[int] = set()
    for base in (base for one in classes for base in one.__mro__ if base.__module__.partition(".")[0] == "sessionbay"):
        for name, value in vars(base).items():
            about = value.fget if isinstance(value, property) else value
            about = about.func if isinstance(about, cached_property) else about
            about = about.__func__ if isinstance(about, classmethod) else about
            if name.startswith("_") or not inspect.isfunction(about) or about.__name__ != name or id(about) in seen:
                continue
            seen.add(id(about))
            method = value if inspect.isfunction(value) else None
            yield Member(f"{base.__name__}.{name}", method or value, inspect.getdoc(about) or "")


@dataclass(frozen=True)
class Example:
    """The code of a docstring's example."""

    name: str
    code: str

    def compiled(self) -> Any:
        """Return the code, which may await at its top level."""
        return compile(self.code, self.name, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)


def examples(classes: Iterable[type]) -> list[Example]:
    """Return the examples of classes and of their members; those of git begin with that of its class: a repository."""
    classes = tuple(classes)
    docs = [(one.__name__, inspect.getdoc(one) or "") for one in classes]
    docs += [(member.name, member.doc) for member in members(classes)]
    found = [Example(name, dedent(code)) for name, doc in docs for code in EXAMPLE.findall(doc + "\n")]
    repository = {one.name: one.code for one in found if one.name in ("AsyncGit", "Git")}
    return [
        Example(one.name, repository.get(one.name.partition(".")[0] * ("." in one.name), "") + one.code)
        for one in found
    ]
