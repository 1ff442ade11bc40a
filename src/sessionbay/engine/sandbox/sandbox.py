"""The base class of sandboxes."""

import asyncio
import contextlib
import os
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Generator, Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Literal

from ...core.escaping_filter import escaping_logger
from ..agent.connection import AgentConnection, AgentGone
from ..agent.inside.group_memory import descriptors
from ..fork_safety import close_in_forks
from ..limits import Limits
from .capabilities import SandboxCapabilities
from .control_group import JOIN, ControlGroup
from .hardening import InForce
from .process_exit import REAP_INTERVAL, STOP_TIMEOUT, ended, pidfd_of
from .spawner import spawn
from .spec import Spec

log = escaping_logger("sessionbay.engine")
AGENT_SCRIPT = (
    "import sys; sys.path.insert(0, {!r}); from inside.handlers import main; main({}, {!r}, {!r}, {!r}, {!r})"
)
START_TIMEOUT = 10.0  # seconds


class SandboxError(Exception):
    """A sandbox could not be started; the message says why."""


class Sandbox(ABC):
    """The processes of one session. Subclasses define how they start and how they are killed."""

    scope: ClassVar[Literal["namespace", "user", "tree"]]
    agent: AgentConnection

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.in_force = InForce(landlock=0, seccomp=False)
        self._process: subprocess.Popen[bytes] | None = None
        self._group: ControlGroup | None = None
        self._meters: dict[str, Any] = {}

    @property
    @abstractmethod
    def capabilities(self) -> SandboxCapabilities:
        """The properties of this sandbox."""

    @property
    @abstractmethod
    def home_folder(self) -> Path:
        """The path of the session's home on the host."""

    @abstractmethod
    def path_problem(self, path: str) -> str:
        """Return why the session cannot write to a path, or an empty string."""

    @abstractmethod
    def _make_folders(self) -> None:
        """Create the session's folders on the host."""

    @abstractmethod
    async def kill(self) -> None:
        """Kill all processes of the session and wait until they have ended."""

    @abstractmethod
    def _launch(self, agent_socket: int, log: int) -> subprocess.Popen[bytes]:
        """Start the agent; ``agent_socket`` is its end of the socket pair."""

    async def start(self) -> AgentConnection:
        """Start the agent; return the connection to it after its first reply."""
        ours, theirs = map(close_in_forks, socket.socketpair())

        def launch() -> None:
            self._make_folders()
            with open(self.spec.root / "agent.log", "wb") as log, self._grouped():
                self._process = self._launch(theirs.fileno(), log.fileno())
                if self._group:
                    self._group.share_processors(self.pid)

        with contextlib.ExitStack() as unused:
            unused.callback(ours.close)
            with theirs:
                await spawn(launch)
            unused.pop_all()
        self.agent = AgentConnection(ours)
        try:
            async with asyncio.timeout(START_TIMEOUT):
                self._note((await self._first_reply(self.pid))["hardening"])
            if self._group:  # again: its first children may have been under way
                await spawn(partial(self._group.share_processors, self.pid))
        except (AgentGone, TimeoutError) as exc:
            await self.kill()
            text = (self.spec.root / "agent.log").read_text("utf-8", "replace").strip()
            raise SandboxError(text.rpartition("\n")[2] or f"the agent did not start: {exc or 'no answer'}") from exc
        return self.agent

    @contextlib.contextmanager
    def _grouped(self) -> Generator[None]:
        """Make the session's control group, and keep what the agent reads of it open."""
        if self.spec.groups is None:
            yield
            return
        self._group = self.spec.groups.make(self.spec.root.name, self.limits)
        with self._group.meters() as self._meters:
            yield

    async def _leave_group(self) -> None:
        """Remove the session's control group, which is in use for a moment after its last process."""
        group, self._group = self._group, None
        deadline = time.monotonic() + STOP_TIMEOUT
        while group and not await spawn(group.remove):
            if time.monotonic() > deadline:
                log.warning("the control group %s still has processes", group.folder)
                return
            await asyncio.sleep(REAP_INTERVAL)

    def ended_because(self, reason: str) -> str:
        """Return why the agent is gone: ``reason``, unless the kernel has killed processes for their memory."""
        if self._group is None or not self._group.killed():
            return reason
        return f"the session exceeded the {self.limits.memory} bytes of memory that it may have: {reason}"

    async def _first_reply(self, pid: int) -> Any:
        """Return the agent's first reply; fail when the process ends, even if a fork still holds the socket."""
        with pidfd_of(pid) as pidfd:
            ping = asyncio.ensure_future(self.agent.request("ping"))
            end = asyncio.ensure_future(ended(pidfd))
            try:
                await asyncio.wait((ping, end), return_when=asyncio.FIRST_COMPLETED)
                if ping.done():
                    return ping.result()
                raise AgentGone("its process ended")
            finally:
                for task in (ping, end):
                    task.cancel()
                await asyncio.gather(ping, end, return_exceptions=True)

    def _note(self, found: InForce) -> None:
        """Record the hardening that the agent reports; no untrusted code has run yet."""
        self.in_force = found

    def _make(self, folder: Path, mode: int = 0o700) -> None:
        """Create a folder of the session's user."""
        folder.mkdir(exist_ok=True)
        folder.chmod(mode)
        if self.spec.uid is not None:
            os.chown(folder, self.spec.uid, self.spec.uid)

    def _hardening(self) -> dict[str, bool]:
        """Return the hardening switches for the agent."""
        return asdict(self.spec.hardening)

    def _landlock_paths(self) -> dict[str, list[str]] | None:
        """Return the paths that Landlock allows; None where mounts confine the session."""
        return None

    def _popen(
        self, argv: list[str], fds: tuple[int, ...], log: int, env: Mapping[str, str], cwd: str = "/"
    ) -> subprocess.Popen[bytes]:
        """Start a process in the session's control group that inherits only ``fds``, and what the agent reads."""
        uid = self.spec.uid
        groups: list[int] | None = None if uid is None else []
        joins = self._group.entrance() if self._group else contextlib.nullcontext(subprocess.DEVNULL)
        with joins as stdin:
            return subprocess.Popen(
                [*JOIN, *argv] if self._group else argv,
                pass_fds=(*fds, *descriptors(self._meters)),
                env=env,
                cwd=cwd,
                stdin=stdin,
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
                user=uid,
                group=uid,
                extra_groups=groups,
            )

    @property
    def pid(self) -> int:
        """The process ID of the first process, on the host."""
        assert self._process is not None  # noqa: S101  # set by start()
        return self._process.pid

    @property
    def limits(self) -> Limits:
        """The limits that this kind of sandbox can enforce."""
        return self.spec.limits

    @property
    def kept(self) -> dict[str, str]:
        """By whom each limit is kept: ``kernel``, ``watched``, or ``none``."""
        return self.limits.kept(self._group.kept if self._group else ())

    def _agent_command(self, folder: str, agent_socket: int) -> list[str]:
        found = self.capabilities
        limits = asdict(self.limits) | {
            "folders": found.folders,
            "meters": self._meters,
            "own_network": found.network != "host",
        }
        start = AGENT_SCRIPT.format(folder, agent_socket, self.scope, limits, self._hardening(), self._landlock_paths())
        return [self.spec.python, "-I", "-S", "-c", start]
