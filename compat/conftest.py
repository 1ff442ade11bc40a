"""The engine, and the table of what came of the checks."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from .engine import Engine, serving
from .report import Check, report, write

PAGE = Path(__file__).parents[1] / "docs" / "compatibility.md"
CHECKS: pytest.StashKey[dict[str, Check]] = pytest.StashKey()

# Before the official clients are imported: they write a log into the working folder, and tell of each call.
FOLDER = tempfile.TemporaryDirectory(prefix="compat-")
os.chdir(FOLDER.name)
os.environ |= {"AGENTBAY_LOG_LEVEL": "ERROR", "AGB_LOG_LEVEL": "ERROR"}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Say where the engine's command is, and whether to write the page."""
    parser.addoption("--sessionbay", default="sessionbay", help="the command that serves the engine")
    parser.addoption("--write", action="store_true", help="put the table into docs/compatibility.md")


def pytest_configure(config: pytest.Config) -> None:
    """Start with no results."""
    config.stash[CHECKS] = {}


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Give the engine that all checks share."""
    with serving(request.config.getoption("--sessionbay"), tmp_path_factory.mktemp("home")) as found:
        yield found


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Iterator[None]:  # what is yielded comes from pytest
    """Note what came of a check."""
    done: pytest.TestReport = yield  # type: ignore[assignment]
    if done.when == "call" or done.failed:
        check = _check(item)
        check.add(_flavour(item), done.passed)
    return done  # type: ignore[return-value]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the table, and write it where that is asked for."""
    text = report(list(config.stash[CHECKS].values()))
    terminalreporter.write_line(f"\n{text}")
    if config.getoption("--write"):
        write(PAGE, text)


def _check(item: pytest.Item) -> Check:
    """Return the check that a test belongs to: all its parameters are one."""
    cloud = item.path.parent.name
    name = item.originalname if isinstance(item, pytest.Function) else item.name
    mark = item.get_closest_marker("defect")
    new = Check(
        cloud,
        item.path.stem.removeprefix("test_"),
        name.removeprefix("test_").replace("_", " "),
        mark.args[0] if mark else "",
    )
    return item.config.stash[CHECKS].setdefault(f"{cloud}:{item.path.stem}:{name}", new)


def _flavour(item: pytest.Item) -> str:
    params = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    return str(params.get("flavour", "sync"))
