# Generated from src/sessionbay/_async/browser_page.py by scripts/generate_sync.py. Do not edit.
"""The users' Playwright pages, known by what is used of them: there is no dependency on Playwright."""

from contextlib import suppress
from typing import Any, Protocol

from .._concurrency._sync import shielded

DETACH_TIMEOUT = 5.0  # seconds


class CdpSession(Protocol):
    """A session of the Chrome DevTools Protocol."""

    def send(self, method: str, /) -> Any:
        """Send a command, and return its result."""
        ...

    def detach(self) -> None:
        """Detach from the page."""
        ...


class PageContext(Protocol):
    """The context of a page: an isolated set of pages of one browser."""

    @property
    def browser(self) -> Any:
        """The browser, or None."""
        ...

    def new_cdp_session(self, page: Any, /) -> CdpSession:
        """Return a session with a page."""
        ...


class Page(Protocol):
    """A page of a browser to which Playwright is connected over CDP."""

    @property
    def context(self) -> PageContext:
        """The context of the page."""
        ...


def find_page(page: Page) -> tuple[str, int]:
    """Return the CDP target id of a page, and the index of its context in the browser."""
    context = page.context
    cdp = context.new_cdp_session(page)
    try:
        target: str = (cdp.send("Target.getTargetInfo"))["targetInfo"]["targetId"]
    finally:
        with suppress(Exception):  # the page may just have been closed
            shielded(cdp.detach, DETACH_TIMEOUT)
    contexts: list[Any] = context.browser.contexts if context.browser else []
    return target, contexts.index(context) if context in contexts else 0
