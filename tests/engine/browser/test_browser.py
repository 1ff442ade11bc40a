"""The browser is started, reached, stopped and started again, on both clouds' wires."""

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from sessionbay import BrowserFingerprint, BrowserOption, BrowserViewport, Session
from sessionbay.engine import LocalEngine

from ...inside import web
from ..conftest import client_of
from ..processes import ENOUGH, eventually
from .page import Page

WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)


def test_a_browser_is_reached_by_the_bare_link_and_by_its_lists(browser_session: Session, open_page: Page) -> None:
    started = browser_session.browser.initialize().raise_for_error()
    assert started.port == 9333
    url = browser_session.browser.get_endpoint_url()
    open_page.connect(url)
    open_page.navigate("data:text/html;charset=utf-8,<title>漢字</title>")
    assert open_page.evaluate("document.title") == "漢字"
    page = url.replace("ws://", "http://").replace("/websocket_ai/", "/request_ai/") + "/path"
    version = httpx.get(f"{page}/json/version", trust_env=False, timeout=ENOUGH).json()
    assert version["webSocketDebuggerUrl"].startswith(f"{url}/devtools/browser/")
    listed = httpx.get(f"{page}/json/list", trust_env=False, timeout=ENOUGH).json()
    assert all(target["webSocketDebuggerUrl"].startswith(f"{url}/devtools/page/") for target in listed)
    with connect(version["webSocketDebuggerUrl"], proxy=None):
        pass


def test_a_browser_is_reached_by_nobody_without_the_token(browser_session: Session) -> None:
    browser_session.browser.initialize().raise_for_error()
    host, token = browser_session.browser.get_endpoint_url().split("/websocket_ai/")
    for path in ("/", "/websocket_ai/x", f"/{token}", "/devtools/browser/x"):
        with pytest.raises(InvalidStatus, match="401"), connect(host + path, proxy=None):
            pass


def test_a_browser_that_runs_is_kept_and_a_stopped_one_started_again(browser_session: Session, open_page: Page) -> None:
    browser = browser_session.browser
    browser.initialize().raise_for_error()
    before = browser_session.command.run("pgrep -o chromium").output
    browser.destroy().raise_for_error()
    assert eventually(lambda: browser_session.command.run("pgrep chromium").exit_code == 1)
    browser.initialize().raise_for_error()
    assert browser_session.command.run("pgrep -o chromium").output not in ("", before)
    open_page.connect(browser_session.browser.get_endpoint_url())
    assert open_page.evaluate("1 + 1") == 2


def test_a_browser_that_was_killed_is_started_anew(browser_session: Session) -> None:
    browser_session.browser.initialize().raise_for_error()
    browser_session.command.run("pkill -9 chromium")
    assert eventually(lambda: browser_session.command.run("pgrep chromium").exit_code == 1)
    browser_session.browser.destroy()
    browser_session.browser.initialize().raise_for_error()
    assert browser_session.command.run("pgrep chromium").exit_code == 0


def test_a_page_sees_what_the_option_says(fresh: Session, open_page: Page) -> None:
    fingerprint = BrowserFingerprint(locales=["de-DE", "en"])
    viewport = BrowserViewport(1000, 700)
    option = BrowserOption(use_stealth=True, user_agent=WINDOWS, viewport=viewport, fingerprint=fingerprint)
    fresh.command.run(web(8000)).raise_for_error()
    fresh.browser.initialize(option).raise_for_error()
    open_page.connect(fresh.browser.get_endpoint_url())
    open_page.navigate("http://localhost:8000/")
    assert open_page.evaluate("[innerWidth, innerHeight, navigator.webdriver]") == [1000, 700, False]
    assert open_page.evaluate("[navigator.userAgent, navigator.platform]") == [WINDOWS, "Win32"]
    assert open_page.evaluate("navigator.languages") == ["de-DE", "en"]
    hints = open_page.evaluate("navigator.userAgentData.toJSON()")
    assert hints["platform"] == "Windows"
    assert {brand["version"] for brand in hints["brands"]} == {"140"}


def test_an_option_that_cannot_be_served_is_refused_by_name(fresh: Session) -> None:
    refused = fresh.browser.initialize(BrowserOption(cmd_args=["--remote-debugging-port=1"]))
    assert refused.code == "InvalidBrowserOption"
    assert "cmd_args must not have --remote-debugging-port" in refused.error_message


def test_a_browser_is_refused_where_other_users_could_drive_it(process_engine: LocalEngine) -> None:
    with client_of(process_engine) as bay, bay.session() as session:
        refused = session.browser.initialize()
        assert (refused.code, "any user of this machine" in refused.error_message) == ("IsolationTooWeak", True)
