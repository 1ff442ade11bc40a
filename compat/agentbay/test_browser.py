"""The browser, started by the official client and driven by Playwright, as the cloud's documents show it."""

import json
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import agentbay
import pytest
from agentbay import BrowserError, BrowserOption, BrowserProxy, CreateSessionParams
from playwright.sync_api import Browser, Page

from ..page_checks import *  # noqa: F403  # what a page does is checked for each cloud
from ..page_checks import GONE, SHOP, Run, Start
from .conftest import Do

pytestmark = pytest.mark.skipif(shutil.which("chromium") is None, reason="apt-get install chromium")
IMAGE = "browser_latest"


@pytest.fixture(scope="module")
def visitor(bay: Any, do: Do) -> Iterator[Any]:
    """Yield a session whose browser runs with the defaults."""
    session = do(bay.create(CreateSessionParams(image_id=IMAGE))).session
    assert do(session.browser.initialize(BrowserOption())) is True
    yield session
    do(session.delete())


@pytest.fixture
def run(do: Do) -> Run:
    """Return what runs a command, and returns its output."""
    return lambda session, command: str(do(session.command.execute_command(command)).stdout)


@pytest.fixture
def options() -> Any:
    """Return the module with the classes of options."""
    return agentbay


@pytest.fixture
def image() -> str:
    """Name the image that has a browser."""
    return IMAGE


def test_a_started_browser_says_so(visitor: Any) -> None:
    assert visitor.browser.is_initialized()
    assert visitor.browser.get_option() is not None


def test_a_second_start_keeps_the_browser(visitor: Any, do: Do) -> None:
    assert do(visitor.browser.initialize(BrowserOption())) is True


def test_the_client_takes_a_screenshot_of_a_page(visitor: Any, page: Page, do: Do, flavour: str) -> None:
    if flavour == "async":
        pytest.skip("the async client takes a page of the async Playwright")
    assert do(visitor.browser.screenshot(page)).startswith(b"\x89PNG")


def test_the_operator_opens_a_page(visitor: Any, browser: Browser, do: Do) -> None:
    do(visitor.browser.operator.navigate("data:text/html,<title>operated</title>"))
    assert "operated" in {page.title() for page in browser.contexts[0].pages}


def test_the_operator_reports_a_page_that_cannot_be_loaded(visitor: Any, do: Do) -> None:
    assert "net::ERR" in str(do(visitor.browser.operator.navigate("http://127.0.0.1:1/")))


def test_the_operator_takes_a_screenshot(visitor: Any, do: Do) -> None:
    do(visitor.browser.operator.navigate(SHOP))
    assert do(visitor.browser.operator.screenshot(full_page=False)).startswith("data:image/jpeg;base64,")


def test_the_operator_takes_a_whole_page_and_a_part(visitor: Any, do: Do) -> None:
    whole = do(visitor.browser.operator.screenshot(full_page=True, quality=100))
    part = do(visitor.browser.operator.screenshot(clip={"x": 0, "y": 0, "width": 50, "height": 20}, quality=100))
    assert whole.startswith("data:image/png;base64,")
    assert len(part) < len(whole)


def test_the_operator_closes_its_pages_and_the_browser_goes_on(visitor: Any, browser: Browser, do: Do) -> None:
    assert do(visitor.browser.operator.close()) is True
    assert browser.is_connected()


@pytest.mark.parametrize("words", ["act", "observe", "extract"])
def test_what_needs_a_model_is_refused(visitor: Any, do: Do, words: str) -> None:
    result = do(visitor.call_mcp_tool(f"page_use_{words}_async", {"action": "x", "instruction": "x"}))
    assert (result.success, "needs a model" in result.error_message) == (False, True)


def test_the_first_page_and_a_switch_of_the_option(start: Start) -> None:
    page = start(default_navigate_url="data:text/html,<title>first</title>", cmd_args=["--force-device-scale-factor=2"])
    assert page.title() == "first"
    assert page.evaluate("devicePixelRatio") == 2


def test_a_browser_is_stopped_and_started_again(make: Callable[..., Any], do: Do, run: Run) -> None:
    session = make(image_id=IMAGE)
    assert do(session.browser.initialize(BrowserOption())) is True
    do(session.browser.destroy())
    assert not session.browser.is_initialized()
    assert run(session, GONE).strip() == "0"
    assert do(session.browser.initialize(BrowserOption())) is True


