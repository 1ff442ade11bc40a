"""The engine, and the table of results."""

import os
import subprocess
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserType, Page, sync_playwright

from .engine import Engine, serving
from .page_checks import SHOP, Node, Start
from .report import Check, report, write

PAGE = Path(__file__).parents[1] / "docs" / "internals" / "compatibility.md"

os.environ |= {"AGENTBAY_LOG_LEVEL": "ERROR", "AGB_LOG_LEVEL": "ERROR"}  # else they log each call


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options: the engine's command, libraries for Node, and whether to write the page."""
    parser.addoption("--sessionbay", default="sessionbay", help="the command that serves the engine")
    parser.addoption("--node-modules", default="", help="the folder with the libraries for Node that drive browsers")
    parser.addoption("--write", action="store_true", help="put the table into docs/internals/compatibility.md")


def pytest_configure(config: pytest.Config) -> None:
    """Collect the results in the main process, not in a worker."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Table(config))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the checks of a desktop in one worker, as each would start a desktop of its own."""
    for item in items:
        if isinstance(item, pytest.Function) and "desktop" in item.fixturenames:
            flavour = item.callspec.params.get("flavour", "") if hasattr(item, "callspec") else ""
            item.add_marker(pytest.mark.xdist_group(f"{item.path.parent.name} {flavour}"))


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Yield the engine that all checks share."""
    with serving(request.config.getoption("--sessionbay"), tmp_path_factory.mktemp("home")) as found:
        yield found


@pytest.fixture(scope="session")
def chromium() -> Iterator[BrowserType]:
    """Give Playwright's way to a browser."""
    with sync_playwright() as playwright:
        yield playwright.chromium


@pytest.fixture(scope="session")
def node(request: pytest.FixtureRequest) -> Node:
    """Return what runs a program for Node with variables, and returns its output."""
    modules = request.config.getoption("--node-modules")
    if not modules:
        pytest.skip("npm is not there: apt-get install npm")

    def run(program: str, **variables: str) -> str:
        path = Path(__file__).parent / "node" / f"{program}.cjs"
        environment = {**os.environ, **variables, "NODE_PATH": modules}
        done = subprocess.run(["node", path], env=environment, capture_output=True, text=True, timeout=100, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture
def cdp_url(visitor: Any, do: Callable[[Any], Any]) -> str:
    """Return the link to the browser."""
    return str(do(visitor.browser.get_endpoint_url()))


@pytest.fixture
def start(
    make: Callable[..., Any], chromium: BrowserType, do: Callable[[Any], Any], options: Any, image: str
) -> Iterator[Start]:
    """Yield what starts a browser of its own, and returns its first page; ``options`` has the client's classes."""
    opened: list[Browser] = []

    def first_page(**given: Any) -> Page:
        for name, size in (("viewport", options.BrowserViewport), ("screen", options.BrowserScreen)):
            if name in given:
                given[name] = size(*given[name])
        session = make(image_id=image)
        assert do(session.browser.initialize(options.BrowserOption(**given))) is True
        opened.append(chromium.connect_over_cdp(do(session.browser.get_endpoint_url())))
        return opened[-1].contexts[0].pages[0]

    yield first_page
    for browser in opened:
        browser.close()


@pytest.fixture
def browser(chromium: BrowserType, cdp_url: str) -> Iterator[Browser]:
    """Yield Playwright's browser, connected by the link."""
    browser = chromium.connect_over_cdp(cdp_url)
    yield browser
    browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Yield a page of the first context."""
    page = browser.contexts[0].new_page()
    page.goto(SHOP)
    yield page
    page.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the check to a test's report, which may go to another process."""
    done = yield
    mark = item.get_closest_marker("defect")
    name = item.originalname if isinstance(item, pytest.Function) else item.name
    params = item.callspec.params if hasattr(item, "callspec") else {}
    done.user_properties += [
        ("cloud", item.path.parent.name),
        ("area", item.path.stem.removeprefix("test_")),
        ("name", name.removeprefix("test_").replace("_", " ")),
        ("defect", mark.args[0] if mark else ""),
        ("flavour", params.get("flavour", "sync")),
    ]
    return done


class Table:
    """Collects the results, prints them, and writes them if requested."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._checks: dict[tuple[str, str, str], Check] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Record the result of a test's call, or a failure of its fixtures."""
        properties = {name: str(value) for name, value in report.user_properties}
        if properties and (report.failed or (report.when == "call" and not report.skipped)):
            key = (properties["cloud"], properties["area"], properties["name"])
            self._checks.setdefault(key, Check(*key, properties["defect"])).add(properties["flavour"], report.passed)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the tables."""
        text = report([self._checks[key] for key in sorted(self._checks)])
        terminalreporter.write_line(f"\n{text}")
        if self._config.getoption("--write"):
            write(PAGE, text)
