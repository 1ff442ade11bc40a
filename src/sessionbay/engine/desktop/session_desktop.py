"""The engine's end of a session's desktop, which starts with its first use, and anew after a crash."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from ...core.error_codes import ErrorCode
from ..agent.connection import AgentConnection, AgentFailure, AgentGone
from ..api_errors import ToolFailure, execution_failed, tool_refusal
from ..sandbox.sandbox import Sandbox
from .requirements import unmet
from .settings import Desktop

T = TypeVar("T")
POLL_INTERVAL = 0.25  # seconds between two checks whether the session is paused
START_TIMEOUT = 60.0  # seconds
CALL_TIMEOUT = 60.0  # seconds for one call, besides those for each character of a text
SECONDS_PER_CHARACTER = 0.1
AFTERWARDS = "the next call starts a new one"


class SessionDesktop:
    """The desktop of a session: an X server, a window manager and the service that drives them."""

    def __init__(
        self,
        settings: Desktop,
        sandbox: Sandbox,
        running_agent: Callable[[], AgentConnection],
        is_paused: Callable[[], bool],
    ) -> None:
        self.settings = settings
        self.envs: dict[str, str] = {}  # for programs of the session that are to show on it
        self._sandbox = sandbox
        self._running_agent = running_agent
        self._is_paused = is_paused
        self._service: AgentConnection | None = None
        self._opening = asyncio.Lock()
        self._characters = 0  # of the texts that are being typed

    @property
    def busy(self) -> bool:
        """Whether a call is pending."""
        return self._opening.locked() or (self._service is not None and self._service.busy)

    async def start(self) -> dict[str, str]:
        """Start the desktop unless it runs; return its variables, none if this machine cannot have one."""
        capabilities, spec = self._sandbox.capabilities, self._sandbox.spec
        if await unmet(capabilities.isolation, spec.python, spec.uid):
            return {}
        await self._connect()
        return self.envs

    async def request(self, op: str, /, **arguments: Any) -> Any:
        """Have the service do something; raise ToolFailure if there is no desktop, or if it ends meanwhile."""
        service = await self._connect()
        length = len(arguments.get("text", ""))
        self._characters += length
        limit = CALL_TIMEOUT + SECONDS_PER_CHARACTER * self._characters  # input waits for the input before it
        try:
            return await self._within(limit, service.request(op, **arguments))
        except AgentGone as exc:
            raise await self._lost(service, "ended during the call") from exc
        except TimeoutError as exc:
            await self._end(service, lost=False)
            message = f"The desktop did not respond within {limit:g} s, and was ended: {AFTERWARDS}."
            raise execution_failed(message, ErrorCode.TIMEOUT) from exc
        finally:
            self._characters -= length

    async def view(self, *, control: bool) -> socket.socket:
        """Start a VNC server for one viewer; return the socket to it."""
        await self._connect()
        _, fd = await self._running_agent().request_fd("view_desktop", control=control)
        return socket.socket(fileno=fd)

    def close(self) -> None:
        """Close the connection to the service, which ends with the session."""
        if self._service:
            self._service.close()

    async def _connect(self) -> AgentConnection:
        """Return the connection to the service of a desktop that runs; concurrent first calls share one."""
        agent = self._running_agent()
        async with self._opening:
            if self._service is None or self._service.gone.done():
                self._service = await self._start(agent)
            return self._service

    async def _start(self, agent: AgentConnection) -> AgentConnection:
        """Start the desktop, and wait until it can be used."""
        capabilities, spec = self._sandbox.capabilities, self._sandbox.spec
        if missing := await unmet(capabilities.isolation, spec.python, spec.uid):
            raise tool_refusal(missing)
        width, height = self.settings.pixels
        opened = agent.request_fd(
            "open_desktop", width=width, height=height, scale=self.settings.scale, packages=capabilities.packages
        )
        envs, fd = await self._within(START_TIMEOUT, opened)
        service = AgentConnection(socket.socket(fileno=fd))
        try:
            await self._within(START_TIMEOUT, service.request("ping"))
        except (AgentFailure, TimeoutError) as exc:
            await self._end(service, lost=False)
            raise execution_failed(
                f"The desktop did not start: {exc or 'it did not respond'}.", "DesktopEnded"
            ) from exc
        except AgentGone as exc:
            raise await self._lost(service, "ended during its start") from exc
        except asyncio.CancelledError:
            service.close()
            raise
        self.envs = envs
        return service

    async def _lost(self, service: AgentConnection, when: str) -> ToolFailure:
        """Return the failure of a call during which the desktop ended."""
        reason = await self._end(service, lost=True)
        return execution_failed(f"The desktop {when}: {reason}; {AFTERWARDS}.", "DesktopEnded")

    async def _end(self, service: AgentConnection, *, lost: bool) -> str:
        """End what is left of a desktop; return why it ended."""
        service.close()
        reason: str = await self._running_agent().request("close_desktop", lost=lost)
        return reason or "its service closed the connection"

    async def _within(self, limit: float, work: Awaitable[T]) -> T:
        """Wait for ``work``; raise TimeoutError after ``limit`` seconds in which the session was not paused."""
        task = asyncio.ensure_future(work)
        try:
            while not (await asyncio.wait([task], timeout=min(limit, POLL_INTERVAL)))[0]:
                limit -= 0 if self._is_paused() else POLL_INTERVAL
                if limit <= 0:
                    raise TimeoutError
            return task.result()
        finally:
            if not task.done():
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
