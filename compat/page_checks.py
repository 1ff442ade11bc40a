"""What Playwright does with a page of a session's browser; the tests of each cloud import these."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)
SHOP = (
    "data:text/html;charset=utf-8,<title>Shop</title><input id=name>"
    "<button onclick=\"document.title='clicked'\">Go</button>"
)


GONE = "timeout 60 sh -c 'while pgrep chromium >/dev/null; do sleep 0.05; done'; pgrep -c chromium"
Run = Callable[[Any, str], str]
Node = Callable[..., str]
Start = Callable[..., Page]


def test_playwright_connects_and_has_a_context(browser: Browser) -> None:
    assert browser.is_connected()
    assert len(browser.contexts) == 1


def test_playwright_opens_a_page(page: Page) -> None:
    assert page.title() == "Shop"


def test_playwright_types_unicode(page: Page) -> None:
    page.fill("#name", "漢字 Привет 👩‍👩‍👧")
    assert page.input_value("#name") == "漢字 Привет 👩‍👩‍👧"


def test_playwright_clicks(page: Page) -> None:
    page.click("button")
    assert page.title() == "clicked"


def test_playwright_takes_a_screenshot(page: Page) -> None:
    assert page.screenshot().startswith(b"\x89PNG")


def test_playwright_describes_a_page(page: Page) -> None:
    assert "Go" in page.locator("body").aria_snapshot()


def test_playwright_opens_two_pages(browser: Browser, page: Page) -> None:
    with_another = browser.contexts[0].new_page()
    assert len(browser.contexts[0].pages) >= 2
    with_another.close()


def test_a_page_reaches_a_server_of_the_session(visitor: Any, page: Page, run: Run) -> None:
    command = "mkdir -p www && cd www && echo '<title>inside</title>' >index.html && "
    command += "nohup python3 -um http.server 0 >port 2>&1 & until grep -oE 'port [0-9]+' www/port; do sleep 0.1; done"
    port = run(visitor, command).split()[-1]
    page.goto(f"http://localhost:{port}/")
    assert page.title() == "inside"


def test_a_download_lies_in_the_session(visitor: Any, page: Page, run: Run) -> None:
    page.set_content("<a download=report.txt href='data:text/plain,report'>Report</a>")
    with page.expect_download() as waiting:
        page.click("a")
    assert run(visitor, f"cat '{waiting.value.path()}'") == "report"


@pytest.mark.parametrize("library", ["puppeteer", "playwright"])
def test_a_library_for_node_drives_the_browser(node: Node, cdp_url: str, browser: Browser, library: str) -> None:
    assert node(library, CDP_URL=cdp_url, PAGE_URL=SHOP) == "漢字 Привет clicked\ntrue\n"
    assert browser.is_connected()


def test_pages_have_the_size_of_the_option(start: Start) -> None:
    page = start(viewport=(1000, 700), screen=(1600, 900))
    assert page.evaluate("[innerWidth, innerHeight, screen.width, screen.height]") == [1000, 700, 1600, 900]


def test_pages_see_the_user_agent_and_no_automation(start: Start) -> None:
    page = start(use_stealth=True, user_agent=WINDOWS)
    page.goto(SHOP)
    assert page.evaluate("[navigator.userAgent, navigator.platform, navigator.webdriver]") == [WINDOWS, "Win32", False]
