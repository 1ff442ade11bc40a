"""A session of the engine, and the record that remains after its end."""

import asyncio
import secrets
import string
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ..models.sessions import SessionStatus as Status
from .agent.connection import AgentConnection
from .api_errors import not_running
from .browser.session_browser import SessionBrowser
from .code_kernel import CodeKernel
from .contexts.mounts import Mounts
from .port_forward.port_forwards import PortForwards
from .sandbox.sandbox import Sandbox
from .ws.hub import Hub

BASE36 = string.digits + string.ascii_lowercase


def new_id(kind: str) -> str:
    """Return an id in the clouds' format: a prefix and 17 base-36 digits."""
    return f"{kind}-{''.join(secrets.choice(BASE36) for _ in range(17))}"


@dataclass
class EngineSession:
    """A session: its sandbox, code kernels, hub and port forwards."""

    number: int
    image: str
    sandbox: Sandbox
    labels: dict[str, str]
    idle_timeout: float | None
    max_runtime: float | None
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

    def __post_init__(self) -> None:
        self.links = PortForwards(self.running_agent, shared=self.sandbox.capabilities.network == "host")
        self.hub = Hub(self.running_agent)
        self.browser = SessionBrowser(self.sandbox)

    def running_agent(self) -> AgentConnection:
        """Return the connection to the agent; raise when the session is not running."""
        if self.status != Status.RUNNING:
            raise not_running(self.status)
        self.used()
        return self.sandbox.agent

    def used(self) -> None:
        """Restart the idle timeout."""
        self.last_used = time.monotonic()

    async def close(self) -> None:
        """Close the hub, the port forwards and the connections to code kernels and to the browser."""
        for context in self.code.values():
            context.leave()
        await self.browser.aclose()
        await self.hub.close()
        await self.links.close()

    @property
    def is_idle(self) -> bool:
        """Whether the idle timeout runs: not during a call, and not in a paused session."""
        return self.status == Status.RUNNING and not self.sandbox.agent.busy

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
