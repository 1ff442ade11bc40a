"""What is set in each page of a browser before its scripts run: the user agent, sizes, the login to a proxy."""

import asyncio
import json
import re
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from ..agent.connection import AgentConnection
from ..api_errors import ApiError
from .devtools import DevTools, DevToolsError, object_of
from .settings import BrowserSettings

START_TIMEOUT = 30.0  # seconds, for the pages that are open at the start
MAX_TASKS = 500  # at once, more than pages and requests of a browser
ATTACH = {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": True}
SET_PLATFORM = "Object.defineProperty(Navigator.prototype, 'platform', {get: () => %s, configurable: true});"
PLATFORMS = (("Windows", "Win32"), ("Macintosh", "MacIntel"), ("Android", "Linux armv8l"), ("iPhone", "iPhone"))


class PageSetup:
    """Attaches to each page of a browser when it opens, and sets what the settings say."""

    def __init__(self, settings: BrowserSettings) -> None:
        self._settings = settings
        self._tasks: set[asyncio.Task[None]] = set()
        self._devtools: DevTools | None = None
        self._agent: dict[str, Any] = {}

    async def start(self, agent: AgentConnection, port: int) -> None:
        """Set up the pages that are open, and from now on each new one; raise ApiError if it cannot be done."""
        try:
            async with asyncio.timeout(START_TIMEOUT):
                await self._begin(agent, port)
        except (TimeoutError, DevToolsError) as exc:
            reason = str(exc) or f"it set up no page within {START_TIMEOUT:g} s"
            raise ApiError("BrowserNotStarted", f"The browser did not start: {reason}.") from exc

    async def _begin(self, agent: AgentConnection, port: int) -> None:
        self._devtools = await DevTools.open(agent, port, self._on_event, patient=True)  # through a pause
        version = await self._devtools.call("Browser.getVersion")
        self._agent = user_agent_of(self._settings, str(version.get("userAgent", "")))
        await self._devtools.call("Target.setAutoAttach", **ATTACH)
        await asyncio.gather(*self._tasks)

    async def aclose(self) -> None:
        """Leave the browser."""
        for task in self._tasks:
            task.cancel()
        if self._devtools:
            await self._devtools.aclose()

    def _on_event(self, method: str, params: dict[str, Any], session: str) -> None:
        if method == "Target.attachedToTarget":
            kind = object_of(params.get("targetInfo")).get("type")
            self._start(self._set_up(str(params.get("sessionId")), str(kind)))
        elif method == "Fetch.authRequired":
            self._start(self._log_in(session, params))
        elif method == "Fetch.requestPaused":
            self._start(self._call("Fetch.continueRequest", session, requestId=params.get("requestId")))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        if len(self._tasks) >= MAX_TASKS:  # the session has something else than a browser on the port
            work.close()
            return
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _set_up(self, session: str, kind: str) -> None:
        """Set up one target, then let it run."""
        try:
            await self._call("Target.setAutoAttach", session, **ATTACH)
            await self._call("Emulation.setUserAgentOverride", session, **self._agent)
            if kind == "page":
                await self._set_up_page(session)
        finally:
            await self._call("Runtime.runIfWaitingForDebugger", session)

    async def _set_up_page(self, session: str) -> None:
        # The override's platform is lost when a client that came later navigates (findings/chromium-platform-*.sh).
        script = SET_PLATFORM % json.dumps(self._agent["platform"])
        await self._call("Page.enable", session)
        await self._call("Page.addScriptToEvaluateOnNewDocument", session, source=script, runImmediately=True)
        viewport, screen = self._settings.viewport, self._settings.screen
        if size := viewport or screen:
            seen = screen or size
            await self._call(
                "Emulation.setDeviceMetricsOverride",
                session,
                width=size.width,
                height=size.height,
                deviceScaleFactor=0,
                mobile=False,
                screenWidth=seen.width,
                screenHeight=seen.height,
            )
        if self._settings.proxy and self._settings.proxy.username:
            await self._call("Fetch.enable", session, handleAuthRequests=True)

    async def _log_in(self, session: str, params: dict[str, Any]) -> None:
        """Answer the proxy's question for a login, and leave a page's own to the page."""
        proxy = self._settings.proxy
        answer: dict[str, str] = {"response": "Default"}
        if proxy and object_of(params.get("authChallenge")).get("source") == "Proxy":
            answer = {"response": "ProvideCredentials", "username": proxy.username, "password": proxy.password}
        await self._call(
            "Fetch.continueWithAuth", session, requestId=params.get("requestId"), authChallengeResponse=answer
        )

    async def _call(self, method: str, session: str, **params: Any) -> None:
        assert self._devtools is not None  # noqa: S101  # set by start()
        with suppress(DevToolsError):  # the page has been closed meanwhile, or is of a kind that has no such setting
            await self._devtools.call(method, session, **params)


def is_needed(settings: BrowserSettings) -> bool:
    """Return whether any page has to be set up."""
    login = settings.proxy and settings.proxy.username
    locales = settings.fingerprint and settings.fingerprint.locales
    needs = (settings.viewport, settings.screen, settings.user_agent, settings.use_stealth, login, locales)
    return any(map(bool, needs))


def user_agent_of(settings: BrowserSettings, own: str) -> dict[str, Any]:
    """Return the parameters of the user agent and of the client hints that agree with it."""
    agent = settings.user_agent or own.replace("HeadlessChrome", "Chrome")
    found: dict[str, Any] = {"userAgent": agent}
    if settings.fingerprint and settings.fingerprint.locales:
        found["acceptLanguage"] = ",".join(settings.fingerprint.locales)
    system = next((pair for pair in PLATFORMS if pair[0] in agent), ("Linux", "Linux x86_64"))
    found["platform"] = system[1]
    version = re.search(r"Chrome/(\d+)([\d.]*)", agent)
    if version:
        brands = [{"brand": name, "version": version[1]} for name in ("Chromium", "Google Chrome")]
        found["userAgentMetadata"] = {
            "brands": brands,
            "fullVersionList": [{**brand, "version": version[1] + version[2]} for brand in brands],
            "platform": {"Macintosh": "macOS", "iPhone": "iOS"}.get(system[0], system[0]),
            "platformVersion": "",
            "architecture": "x86",
            "model": "",
            "mobile": "Mobile" in agent,
        }
    return found
