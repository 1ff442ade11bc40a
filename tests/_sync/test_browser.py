# Generated from tests/_async/test_browser.py by scripts/generate_sync.py. Do not edit.
"""The browser: its start and end, its URL, Playwright, pictures, downloads."""

import json
import logging
import traceback
from pathlib import Path
from typing import Any

import pytest

from sessionbay import (
    AGB,
    AgentBay,
    BrowserError,
    BrowserNotifyMessage,
    BrowserOption,
    BrowserProxy,
    BrowserTimeoutError,
    BrowserUsageError,
    Session,
    SessionUsageError,
)
from sessionbay._sync import browser as browser_module

from ..fake_cloud import KEY, FakeCloud, no, yes
from .clock import FakeClock

URL = "wss://gw.example:8008/websocket_ai/hush-token?sign=hush-sign"
STARTED, LINK = yes({"Port": 9333}), yes({"Url": URL})


def tool_text(text: str, *, is_error: bool = False) -> Any:
    return yes({"content": [{"type": "text", "text": text}], "isError": is_error})


def on(cloud: FakeCloud, **options: Any) -> Session:
    return Session(AgentBay(KEY, transport=cloud, **options), "session-1")


def started(**answers: Any) -> tuple[Session, FakeCloud]:
    """Return a session whose browser runs, and its cloud."""
    cloud = FakeCloud(**{"InitBrowser": STARTED, "GetCdpLink": LINK, **answers})
    session = on(cloud, clock=FakeClock())
    assert session.browser.initialize()
    cloud.requests.clear()
    return session, cloud


def test_a_second_start_sends_nothing_until_the_browser_is_destroyed() -> None:
    session, cloud = started(CallMcpTool=tool_text("True"))
    browser = session.browser
    option = browser.get_option()
    assert (browser.is_initialized(), browser.endpoint_router_port, option) == (True, 9333, BrowserOption())
    again = browser.initialize(BrowserOption(use_stealth=True))
    assert (again.success, again.port, browser.get_option(), cloud.requests) == (True, 9333, option, [])
    assert (browser.destroy()).data is True
    assert (browser.is_initialized(), browser.endpoint_router_port, browser.get_option()) == (False, None, None)
    assert (browser.init(BrowserOption(use_stealth=True))).success
    assert json.loads(cloud.forms[-1]["BrowserOption"])["useStealth"] is True
    assert cloud.requests == ["CallMcpTool", "InitBrowser"]


def test_the_reason_of_a_failed_start_is_kept() -> None:
    cloud = FakeCloud(InitBrowser=[no("Browser.Busy", "no memory"), STARTED])
    session = on(cloud)
    failed = session.browser.initialize()
    assert (failed.success, failed.code, failed.error_message) == (False, "Browser.Busy", "[Browser.Busy] no memory")
    assert not session.browser.is_initialized()
    with pytest.raises(BrowserError, match="no memory"):
        _ = failed.port
    assert (session.browser.initialize()).success
    with pytest.raises(BrowserError, match="no memory"):
        on(FakeCloud(InitBrowser=no("Browser.Busy", "no memory")), strict=True).browser.initialize()


def test_an_answer_without_a_port_is_not_the_protocol() -> None:
    with pytest.raises(BrowserError, match="InitBrowser") as caught:
        on(FakeCloud(InitBrowser=yes({})), clock=FakeClock()).browser.initialize()
    assert caught.value.kind == "invalid_response"
    assert (on(FakeCloud(InitBrowser=yes({"Port": "9333"}))).browser.initialize()).port == 9333


def test_a_refused_stop_is_a_result_after_which_the_browser_can_be_started() -> None:
    session, cloud = started(CallMcpTool=tool_text("Chrome is not running", is_error=True))
    stopped = session.browser.destroy()
    assert (stopped.success, stopped.error_message) == (False, "Chrome is not running")
    session.browser.initialize()
    assert cloud.requests == ["CallMcpTool", "InitBrowser"]


def test_what_needs_a_browser_says_how_to_get_one() -> None:
    cloud = FakeCloud()
    browser = on(cloud).browser
    message = r"not initialized: call session\.browser\.initialize\(\) first"
    with pytest.raises(BrowserUsageError, match=message):
        browser.get_endpoint_url()
    with pytest.raises(BrowserUsageError, match=message):
        browser.destroy()
    with pytest.raises(BrowserUsageError, match=message):
        browser.screenshot(Page())
    with pytest.raises(BrowserUsageError, match="option must be of the class"):
        browser.initialize({"useStealth": True})  # type: ignore[arg-type]
    assert cloud.requests == []


