"""What the tools of the operator do in a browser without a model: pages opened and photographed."""

import asyncio
import math
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, cast

from ...operations.operator import ScreenshotArgs
from ..agent.connection import AgentConnection
from .devtools import DevTools, DevToolsError, object_of

LOAD_TIMEOUT = 30.0  # seconds for the load of a page, as in Playwright
PICTURE_TIMEOUT = 30.0
MAX_PICTURE = 12 * 2**20  # characters of base64
MAX_SIZE = 16_384  # CSS pixels of a picture in each direction: Chromium draws no more


class Operator:
    """Acts on the pages of a browser; by default on the page that it acted on last."""

    def __init__(self, agent: AgentConnection, port: int) -> None:
        self._agent = agent
        self._port = port
        self._last = ""

    async def navigate(self, url: str) -> str:
        """Open a URL, and return its title when it is loaded; raise DevToolsError if it cannot be."""
        async with self._attached("") as page:
            await page.call("Page.enable")
            opened = await page.call("Page.navigate", url=url)
            if problem := opened.get("errorText"):
                raise DevToolsError(str(problem))
            if opened.get("loaderId"):  # else it is another place of the same document
                await page.loaded(LOAD_TIMEOUT)
            return str(await page.evaluate("document.title"))

    async def screenshot(self, args: ScreenshotArgs) -> tuple[str, str]:
        """Return a picture of a page in base64, and its format: JPEG, or PNG if the quality is 100."""
        async with self._attached(args.page_id or "") as page, asyncio.timeout(seconds_of(args.timeout)):
            kind = "png" if args.quality == 100 else "jpeg"
            options: dict[str, Any] = {"format": kind}
            if kind == "jpeg":
                options["quality"] = args.quality
            if clip := args.clip or (await self._whole(page) if args.full_page else None):
                options |= {"clip": {**clip, "scale": 1}, "captureBeyondViewport": True}
            data = str((await page.call("Page.captureScreenshot", **options)).get("data", ""))
            if len(data) > MAX_PICTURE:
                raise DevToolsError("the picture is too large: give a clip, or a lower quality")
            return data, kind

    async def close(self) -> None:
        """Close all pages but an empty one, so that the browser goes on."""
        devtools = await DevTools.open(self._agent, self._port)
        try:
            pages = await _pages(devtools)
            await devtools.call("Target.createTarget", url="about:blank")
            for page in pages:
                await devtools.call("Target.closeTarget", targetId=page)
        finally:
            await devtools.aclose()
        self._last = ""

    async def _whole(self, page: "_Page") -> dict[str, float]:
        """Return the rectangle of a whole page."""
        size = object_of((await page.call("Page.getLayoutMetrics")).get("cssContentSize"))
        width, height = (min(math.ceil(size.get(name, 1)), MAX_SIZE) for name in ("width", "height"))
        return {"x": 0, "y": 0, "width": width, "height": height}

    @asynccontextmanager
    async def _attached(self, target: str) -> AsyncGenerator["_Page"]:
        """Attach to a page: one by its id, the one that was used last, or the first."""
        page = _Page()
        devtools = await DevTools.open(self._agent, self._port, page.on_event)
        try:
            pages = await _pages(devtools)
            if target and target not in pages:
                raise DevToolsError(f"the browser has no page {target!r}")
            self._last = target or (self._last if self._last in pages else next(iter(pages), ""))
            if not self._last:
                made = await devtools.call("Target.createTarget", url="about:blank")
                self._last = str(made.get("targetId"))
            attached = await devtools.call("Target.attachToTarget", targetId=self._last, flatten=True)
            page.attach(devtools, str(attached.get("sessionId")))
            yield page
        finally:
            await devtools.aclose()


class _Page:
    """A page that is attached to."""

    def __init__(self) -> None:
        self._devtools: DevTools | None = None
        self._session = ""
        self._loaded = asyncio.Event()

    def attach(self, devtools: DevTools, session: str) -> None:
        """Use a connection."""
        self._devtools, self._session = devtools, session

    def on_event(self, method: str, params: dict[str, Any], session: str) -> None:
        """Note the end of a load."""
        if method == "Page.loadEventFired":
            self._loaded.set()

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command to the page; return its result."""
        assert self._devtools is not None  # noqa: S101  # set by attach()
        return await self._devtools.call(method, self._session, **params)

    async def loaded(self, timeout: float) -> None:
        """Wait until the page is loaded."""
        try:
            async with asyncio.timeout(timeout):
                await self._loaded.wait()
        except TimeoutError as exc:
            raise DevToolsError(f"the page was not loaded within {timeout:g} s") from exc

    async def evaluate(self, expression: str) -> Any:
        """Return the value of an expression in the page."""
        done = await self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        return object_of(done.get("result")).get("value")


async def _pages(devtools: DevTools) -> list[str]:
    """Return the ids of the pages."""
    listed: Any = (await devtools.call("Target.getTargets")).get("targetInfos")
    found = cast("list[object]", listed) if isinstance(listed, list) else []
    targets = map(object_of, found)
    return [str(target.get("targetId")) for target in targets if target.get("type") == "page"]


def seconds_of(timeout: int | None) -> float:
    """Return a timeout in seconds: the clouds' clients give it in milliseconds, and some callers in seconds."""
    if timeout is None:
        return PICTURE_TIMEOUT
    return timeout / 1000 if timeout > 1000 else float(timeout)
