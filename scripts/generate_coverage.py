"""Write docs/internals/coverage.md: what of the clouds' interfaces the engine serves, and why it refuses the rest.

``--check`` only says whether it is up to date. What the clouds offer stands in data/clouds.json, names alone; the rest
is asked of the code.
"""

import inspect
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any
from unittest.mock import MagicMock

from page import ROOT, renew

from sessionbay.engine import tool_dispatch, unsupported
from sessionbay.engine.actions import Actions
from sessionbay.operations.registry import OPERATIONS

PAGE = ROOT / "docs" / "internals" / "coverage.md"
CLOUDS = json.loads((ROOT / "scripts" / "data" / "clouds.json").read_text("utf-8"))
HEADER = "<!-- Written by scripts/generate_coverage.py from the code. Do not edit. -->"
INTRODUCTION = """# What the local engine serves

Every operation and every tool of the two clouds, with the file of `src/sessionbay/engine` that serves it, or the
reason why it is refused. The engine refuses an operation with the code `ActionNotSupportedLocally` and the
operation's name, and a tool with an error that names the tool. It requires no protocol version and ignores unknown
fields."""


def main() -> None:
    """Write the page, or say that it differs."""
    renew(PAGE, __doc__, lambda _: "\n\n".join((HEADER, INTRODUCTION, *sections())) + "\n")


def sections() -> Iterator[str]:
    """Yield the tables."""
    actions = served_actions()
    bay, agb = CLOUDS["AgentBay"], CLOUDS["AGB"]
    yield from table("AgentBay's actions", bay["actions"], actions, unsupported.ACTIONS)
    routes = {path: place for action, place in actions.items() for path in paths_of(action)}
    yield from table("AGB's paths", agb["routes"], routes, unsupported.ROUTES)
    tools = {name: place_of(serve) for name, serve in tool_dispatch.SERVED.items()}
    yield from table("AgentBay's tools", bay["tools"], tools, unsupported.TOOLS)
    yield from table("AGB's tools", agb["tools"], tools, unsupported.TOOLS)


def table(title: str, names: Iterable[str], served: dict[str, str], refused: dict[str, str]) -> Iterator[str]:
    """Yield one table; stop where a name is neither served nor refused with a reason, or both."""
    names = sorted(names)
    told = {name: f"served, `{served[name]}`" for name in names if name in served}
    unclear = [name for name in names if (name in served) == (name in refused)]
    if unclear:
        sys.exit(f"{title}: either serve these or give a reason in engine/unsupported.py: {', '.join(unclear)}")
    yield f"## {title}\n\n{len(told)} of {len(names)} are served."
    rows = [f"| `{name}` | {told.get(name) or 'refused: ' + refused[name]} |" for name in names]
    yield "\n".join(["| Name | What the engine does |", "| --- | --- |", *rows])


def served_actions() -> dict[str, str]:
    """Return the actions that are served, and where."""
    actions = Actions(*(MagicMock() for _ in inspect.signature(Actions).parameters))
    return {name: place_of(action) for name, action in actions.served.items()}


def paths_of(action: str) -> list[str]:
    """Return the path by which AGB knows an action, if it does."""
    op = OPERATIONS.by_action[action]
    return [op.agb.path] if op.agb else []


def place_of(serve: Callable[..., Any]) -> str:
    """Return the file that does the work; a wrapper of the toolbox is seen through."""
    serve = serve.func if isinstance(serve, partial) else serve
    module = serve.__module__
    if module == tool_dispatch.__name__:
        found = inspect.getclosurevars(serve)
        inner = (*found.nonlocals.values(), *found.globals.values())
        module = next(one.__module__ for one in inner if inspect.iscoroutinefunction(one))
    return module.removeprefix("sessionbay.engine.").replace(".", "/") + ".py"


if __name__ == "__main__":
    main()
