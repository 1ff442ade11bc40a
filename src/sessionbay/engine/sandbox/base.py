"""What a sandbox is to the rest of the engine: started, talked to through its agent, ended."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Generator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal, TypedDict

from ..agent.connection import AgentConnection, AgentGone
from ..fork_safety import close_in_forks
from ..limits import Limits

log = logging.getLogger("sessionbay.engine")
Network = Literal["none", "nat", "host"]
Isolation = Literal["namespaces", "uid", "process"]

AGENT_SCRIPT = (
    "import sys; sys.path.insert(0, {!r}); from inside.handlers import main; main({}, {!r}, {!r}, {!r}, {!r})"
)
START_TIMEOUT = 10.0
STOP_TIMEOUT = 10.0
REAP_INTERVAL = 0.02  # seconds between two looks at a process whose end has been seen, and its code not


class SandboxError(Exception):
    """A sandbox could not be started; the message says why."""


@dataclass(frozen=True)
class Hardening:
    """What the agent takes from itself, and so from every command. All of it, outside of the tests of each defence.

    Attributes:
        dumpable: Commands can neither trace nor read the agent, though they run as the same user.
        no_new_privs: No program gives more rights than its caller has.
        keyring: The keys of whoever started the engine stay behind.
        seccomp: System calls that only attacks need are refused.
        landlock: Files outside of the session's own cannot be written, where no mount keeps them out of sight.
        descriptors: An agent that was given another file than its line to the engine does not start.

    ``seccomp`` and ``landlock`` cannot be had without ``no_new_privs``.
    """

    dumpable: bool = True
    no_new_privs: bool = True
    keyring: bool = True
    seccomp: bool = True
    landlock: bool = True
    descriptors: bool = True


@dataclass(frozen=True)
class Spec:
    """What a sandbox is to be.

    Attributes:
        root: The session's own folder on the host.
        shared: The folder with the agent's files and the few system files that are made up; readable by everyone.
        python: The interpreter that the agent runs on.
        uid: The user to run as; None is the engine's own user.
        network: ``nat`` leads out through pasta; ``host`` shares the host's, where the sandbox could do otherwise.
        limits: What the session may use.
        hardening: What the agent takes from itself.
    """

    root: Path
    shared: Path
    python: str
    uid: int | None
    network: Network = "none"
    limits: Limits = field(default_factory=Limits)
    hardening: Hardening = Hardening()


@dataclass(frozen=True)
class SandboxCapabilities:
    """What a sandbox gives, for the session's info.

    Attributes:
        path_mapping: ``exact`` when the session has folders of its own under the clouds' paths; ``none`` when its
            files and commands see the host's paths.
        home: The folder that commands start in.
        folders: The folders whose files are the session's own, as the session names them.
        landlock: The version of Landlock that keeps files out of reach, 0 where mounts do so, or where nothing does.
        seccomp: Whether system calls that only attacks need are refused.
        packages: Where the session finds the Python packages that this program has, empty where it does not.
    """

    isolation: Isolation
    path_mapping: Literal["exact", "none"]
    network: Network
    home: str
    folders: tuple[str, ...]
    landlock: int = 0
    seccomp: bool = False
    packages: str = ""


class InForce(TypedDict):
    """What the kernel has taken of the hardening that was wanted."""

    landlock: int
    seccomp: bool


class Sandbox(ABC):
    """One session's processes. Subclasses say how they are started, and how they are surely ended."""

    scope: ClassVar[Literal["namespace", "user", "tree"]]
    agent: AgentConnection

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.in_force = InForce(landlock=0, seccomp=False)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    @abstractmethod
    def capabilities(self) -> SandboxCapabilities:
        """What this sandbox gives."""

    @abstractmethod
    async def kill(self) -> None:
        """End everything; return when nothing of the session runs any more."""

    @abstractmethod
    def _launch(self, agent_socket: int, log: int) -> subprocess.Popen[bytes]:
        """Start the agent inside; ``agent_socket`` is its end of the line."""

    async def start(self) -> AgentConnection:
        """Start the session's processes; return the line to the agent once it answers."""
        for folder in ("home", "tmp"):
            self._make(self.spec.root / folder)
        ours, theirs = map(close_in_forks, socket.socketpair())
        with open(self.spec.root / "agent.log", "wb") as log, theirs:
            # From the loop's own thread: "die with parent" means the thread that started the process.
            self._process = self._launch(theirs.fileno(), log.fileno())
        self.agent = AgentConnection(ours)
        try:
            async with asyncio.timeout(START_TIMEOUT):
                self._note((await self._first_answer(self._process))["hardening"])
        except (AgentGone, TimeoutError) as exc:
            await self.kill()
            text = (self.spec.root / "agent.log").read_text("utf-8", "replace").strip()
            raise SandboxError(text.rpartition("\n")[2] or f"the agent did not start: {exc or 'no answer'}") from exc
        return self.agent

    async def _first_answer(self, process: subprocess.Popen[bytes]) -> Any:
        """Return the agent's first answer; give up when the process ends, though others may still hold the line."""
        with pidfd_of(process.pid) as pidfd:
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
        """Remember what the agent says that the kernel has taken; nothing that is not trusted has run yet."""
        self.in_force = found

    def _make(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.spec.uid is not None:
            os.chown(folder, self.spec.uid, self.spec.uid)

    def _hardening(self) -> dict[str, bool]:
        """Return what the agent is to take from itself."""
        return asdict(self.spec.hardening)

    def _left_open(self) -> dict[str, list[str]] | None:
        """Return which files Landlock is to leave to the session; None where mounts see to that."""
        return None

    def _popen(
        self, argv: list[str], fds: tuple[int, ...], log: int, env: Mapping[str, str], cwd: str = "/"
    ) -> subprocess.Popen[bytes]:
        """Start a process that holds nothing of the engine's but ``fds``."""
        uid = self.spec.uid
        groups: list[int] | None = None if uid is None else []
        return subprocess.Popen(
            argv,
            pass_fds=fds,
            env=env,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
            start_new_session=True,
            user=uid,
            group=uid,
            extra_groups=groups,
        )

    @property
    def pid(self) -> int:
        """The first process of the session, as the host counts."""
        assert self._process is not None  # noqa: S101  # it was started
        return self._process.pid

    @property
    def limits(self) -> Limits:
        """What of the limits can be kept here."""
        return self.spec.limits

    def _agent_command(self, folder: str, agent_socket: int) -> list[str]:
        limits = asdict(self.limits) | {"folders": self.capabilities.folders}
        start = AGENT_SCRIPT.format(folder, agent_socket, self.scope, limits, self._hardening(), self._left_open())
        return [self.spec.python, "-I", "-S", "-c", start]


async def readable(fd: int, timeout: float = STOP_TIMEOUT) -> bool:
    """Wait until a file can be read; return whether it could in time."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def tell() -> None:
        if not done.done():
            done.set_result(None)

    loop.add_reader(fd, tell)
    try:
        async with asyncio.timeout(timeout):
            await done
    except TimeoutError:
        return False
    finally:
        loop.remove_reader(fd)
    return True


async def ended(pidfd: int, timeout: float = STOP_TIMEOUT) -> bool:
    """Wait until a process has ended; return whether it did in time."""
    return await readable(pidfd, timeout)


@contextlib.contextmanager
def pidfd_of(pid: int) -> Generator[int]:
    """Give a descriptor that means this process alone, whoever gets its number next."""
    pidfd = os.pidfd_open(pid)
    try:
        yield pidfd
    finally:
        os.close(pidfd)


async def kill_process(process: subprocess.Popen[bytes]) -> None:
    """Kill one process and wait for its end."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError), pidfd_of(process.pid) as pidfd:
            signal.pidfd_send_signal(pidfd, signal.SIGKILL)
            await ended(pidfd)
    await reaped(process)


async def reaped(process: subprocess.Popen[bytes]) -> None:
    """Wait for the code of a process that has ended, or is about to; not for one that does not come to its end."""
    # The loop never waits for it: the kernel may keep a killed process for as long as a disk does not answer.
    give_up = time.monotonic() + STOP_TIMEOUT
    while process.poll() is None:
        if time.monotonic() > give_up:
            log.warning("process %d was killed and does not end", process.pid)
            return
        await asyncio.sleep(REAP_INTERVAL)
