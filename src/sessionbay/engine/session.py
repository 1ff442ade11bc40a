"""A session of the engine, and the record that remains after its end."""

import asyncio
import secrets
import string
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ..models.sessions import SessionStatus as Status
from .agent.connection import AgentConnection
from .api_errors import not_running
from .browser.session_browser import SessionBrowser
from .code_kernel import CodeKernel
from .contexts.mounts import Mounts
from .desktop.pictures import Pictures
from .desktop.session_desktop import SessionDesktop
from .desktop.settings import Desktop
from .images import WITH_DESKTOP, kind_of
from .port_forward.port_forwards import PortForwards
from .sandbox.sandbox import Sandbox
from .ws.hub import Hub

PAUSED_STATES = (Status.PAUSING, Status.PAUSED, Status.RESUMING)
BASE36 = string.digits + string.ascii_lowercase


def new_id(kind: str) -> str:
    """Return an id in the clouds' format: a prefix and 17 base-36 digits."""
    return f"{kind}-{''.join(secrets.choice(BASE36) for _ in range(17))}"


@dataclass
class EngineSession:
    """A session: its sandbox, code kernels, desktop, hub and port forwards."""

    number: int
    image: str
    sandbox: Sandbox
    labels: dict[str, str]
    idle_timeout: float | None
    max_runtime: float | None
    screen: Desktop = field(default_factory=Desktop)
    id: str = field(default_factory=lambda: new_id("session"))
    app_instance: str = field(default_factory=lambda: new_id("ai"))
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    status: Status = Status.RUNNING
    end_reason: str = ""
    created: float = field(default_factory=time.monotonic)
    created_at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    last_used: float = field(default_factory=time.monotonic)
    env: dict[str, str] = field(default_factory=dict[str, str])
    code: dict[str, CodeKernel] = field(default_factory=dict[str, CodeKernel])
    opening: asyncio.Lock = field(default_factory=asyncio.Lock)
    links: PortForwards = field(init=False)
    attached: Mounts = field(default_factory=Mounts)
    hub: Hub = field(init=False)
    browser: SessionBrowser = field(init=False)
    desktop: SessionDesktop = field(init=False)
    pictures: Pictures = field(init=False)
    viewers: int = field(init=False, default=0)  # of the screen
    sign: Callable[[str], str] = field(init=False)  # returns the address of a picture

    def __post_init__(self) -> None:
        self.links = PortForwards(self.running_agent, shared=self.sandbox.capabilities.network == "host")
        self.desktop = SessionDesktop(self.screen, self.sandbox, self.running_agent, lambda: self.is_paused)
        self.hub = Hub(self.running_agent, lambda: self.desktop.envs)
        self.browser = SessionBrowser(self.sandbox, self._find_screen)
        self.pictures = Pictures(self.sandbox.spec.root / "screenshots")

    def running_agent(self) -> AgentConnection:
        """Return the connection to the agent; raise when the session is not running."""
        if self.status != Status.RUNNING:
            raise not_running(self.status)
        self.used()
        return self.sandbox.agent

    def used(self) -> None:
        """Restart the idle timeout."""
        self.last_used = time.monotonic()

    async def _find_screen(self) -> Mapping[str, str]:
        """Start the desktop, if the image and the machine have one; return its variables."""
        return await self.desktop.start() if kind_of(self.image) in WITH_DESKTOP else {}

    async def close(self) -> None:
        """Close the hub, the port forwards and the connections to code kernels, to the browser and to the desktop."""
        for context in self.code.values():
            context.leave()
        await self.browser.aclose()
        self.desktop.close()
        await self.hub.close()
        await self.links.close()

    @property
    def envs(self) -> dict[str, str]:
        """The variables of new processes: those of the desktop, and those that were set, which come first."""
        return {**self.desktop.envs, **self.env}

    @property
    def is_paused(self) -> bool:
        """Whether the session's processes stand still, or are about to."""
        return self.status in PAUSED_STATES

    @property
    def is_idle(self) -> bool:
        """Whether the idle timeout runs: not during a call, and not in a paused session."""
        return self.status == Status.RUNNING and not (self.sandbox.agent.busy or self.desktop.busy)

    def overdue(self, now: float) -> str:
        """Return why the session has expired, or an empty string."""
        if self.max_runtime and now - self.created > self.max_runtime:
            return "the maximum run time is over"
        if self.idle_timeout and self.is_idle and now - self.last_used > self.idle_timeout:
            return "the session was idle for too long"
        return ""


@dataclass(frozen=True)
class EndedSession:
    """The record that remains of a session for an hour after its end."""

    id: str
    image: str
    end_reason: str
    since: float = field(default_factory=time.monotonic)
    status: Status = Status.FINISH
