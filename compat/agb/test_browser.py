"""The browser, started by the official client and driven by Playwright, as the cloud's documents show it."""

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from agb import CreateSessionParams
from agb.exceptions import BrowserError
from agb.modules import browser
from agb.modules.browser import BrowserOption, BrowserProxy
from playwright.sync_api import Browser

from ..page_checks import *  # noqa: F403  # what a page does is checked for each cloud
from ..page_checks import GONE, SHOP, Run
from .conftest import Do

pytestmark = pytest.mark.skipif(shutil.which("chromium") is None, reason="apt-get install chromium")
IMAGE = "agb-browser-use-1"


@pytest.fixture(scope="module")
def visitor(agb: Any) -> Iterator[Any]:
    """Yield a session whose browser runs with the defaults."""
    session = agb.create(CreateSessionParams(image_id=IMAGE)).session
    assert session.browser.initialize(BrowserOption()) is True
    yield session
    session.delete()


@pytest.fixture
def run() -> Run:
    """Return what runs a command, and returns its output."""
    return lambda session, command: str(session.command.execute(command, timeout_ms=60_000).stdout)


@pytest.fixture
def options() -> Any:
    """Return the module with the classes of options."""
    return browser


@pytest.fixture
def image() -> str:
    """Name the image that has a browser."""
    return IMAGE


def test_a_started_browser_says_so(visitor: Any) -> None:
    assert visitor.browser.is_initialized()
    assert visitor.browser.get_option() is not None


def test_a_browser_is_started_without_blocking(make: Callable[..., Any], do: Do) -> None:
    assert do(make(image_id=IMAGE).browser.initialize_async(BrowserOption())) is True


def test_the_agent_opens_a_page(visitor: Any, browser: Browser, do: Do) -> None:
    do(visitor.browser.agent.navigate_async("data:text/html,<title>operated</title>"))
    assert "operated" in {page.title() for page in browser.contexts[0].pages}


def test_the_agent_reports_a_page_that_cannot_be_loaded(visitor: Any, do: Do) -> None:
    assert "net::ERR" in str(do(visitor.browser.agent.navigate_async("http://127.0.0.1:1/")))


def test_the_agent_takes_a_screenshot(visitor: Any, do: Do) -> None:
    do(visitor.browser.agent.navigate_async(SHOP))
    assert do(visitor.browser.agent.screenshot_async(None, full_page=False)).startswith("data:image/jpeg;base64,")


def test_the_agent_closes_its_pages_and_the_browser_goes_on(visitor: Any, browser: Browser, do: Do) -> None:
    assert do(visitor.browser.agent.close_async()) is True
    assert browser.is_connected()


@pytest.mark.parametrize("words", ["act_async", "observe", "extract_async"])
def test_what_needs_a_model_is_refused(visitor: Any, words: str) -> None:
    result = visitor.call_mcp_tool(f"page_use_{words}", {"action": "x", "instruction": "x"})
    assert (result.success, "needs a model" in result.error_message) == (False, True)


@pytest.mark.defect("A browser that it has stopped counts as started: the next start does nothing.")
def test_a_browser_is_stopped_and_started_again(make: Callable[..., Any], run: Run) -> None:
    session = make(image_id=IMAGE)
    assert session.browser.initialize(BrowserOption()) is True
    session.browser.destroy()
    assert session.browser.initialize(BrowserOption()) is True
    assert run(session, GONE).strip() == "0"


@pytest.mark.defect("It logs why a browser does not start, and returns False alone.")
def test_an_option_that_is_refused(make: Callable[..., Any]) -> None:
    option = BrowserOption(proxies=[BrowserProxy("managed", strategy="sticky", user_id="me")])
    assert make(image_id=IMAGE).browser.initialize(option) is False


def test_there_is_no_link_before_the_start(make: Callable[..., Any]) -> None:
    with pytest.raises(BrowserError):
        make(image_id=IMAGE).browser.get_endpoint_url()
