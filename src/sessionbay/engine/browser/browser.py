"""The browser of one session: its process, its port, its end."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from ..agent.connection import AgentConnection, AgentFailure, AgentGone
from ..api_errors import ApiError
from ..sandbox.sandbox import Sandbox
from .command_line import LOG, command_line, find_browser
from .devtools import DevTools, DevToolsError, browser_path
from .operator import Operator
from .page_setup import PageSetup, is_needed
from .settings import BrowserSettings

FIRST_PORT, PORTS = 9333, 10  # of a session; the first is the one that the clouds use
START_TIMEOUT = 30.0  # seconds: Chromium took ten on a busy machine
POLL_INTERVAL = 0.05
STOP_TIMEOUT = 5.0
MAX_OUTPUT = 2**12


class Browser:
    """A browser that runs, or has ended by itself."""

    def __init__(self, agent: AgentConnection, pid: int, port: int, settings: BrowserSettings) -> None:
        self.port = port
        self._agent = agent
        self._pid = pid
        self.operator = Operator(agent, port)
        self._setup = PageSetup(settings) if is_needed(settings) else None

    @classmethod
    async def start(
        cls, sandbox: Sandbox, settings: BrowserSettings, profile: str, screen: Mapping[str, str]
    ) -> "Browser":
        """Start a browser, and wait until it accepts connections; raise ApiError if it cannot.

        ``screen`` has the variables of the desktop on which it shows; without any it has no window.
        """
        check_isolation(sandbox)
        program = find_browser(settings.browser_type)
        agent = sandbox.agent
        port = await _free_port(agent)
        script = command_line(program, settings, profile, port, headless=not screen)
        pid = await agent.request(
            "start_process",
            open_stdin=False,
            key="",
            command=script,
            max_output=MAX_OUTPUT,
            keep="tail",
            cwd=None,
            envs=dict(screen),
        )
        browser = cls(agent, pid, port, settings)
        try:
            await browser._wait_ready()
            if browser._setup:
                await browser._setup.start(agent, port)
        except BaseException:
            await browser.stop()
            raise
        return browser

    async def is_running(self) -> bool:
        """Return whether the process runs."""
        return await self._exit_code(0) is None

    async def stop(self) -> None:
        """Let the browser write its profile and end, and kill what is left of it."""
        await self.leave()
        with suppress(TimeoutError, DevToolsError, AgentFailure, AgentGone):
            async with asyncio.timeout(STOP_TIMEOUT):
                devtools = await DevTools.open(self._agent, self.port)
                try:
                    with suppress(DevToolsError):
                        await devtools.call("Browser.close")
                finally:
                    await devtools.aclose()
                await self._exit_code(STOP_TIMEOUT)
        with suppress(AgentFailure, AgentGone):
            await self._agent.request("kill_process", pid=self._pid)

    async def leave(self) -> None:
        """Close the engine's own connection."""
        if self._setup:
            await self._setup.aclose()

    async def path(self) -> str:
        """Return the path of the browser's own target."""
        return await browser_path(self._agent, self.port)

    async def _wait_ready(self) -> None:
        try:
            async with asyncio.timeout(START_TIMEOUT):
                while True:
                    with suppress(DevToolsError):
                        await self.path()
                        return
                    if (code := await self._exit_code(POLL_INTERVAL)) is not None:
                        raise _not_started(f"it exited with code {code}; {LOG} in the session has its messages")
        except TimeoutError as exc:
            raise _not_started(f"it accepted no connection within {START_TIMEOUT:g} s") from exc

    async def _exit_code(self, wait: float) -> int | None:
        found = await self._agent.request("wait_process", pid=self._pid, wait=wait)
        code: int | None = found["exit_code"]
        return code


def check_isolation(sandbox: Sandbox) -> None:
    """Raise ApiError where other users of this machine could reach the browser, whose interface has no password."""
    found = sandbox.capabilities
    if found.isolation != "namespaces" or found.network == "host":
        reason = f"isolation {found.isolation!r}, network {found.network!r}"
        raise ApiError(
            "IsolationTooWeak",
            f"A browser needs a network of its own, and this session has none ({reason}): any user of this machine"
            " could drive it. Use the isolation 'namespaces' with the network 'nat' or 'none'.",
        )


async def _free_port(agent: AgentConnection) -> int:
    """Return a port of the session on which nothing listens."""
    for port in range(FIRST_PORT, FIRST_PORT + PORTS):
        try:
            await agent.request("connect", port=port)
        except AgentFailure:
            return port
    raise _not_started(f"its ports {FIRST_PORT} to {FIRST_PORT + PORTS - 1} are all in use")


def _not_started(reason: str) -> ApiError:
    return ApiError("BrowserNotStarted", f"The browser did not start: {reason}.")
