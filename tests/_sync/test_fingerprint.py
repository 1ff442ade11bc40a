# Generated from tests/_async/test_fingerprint.py by scripts/generate_sync.py. Do not edit.
"""The fingerprint of a browser on this machine, read by a fake of Playwright."""

import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from sessionbay import BrowserError, BrowserFingerprintGenerator, BrowserUsageError, FingerprintFormat

from ..models.test_fingerprint import whole

SENT = {
    "Accept-Encoding": "br",
    "User-Agent": "UA/1",
    "Sec-CH-UA": '"Chromium"',
    "Accept": "text/html",
    "X-Other": "no",
}


class Playwright:
    """Playwright with a browser that requests pages with these headers, and keeps what was called."""

    def __init__(self) -> None:
        self.values: Any = whole()["fingerprint"]
        self.failure: Exception | None = None
        self.options: dict[str, Any] = {}
        self.urls: list[str] = []
        self.closed = 0

    def __enter__(self) -> "Playwright":
        return self

    def __exit__(self, *exc: object) -> None:
        return None

    @property
    def chromium(self) -> "Playwright":
        return self

    def launch(self, **options: Any) -> "Playwright":
        self.options = options
        if self.failure:
            raise self.failure
        return self

    def new_context(self, no_viewport: bool) -> "Playwright":
        return self

    def new_page(self) -> "Playwright":
        return self

    def goto(self, url: str) -> None:
        self.urls.append(url)
        with urlopen(Request(url, headers=SENT)) as response:
            assert b"<title>" in response.read()
        with pytest.raises(HTTPError, match="404"):
            urlopen(f"{url}x")

    def evaluate(self, script: str) -> Any:
        assert "userAgentData" in script
        if isinstance(self.values, Exception):
            raise self.values
        return self.values

    def close(self) -> None:
        self.closed += 1

    close = close


@pytest.fixture
def playwright(monkeypatch: pytest.MonkeyPatch) -> Playwright:
    """Give a fake, in place of Playwright."""
    fake = Playwright()
    for starter in ("sync_playwright", "sync_playwright"):
        module = ModuleType(f"playwright.{starter.removesuffix('playwright')}api")
        setattr(module, starter, lambda: fake)
        monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(sys.modules, "playwright", ModuleType("playwright"))
    return fake


def test_a_fingerprint_has_the_values_of_the_page_and_the_headers_of_its_request(playwright: Playwright) -> None:
    generator = BrowserFingerprintGenerator(headless=True)
    fingerprint = generator.generate_fingerprint()
    assert fingerprint.fingerprint.screen.devicePixelRatio == 1.5
    assert fingerprint.headers == {
        "sec-ch-ua": '"Chromium"',
        "user-agent": "UA/1",
        "accept": "text/html",
        "accept-encoding": "br",
    }
    assert playwright.options == {"headless": True, "args": ["--start-maximized"], "channel": "chrome"}
    assert playwright.closed == 1


def test_the_browser_requests_nothing_but_the_loopback(playwright: Playwright) -> None:
    BrowserFingerprintGenerator(use_chrome_channel=False).generate_fingerprint()
    assert [url.startswith("http://127.0.0.1:") for url in playwright.urls] == [True]
    assert playwright.options == {"headless": False, "args": ["--start-maximized"]}


def test_a_fingerprint_is_written_to_a_file(playwright: Playwright, tmp_path: Path) -> None:
    path = tmp_path / "f.json"
    generator = BrowserFingerprintGenerator()
    written = generator.generate_fingerprint_to_file(str(path))
    assert written
    assert FingerprintFormat.load(path.read_text("utf-8")) == written
    assert list(json.loads(path.read_text("utf-8"))) == ["fingerprint", "headers"]


def test_a_file_that_exists_is_kept_if_the_fingerprint_fails(playwright: Playwright, tmp_path: Path) -> None:
    path = tmp_path / "f.json"
    path.write_text("old")
    playwright.failure = RuntimeError("no display")
    with pytest.raises(BrowserError, match="could not be read: no display"):
        BrowserFingerprintGenerator().generate_fingerprint_to_file(path)
    assert path.read_text() == "old"
    with pytest.raises(BrowserUsageError, match="output_filename"):
        BrowserFingerprintGenerator().generate_fingerprint_to_file("")


def test_the_browser_is_closed_if_the_values_cannot_be_read(playwright: Playwright) -> None:
    playwright.values = RuntimeError("the page crashed")
    with pytest.raises(BrowserError, match="the page crashed"):
        BrowserFingerprintGenerator().generate_fingerprint()
    assert playwright.closed == 1


def test_values_that_are_no_fingerprint_are_reported(playwright: Playwright) -> None:
    playwright.values = {}
    with pytest.raises(BrowserError, match="screen: Field required") as raised:
        BrowserFingerprintGenerator().generate_fingerprint()
    assert raised.value.kind == "invalid_response"


def test_without_playwright_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "playwright", None)
    monkeypatch.delitem(sys.modules, "playwright.async_api", raising=False)
    monkeypatch.delitem(sys.modules, "playwright.sync_api", raising=False)
    with pytest.raises(BrowserError, match="pip install playwright"):
        BrowserFingerprintGenerator().generate_fingerprint()
