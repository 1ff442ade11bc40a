"""What the tools of the operator do in a browser without a model: pages opened, looked at, and acted on."""

import asyncio
import math
import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, cast

from ...operations.operator import ScreenshotArgs
from ..agent.connection import AgentConnection
from ..contexts.threads import run_in_threads
from .attached_page import AttachedPage
from .devtools import MAX_REASON, DevTools, DevToolsError, object_of
from .element import Element
from .snapshot import describe
from .step import METHODS, Step

ACT_TIMEOUT = 30.0  # seconds
LOAD_TIMEOUT = 30.0  # seconds for the load of a page, as in Playwright
PICTURE_TIMEOUT = 30.0
MAX_KEPT = 100
MAX_PICTURE = 12 * 2**20  # characters of base64
MAX_NAME = 4096  # characters of a title or a URL, as Chromium's list of pages has of titles
WHERE = f"({{title: String(document.title).slice(0, {MAX_NAME}), url: location.href.slice(0, {MAX_NAME})}})"
MAX_SIZE = 16_384  # CSS pixels of a picture in each direction: Chromium draws no more


class Operator:
    """Acts on the pages of a browser; by default on the page that it acted on last."""

    def __init__(self, agent: AgentConnection, port: int) -> None:
        self._agent = agent
        self._port = port
        self._last = ""
        self.kept: dict[str, str] = {}  # what actions have done, by the ids of their tasks

    def keep(self, result: str) -> str:
        """Keep the result of an action, in place of the oldest; return the id of its task."""
        while len(self.kept) >= MAX_KEPT:
            del self.kept[next(iter(self.kept))]
        task = secrets.token_hex(16)
        self.kept[task] = result
        return task

    async def navigate(self, url: str) -> str:
        """Open a URL, and return its title when it is loaded; raise DevToolsError if it cannot be."""
        async with self._attached("") as page:
            await page.call("Page.enable")
            opened = await page.call("Page.navigate", url=url)
            if problem := opened.get("errorText"):
                raise DevToolsError(str(problem)[:MAX_REASON])
            if opened.get("loaderId"):  # else it is another place of the same document
                await page.wait_loaded(LOAD_TIMEOUT)
            return str(await page.evaluate(f"String(document.title).slice(0, {MAX_NAME})"))[:MAX_NAME]

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

    async def tabs(self) -> list[dict[str, Any]]:
        """Return the pages: id, title, URL, and whether the operator acts on it."""
        devtools = await DevTools.open(self._agent, self._port)
        try:
            targets = await _targets(devtools)
        finally:
            await devtools.aclose()
        current = self._choose([str(target.get("targetId")) for target in targets], "")
        return [
            {
                "id": str(target.get("targetId")),
                "title": str(target.get("title", ""))[:MAX_NAME],
                "url": str(target.get("url", ""))[:MAX_NAME],
                "current": target.get("targetId") == current,
            }
            for target in targets
        ]

    async def snapshot(self, page_id: str) -> dict[str, Any]:
        """Return a page as text, and its elements that can be acted on."""
        async with self._attached(page_id) as page:
            found = await page.call("DOMSnapshot.captureSnapshot", computedStyles=[])
            where = object_of(await page.evaluate(WHERE))
        try:
            text, elements = await run_in_threads(partial(describe, found))
        except ValueError as exc:
            raise DevToolsError(str(exc)) from exc
        title, url = (str(where.get(name, ""))[:MAX_NAME] for name in ("title", "url"))
        return {"title": title, "url": url, "text": text, "elements": elements}

    async def act(self, step: Step) -> str:
        """Do something with an element; return what was done."""
        async with self._attached(step.page_id) as page, asyncio.timeout(ACT_TIMEOUT):
            element = await Element.find(page, step.selector)
            match step.method:
                case "click":
                    await element.click()
                case "doubleClick":
                    await element.click(2)
                case "fill" | "type":
                    await element.fill(step.argument("text", "value"))
                case "select" | "selectOption":
                    await element.select(step.argument("value", "option"))
                case "press":
                    await element.press(step.argument("key"))
                case "scroll" | "scrollIntoView":
                    await element.scroll()
                case _:
                    raise DevToolsError(f"there is no method {step.method!r}: use {', '.join(METHODS)}")
        return f"{step.method} {step.selector}"

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

    def _choose(self, pages: list[str], target: str) -> str:
        """Return the page to act on: the one given, the one that was used last, or the first; empty without pages."""
        return target or (self._last if self._last in pages else next(iter(pages), ""))

    async def _whole(self, page: AttachedPage) -> dict[str, float]:
        """Return the rectangle of a whole page."""
        size = object_of((await page.call("Page.getLayoutMetrics")).get("cssContentSize"))
        width, height = (min(math.ceil(size.get(name, 1)), MAX_SIZE) for name in ("width", "height"))
        return {"x": 0, "y": 0, "width": width, "height": height}

    @asynccontextmanager
    async def _attached(self, target: str) -> AsyncGenerator[AttachedPage]:
        """Attach to a page: one by its id, the one that was used last, or the first."""
        page = AttachedPage()
        devtools = await DevTools.open(self._agent, self._port, page.on_event)
        try:
            pages = await _pages(devtools)
            if target and target not in pages:
                raise DevToolsError(f"the browser has no page {target!r}")
            self._last = self._choose(pages, target)
            if not self._last:
                made = await devtools.call("Target.createTarget", url="about:blank")
                self._last = str(made.get("targetId"))
            attached = await devtools.call("Target.attachToTarget", targetId=self._last, flatten=True)
            page.attach(devtools, str(attached.get("sessionId")))
            yield page
        finally:
            await devtools.aclose()


async def _pages(devtools: DevTools) -> list[str]:
    """Return the ids of the pages."""
    return [str(target.get("targetId")) for target in await _targets(devtools)]


async def _targets(devtools: DevTools) -> list[dict[str, Any]]:
    """Return the descriptions of the pages."""
    listed: Any = (await devtools.call("Target.getTargets")).get("targetInfos")
    found = cast("list[object]", listed) if isinstance(listed, list) else []
    return [target for target in map(object_of, found) if target.get("type") == "page"]


def seconds_of(timeout: int | None) -> float:
    """Return a timeout in seconds: the clouds' clients give it in milliseconds, and some callers in seconds."""
    if timeout is None:
        return PICTURE_TIMEOUT
    return timeout / 1000 if timeout > 1000 else float(timeout)
