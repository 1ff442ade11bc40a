"""The place of the browser in a session: at most one runs, and it can be stopped and started again."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from ..api_errors import ApiError
from ..port_forward.devtools_link import BrowserPath
from ..sandbox.sandbox import Sandbox
from .browser import Browser
from .settings import BrowserSettings

FindScreen = Callable[[], Awaitable[Mapping[str, str]]]  # which returns the variables of the session's desktop


class SessionBrowser:
    """Starts and stops the browser of one session."""

    def __init__(self, sandbox: Sandbox, find_screen: FindScreen) -> None:
        self._sandbox = sandbox
        self._find_screen = find_screen
        self._browser: Browser | None = None
        self._changing = asyncio.Lock()

    async def start(self, settings: BrowserSettings, profile: str) -> int:
        """Start a browser unless one runs; return the port of its debugging interface."""
        async with self._changing:
            if self._browser is None or not await self._browser.is_running():
                await self._close()
                self._browser = await Browser.start(self._sandbox, settings, profile, await self._find_screen())
            return self._browser.port

    async def stop(self) -> None:
        """Stop the browser; do nothing if there is none."""
        async with self._changing:
            await self._close()

    def running(self) -> Browser:
        """Return the browser that was started; raise ApiError if there is none."""
        if self._browser is None:
            raise ApiError("BrowserNotStarted", "The session has no browser: initialize it first.")
        return self._browser

    def path_on(self, port: int) -> BrowserPath | None:
        """Return what finds the path of the browser's own target, if the browser listens on ``port``."""
        return self._browser.path if self._browser and self._browser.port == port else None

    async def aclose(self) -> None:
        """Leave the browser, which ends with its session."""
        if self._browser:
            await self._browser.leave()

    async def _close(self) -> None:
        browser, self._browser = self._browser, None
        if browser:
            await browser.stop()
