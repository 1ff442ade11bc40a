"""The users' Playwright pages, known by what is used of them: there is no dependency on Playwright."""

from contextlib import suppress
from typing import Any, Protocol

from .._concurrency._async import shielded

DETACH_TIMEOUT = 5.0  # seconds


class AsyncCdpSession(Protocol):
    """A session of the Chrome DevTools Protocol."""

    async def send(self, method: str, /) -> Any:
        """Send a command, and return its result."""
        ...

    async def detach(self) -> None:
        """Detach from the page."""
        ...


class AsyncPageContext(Protocol):
    """The context of a page: an isolated set of pages of one browser."""

    @property
    def browser(self) -> Any:
        """The browser, or None."""
        ...

    async def new_cdp_session(self, page: Any, /) -> AsyncCdpSession:
        """Return a session with a page."""
        ...


class AsyncPage(Protocol):
    """A page of a browser to which Playwright is connected over CDP."""

    @property
    def context(self) -> AsyncPageContext:
        """The context of the page."""
        ...


async def find_page(page: AsyncPage) -> tuple[str, int]:
    """Return the CDP target id of a page, and the index of its context in the browser."""
    context = page.context
    cdp = await context.new_cdp_session(page)
    try:
        target: str = (await cdp.send("Target.getTargetInfo"))["targetInfo"]["targetId"]
    finally:
        with suppress(Exception):  # the page may just have been closed
            await shielded(cdp.detach, DETACH_TIMEOUT)
    contexts: list[Any] = context.browser.contexts if context.browser else []
    return target, contexts.index(context) if context in contexts else 0