def test_the_environment_and_the_session_add_to_the_option(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTBAY_BROWSER_BEHAVIOR_SIMULATE", "0")
    session = on(cloud := FakeCloud(InitBrowser=STARTED))
    session.connection.records_browser = True
    session.browser.initialize()
    sent = json.loads(cloud.forms[0]["BrowserOption"])
    assert (sent["behaviorSimulate"], sent["enableRecord"]) == (False, True)


def test_the_url_is_asked_for_each_time_and_a_refusal_raises() -> None:
    session, cloud = started(GetCdpLink=[LINK, LINK, no("Browser.Gone", "it is gone")])
    assert [session.browser.get_endpoint_url() for _ in range(2)] == [URL] * 2
    with pytest.raises(BrowserError, match="it is gone") as caught:
        session.browser.get_endpoint_url()
    assert (caught.value.code, cloud.requests) == ("Browser.Gone", ["GetCdpLink"] * 3)


def test_no_log_and_no_error_shows_a_secret(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    cloud = FakeCloud(
        InitBrowser=[no("Bad", 'no proxy {"password": "hush-1"} http://me:hush-2@p'), STARTED], GetCdpLink=LINK
    )
    session = on(cloud, clock=FakeClock())
    option = BrowserOption(proxies=[BrowserProxy("custom", "http://me:hush-2@p", "me", "hush-1")])
    failed = session.browser.initialize(option)
    assert "no proxy" in failed.error_message
    playwright = Playwright(PlaywrightError(f"refused by {URL} ({URL[15:]}), sign=hush-sign"))
    with pytest.raises(BrowserError, match="refused by") as caught:
        session.browser.connect(playwright)
    shown = [caplog.text, repr(failed), str(failed), repr(option), "".join(traceback.format_exception(caught.value))]
    assert [text for text in shown if "hush" in text] == []


class PlaywrightError(Exception):
    """An error of Playwright."""


class TimeoutError(PlaywrightError):  # Playwright's name
    """An error of Playwright, too."""


class Playwright:
    """Playwright, whose browsers connect after failures."""

    def __init__(self, *failures: Exception) -> None:
        self.chromium = self
        self.seen: list[Any] = []
        self._failures = list(failures)

    def connect_over_cdp(self, url: str, **options: Any) -> str:
        self.seen.append((url, options))
        if self._failures:
            raise self._failures.pop(0) if len(self._failures) > 1 else self._failures[0]
        return "the browser"


def test_playwright_is_connected_to_a_browser_that_is_started_if_needed() -> None:
    session = on(cloud := FakeCloud(InitBrowser=STARTED, GetCdpLink=LINK))
    playwright = Playwright()
    assert session.browser.connect(playwright, timeout=5) == "the browser"
    assert session.browser.connect(playwright) == "the browser"
    assert playwright.seen == [(URL, {"timeout": 5}), (URL, {})]
    assert cloud.requests == ["InitBrowser", "GetCdpLink", "GetCdpLink"]


def test_what_is_not_playwright_is_refused_before_a_browser_is_started() -> None:
    cloud = FakeCloud()
    for wrong in (None, object()):
        with pytest.raises(BrowserUsageError, match="playwright must be the object of 'with sync_playwright"):
            on(cloud).browser.connect(wrong)  # type: ignore[arg-type]
    assert cloud.requests == []


def test_the_other_playwright_is_a_mistake() -> None:
    session, _ = started()
    mistake = SessionUsageError("the function is of the other kind")  # as ``call_user_function`` raises it
    with pytest.raises(BrowserUsageError, match="the connection to the browser needs the objects of sync_playwright"):
        session.browser.connect(Playwright(mistake))


def test_a_browser_that_cannot_be_started_is_not_connected_to() -> None:
    playwright = Playwright()
    with pytest.raises(BrowserError, match="no memory"):
        on(FakeCloud(InitBrowser=no("Busy", "no memory"))).browser.connect(playwright)
    assert playwright.seen == []


def test_a_browser_that_has_just_been_started_is_given_time() -> None:
    session, _ = started()
    clock: Any = session.connection.api.clock
    playwright = Playwright(PlaywrightError("502"))
    with pytest.raises(BrowserError, match="the connection to the browser: 502"):
        session.browser.connect(playwright)
    assert sum(clock.slept) > browser_module.START_TIMEOUT - browser_module.START_BACKOFF[2]
    clock.now += browser_module.START_TIMEOUT
    attempts = len(playwright.seen)
    with pytest.raises(BrowserError):
        session.browser.connect(playwright)
    assert len(playwright.seen) == attempts + 1


def test_playwrights_timeout_is_ours() -> None:
    session, _ = started()
    with pytest.raises(BrowserTimeoutError, match="Timeout 5 ms exceeded"):
        session.browser.screenshot(Page(TimeoutError("Timeout 5 ms exceeded")))


class Page:
    """A page of Playwright."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.calls: list[Any] = []
        self._failure = failure

    def wait_for_load_state(self, *args: Any, **options: Any) -> None:
        self.calls.append(("wait", args, options))

    def evaluate(self, script: str, arg: Any) -> None:
        self.calls.append(("evaluate", arg))

    def screenshot(self, **options: Any) -> bytes:
        self.calls.append(("screenshot", options))
        if self._failure:
            raise self._failure
        return b"png"


def test_a_picture_is_playwrights_with_the_clouds_defaults() -> None:
    session, cloud = started()
    page = Page()
    assert session.browser.screenshot(page, True, type="jpeg", quality=80, timeout=2000) == b"png"
    options = {"animations": "disabled", "caret": "hide", "scale": "css", "timeout": 2000, "type": "jpeg"}
    assert page.calls == [
        ("wait", ("domcontentloaded",), {"timeout": 2000}),
        ("evaluate", [True, 2000]),
        ("screenshot", {**options, "full_page": True, "quality": 80}),
    ]
    session.browser.screenshot(page)
    assert page.calls[-2:] == [
        ("evaluate", [False, 5000]),
        ("screenshot", {**options, "timeout": 60000, "type": "png", "full_page": False}),
    ]
    assert (cloud.requests, session.connection.api.clock.slept) == ([], [])  # type: ignore[attr-defined]


def test_a_picture_that_fails_keeps_the_reason_and_what_is_no_page_is_refused() -> None:
    session, _ = started()
    with pytest.raises(BrowserError, match="the screenshot: page was closed") as caught:
        session.browser.screenshot(Page(PlaywrightError("page was closed")))
    assert isinstance(caught.value.__cause__, PlaywrightError)
    for nothing in (None, "page"):
        with pytest.raises(BrowserUsageError, match="page must be a page of Playwright, not"):
            session.browser.screenshot(nothing)  # type: ignore[arg-type]


class Download:
    """A download of Playwright."""

    suggested_filename = "report.pdf"

    def __init__(self, path: str, failure: str | None = None) -> None:
        self._path = path
        self._failure = failure

    def failure(self) -> str | None:
        return self._failure

    def path(self) -> Path:
        if self._failure:
            raise PlaywrightError(self._failure)
        return Path(self._path)


@pytest.mark.one_driver
def test_a_download_is_read_where_the_browser_runs(shared_bay: Session, tmp_path: Path) -> None:
    content = bytes(range(256)) * 300
    with shared_bay.file_system.open("downloads/1234", "wb") as file:
        file.write(content)
    download = Download("downloads/1234")
    assert (shared_bay.browser.download(download)).content == content
    saved = shared_bay.browser.download(download, tmp_path / "new" / "report.pdf")
    assert (saved.bytes_received, (tmp_path / "new" / "report.pdf").read_bytes()) == (len(content), content)
    with pytest.raises(BrowserError, match=r"'report\.pdf' cannot be read in session .*: it may be of another browser"):
        shared_bay.browser.download(Download("/tmp/playwright-artifacts-x/5678"))
    with pytest.raises(BrowserError, match=r"the download 'report\.pdf' failed: canceled"):
        shared_bay.browser.download(Download("downloads/1234", "canceled"))


def test_what_is_no_download_is_refused() -> None:
    session = on(cloud := FakeCloud())
    with pytest.raises(BrowserUsageError, match="download must be a download of Playwright, not 'x'"):
        session.browser.download("x")  # type: ignore[call-overload]
    assert cloud.requests == []


def test_agb_has_no_notifications() -> None:
    browser = Session(AGB(KEY, transport=FakeCloud()), "session-1").browser
    message = "AGB has no notifications of the browser: read the console"
    with pytest.raises(BrowserUsageError, match=message):
        browser.register_callback(print)
    with pytest.raises(BrowserUsageError, match=message):
        browser.send_notify_message(BrowserNotifyMessage("x"))
    with pytest.raises(BrowserUsageError, match=message):
        browser.send_takeover_done(1)