def test_a_profile_comes_back_in_a_browser_that_was_closed(make: Callable[..., Any], chromium: Any, do: Do) -> None:
    session = make(image_id=IMAGE)
    for _ in range(2):
        assert do(session.browser.initialize(BrowserOption())) is True
        browser = chromium.connect_over_cdp(do(session.browser.get_endpoint_url()))
        kept = browser.contexts[0].cookies("http://localhost")
        browser.contexts[0].add_cookies([{"name": "a", "value": "b", "url": "http://localhost", "expires": 4e9}])
        browser.close()
        do(session.browser.destroy())
    assert [cookie["value"] for cookie in kept] == ["b"]


@pytest.mark.defect("It logs why a browser does not start, and returns False alone.")
@pytest.mark.parametrize(
    "option",
    [
        BrowserOption(cmd_args=["--remote-debugging-port=9"]),
        BrowserOption(proxies=[BrowserProxy("managed", strategy="sticky", user_id="me")]),
    ],
    ids=["a port", "a managed proxy"],
)
def test_an_option_that_is_refused(make: Callable[..., Any], do: Do, option: BrowserOption) -> None:
    assert do(make(image_id=IMAGE).browser.initialize(option)) is False


def test_there_is_no_link_before_the_start(make: Callable[..., Any], do: Do) -> None:
    with pytest.raises(BrowserError):
        do(make(image_id=IMAGE).browser.get_endpoint_url())


def test_the_desktop_types_into_a_page(make: Callable[..., Any], chromium: Any, do: Do) -> None:
    session = make(image_id="linux_latest")
    assert do(session.browser.initialize(BrowserOption())) is True
    browser = chromium.connect_over_cdp(do(session.browser.get_endpoint_url()))
    page = browser.contexts[0].pages[0]
    page.goto("data:text/html,<textarea autofocus style='width:99vw;height:95vh'></textarea>")
    assert do(session.computer.click_mouse(640, 500)).success
    assert do(session.computer.input_text("typed \u4f60\u597d")).success
    page.wait_for_function("document.querySelector('textarea').value == 'typed \u4f60\u597d'")
    browser.close()


def test_the_content_script_of_an_extension_runs(make: Callable[..., Any], chromium: Any, do: Do) -> None:
    session = make(image_id=IMAGE)
    script = {"matches": ["<all_urls>"], "js": ["mark.js"]}
    manifest = {"manifest_version": 3, "name": "Marks", "version": "1", "content_scripts": [script]}
    do(session.command.execute_command("mkdir -p /tmp/extensions/mark"))
    do(session.file_system.write_file("/tmp/extensions/mark/manifest.json", json.dumps(manifest)))
    do(session.file_system.write_file("/tmp/extensions/mark/mark.js", "document.title = 'marked'"))
    do(session.file_system.write_file("/tmp/page.html", "<p>page"))
    command = "cd /tmp && nohup python3 -um http.server 8000 >log 2>&1 & until grep -q Serving /tmp/log; do :; done"
    do(session.command.execute_command(command))
    assert do(session.browser.initialize(BrowserOption(extension_path="/tmp/extensions/"))) is True
    browser = chromium.connect_over_cdp(do(session.browser.get_endpoint_url()))
    page = browser.contexts[0].pages[0]
    page.goto("http://localhost:8000/page.html")
    page.wait_for_function("document.title == 'marked'")
    browser.close()


def test_a_connection_outlives_a_pause(make: Callable[..., Any], chromium: Any, do: Do) -> None:
    session = make(image_id=IMAGE)
    assert do(session.browser.initialize(BrowserOption())) is True
    browser = chromium.connect_over_cdp(do(session.browser.get_endpoint_url()))
    page = browser.contexts[0].pages[0]
    assert do(session.beta_pause()).success
    assert do(session.beta_resume()).success
    assert page.evaluate("1 + 1") == 2
    browser.close()


def test_a_browser_is_found_by_a_link_to_its_port(visitor: Any, chromium: Any, do: Do) -> None:
    browser = chromium.connect_over_cdp(do(visitor.get_link("wss", 9333)).data)
    assert browser.is_connected()
    browser.close()
