"""The engine's sessions: their states, and the changes between them."""

import asyncio
import logging
import secrets
import string
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..models.sessions import SessionStatus as Status
from .agent.connection import AgentConnection, AgentFailure, AgentGone
from .api_errors import ApiError, no_session, not_running
from .code_kernel import CodeKernel
from .config import EngineConfig
from .contexts.mount import Mounts
from .crash_cleanup import record
from .port_forward.ports import PortForwards
from .sandbox.backends import Backend
from .sandbox.base import Sandbox, SandboxError
from .workdir import free_disk, remove_tree, rename_for_removal
from .ws.hub import Hub

log = logging.getLogger("sessionbay.engine")
BASE36 = string.digits + string.ascii_lowercase
THAW_TRIES = 3
ORDER_TIMEOUT = 10.0  # seconds that freezing and thawing may take
REMEMBER = 3600.0  # seconds for which the end of a session can still be asked about
LEAVE_TIMEOUT = 10.0  # seconds that all sessions together have for their contexts when the engine stops
GONE = (Status.FINISH, Status.DELETING)


def new_id(kind: str) -> str:
    """Return an id as the clouds form them: a word and 17 digits of base 36."""
    return f"{kind}-{''.join(secrets.choice(BASE36) for _ in range(17))}"


@dataclass
class EngineSession:
    """One session and what runs in it."""

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
    last_used: float = field(default_factory=time.monotonic)
    env: dict[str, str] = field(default_factory=dict[str, str])
    code: dict[str, CodeKernel] = field(default_factory=dict[str, CodeKernel])
    opening: asyncio.Lock = field(default_factory=asyncio.Lock)
    links: PortForwards = field(init=False)
    attached: Mounts = field(default_factory=Mounts)
    hub: Hub = field(init=False)

    def __post_init__(self) -> None:
        self.links = PortForwards(self.running_agent, shared=self.sandbox.traits.network == "host")
        self.hub = Hub(self.running_agent)

    def running_agent(self) -> AgentConnection:
        """Return the line to the agent; refuse when the session is not running."""
        if self.status != Status.RUNNING:
            raise not_running(self.status)
        self.used()
        return self.sandbox.agent

    def used(self) -> None:
        """Begin the idle time anew."""
        self.last_used = time.monotonic()

    async def close(self) -> None:
        """Close the ways into the session, and the lines out of it."""
        for context in self.code.values():
            context.leave()
        await self.hub.close()
        await self.links.close()

    def overdue(self, now: float) -> str:
        """Return why the session is to be released, empty when it is not."""
        if self.status != Status.RUNNING or self.sandbox.agent.busy:
            self.last_used = now  # who waits for an answer uses it, and a pause is no idle time
        if self.max_runtime and now - self.created > self.max_runtime:
            return "the maximum run time is over"
        if self.idle_timeout and now - self.last_used > self.idle_timeout:
            return "the session was idle for too long"
        return ""


@dataclass(frozen=True)
class EndedSession:
    """What is kept of a session for an hour after its end: what can still be asked about."""

    id: str
    image: str
    end_reason: str
    since: float = field(default_factory=time.monotonic)
    status: Status = Status.FINISH


class Sessions:
    """All sessions of an engine."""

    def __init__(self, folder: Path, backend: Backend, config: EngineConfig) -> None:
        self.folder = folder
        self.folder.mkdir(mode=0o711)
        self.backend = backend
        self.config = config
        self._sessions: dict[str, EngineSession] = {}
        self._ended: dict[str, EndedSession] = {}
        self._made = 0
        self._starting = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self.farewell: Callable[[EngineSession], Awaitable[None]] = _nothing
        self.welcome: Callable[[EngineSession], None] = lambda session: None
        self._start(self._release_overdue())

    async def create(
        self, image: str, labels: Mapping[str, str], idle_timeout: float | None, max_runtime: float | None
    ) -> EngineSession:
        """Start a session."""
        if len(list(self.listed())) + self._starting >= self.config.max_sessions:
            raise ApiError(
                "QuotaExceeded.Session", f"there are {self.config.max_sessions} sessions already", status=429
            )
        limits = self.config.limits
        if (free := free_disk(self.folder)) < limits.free_disk:
            told = f"{free} bytes of disk are free, and {limits.free_disk} must be: make room, or delete sessions"
            raise ApiError("QuotaExceeded.Disk", told, status=429)
        self._made += 1
        self._starting += 1
        root = self.folder / f"{self._made}-{secrets.token_hex(4)}"
        root.mkdir(mode=0o711)
        sandbox = self.backend.sandbox(root, limits)
        idle_timeout = limits.idle_time if idle_timeout is None else idle_timeout
        max_runtime = limits.run_time if max_runtime is None else max_runtime
        session = EngineSession(self._made, image, sandbox, dict(labels), idle_timeout, max_runtime)
        try:
            await self._begin(sandbox)
        except (SandboxError, OSError) as exc:
            raise ApiError("SandboxFailed", f"the session could not be started: {exc}", status=500) from exc
        finally:
            self._starting -= 1
        self.welcome(session)
        self._sessions[session.id] = session
        self._start(self._notice_end(session))
        return session

    async def _begin(self, sandbox: Sandbox) -> None:
        """Start a sandbox; nothing of it is left when that fails, or is given up."""
        try:
            await sandbox.start()
            record(sandbox.spec.root, sandbox.pid, sandbox.spec.uid)
        except BaseException:
            await sandbox.kill()
            await remove_tree(rename_for_removal(sandbox.spec.root))
            raise

    def get(self, session_id: str) -> EngineSession:
        """Return a session that has not ended."""
        session = self._sessions.get(session_id)
        if session is None or session.status == Status.FINISH:
            raise no_session()
        return session

    def remembered(self, session_id: str) -> EngineSession | EndedSession:
        """Return a session, also for an hour after its end."""
        found = self._sessions.get(session_id) or self._ended.get(session_id)
        if found is None:
            raise no_session()
        return found

    def listed(self) -> Iterator[EngineSession]:
        """Yield the sessions that have not ended, oldest first."""
        return (session for session in self._sessions.values() if session.status not in GONE)

    def pause(self, session: EngineSession) -> None:
        """Begin to freeze a session."""
        if session.status != Status.RUNNING:
            raise not_running(session.status)
        session.status = Status.PAUSING
        self._start(self._change(session, Status.PAUSED, "freeze"))

    def resume(self, session: EngineSession) -> None:
        """Begin to thaw a session; one that runs is left as it is."""
        if session.status not in (Status.PAUSED, Status.RUNNING):
            raise not_running(session.status)
        if session.status == Status.PAUSED:
            session.status = Status.RESUMING
            self._start(self._change(session, Status.RUNNING, "thaw"))

    def delete(self, session: EngineSession) -> None:
        """Begin to end a session. A paused one is refused, as the clouds do."""
        if session.status in (Status.PAUSING, Status.PAUSED, Status.RESUMING):
            raise not_running(session.status)
        if session.status == Status.RUNNING:
            session.status = Status.DELETING
            self._start(self._end(session, "deleted by the user"))

    def known(self) -> list[EngineSession | EndedSession]:
        """Return all sessions, those that ended within an hour too."""
        return [*self._sessions.values(), *self._ended.values()]

    def living(self) -> list[EngineSession]:
        """Return all sessions of which anything is left."""
        return list(self._sessions.values())

    async def end(self, sessions: Iterable[EngineSession]) -> None:
        """End sessions at once, whatever state they are in; return when nothing of them is left."""
        living = (session for session in sessions if session.status != Status.FINISH)
        await asyncio.gather(*(self._end(session, "ended with what it was for") for session in living))

    async def close(self) -> None:
        """End all sessions, now."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._take_leave()
        await _each(self.living(), "be closed", EngineSession.close)
        await _each(self.living(), "be ended", lambda session: session.sandbox.kill())

    async def _take_leave(self) -> None:
        """Let every session do what it does before its end, for as long as there is time."""
        try:
            async with asyncio.timeout(LEAVE_TIMEOUT):
                unburied = [session for session in self.living() if session.status != Status.FINISH]
                await _each(unburied, "have its contexts copied", self.farewell)
        except TimeoutError:
            log.warning("the engine stops before all contexts were copied: their last changes are lost")

    def _start(self, work: Coroutine[object, object, None]) -> None:
        """Do something beside the requests."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _change(self, session: EngineSession, want: Status, order: str) -> None:
        """Freeze or thaw; the agent keeps what was asked for last."""
        begun = session.status
        await asyncio.sleep(self.config.transition_delay)
        reason = await self._ordered(session, order)
        if reason and order == "freeze":
            want, reason = Status.RUNNING, await self._ordered(session, "thaw")
        if session.status != begun:
            return
        if reason:
            await self._end(session, f"it could not {order}: {reason}")
            return
        session.status = want
        session.used()

    async def _ordered(self, session: EngineSession, order: str) -> str:
        """Have the agent freeze or thaw, more than once if need be; return why it could not."""
        reason = ""
        for _ in range(THAW_TRIES):
            try:
                async with asyncio.timeout(ORDER_TIMEOUT):
                    await session.sandbox.agent.ask(order)
            except (AgentGone, AgentFailure, TimeoutError) as exc:
                reason = str(exc) or "there was no answer"
                log.warning("session %s could not %s: %s", session.id, order, reason)
            else:
                return ""
        return reason

    async def _end(self, session: EngineSession, reason: str) -> None:
        """End a session, and remove its folder."""
        session.status, session.end_reason = Status.DELETING, reason
        await asyncio.sleep(self.config.transition_delay)
        try:
            await self.farewell(session)
        finally:  # whatever befell the last words: a session that does not end would be waited for in vain
            await self._bury(session)

    async def _bury(self, session: EngineSession) -> None:
        """Remove what is left of a session."""
        await session.sandbox.kill()
        session.status, session.last_used = Status.FINISH, time.monotonic()
        await session.close()
        await remove_tree(rename_for_removal(session.sandbox.spec.root))
        self._ended[session.id] = EndedSession(session.id, session.image, session.end_reason)
        self._sessions.pop(session.id, None)

    async def _notice_end(self, session: EngineSession) -> None:
        """End a session whose agent has ended."""
        reason = await asyncio.shield(session.sandbox.agent.gone)
        if session.status not in GONE:
            log.warning("session %s is lost: %s", session.id, reason)
            await self._end(session, reason)

    async def _release_overdue(self) -> None:
        """End sessions whose time is over, and forget those that ended long ago."""
        while True:
            await asyncio.sleep(0.5)
            now = time.monotonic()
            self._ended = {known: ended for known, ended in self._ended.items() if now - ended.since <= REMEMBER}
            for session in self.living():
                if session.status not in GONE and (reason := session.overdue(now)):
                    session.status = Status.DELETING
                    self._start(self._end(session, reason))


async def _nothing(session: EngineSession) -> None:
    """Do nothing before a session's end."""


async def _each(sessions: Iterable[EngineSession], what: str, do: Callable[[EngineSession], Awaitable[None]]) -> None:
    """Do something with sessions; what befalls one of them keeps it from no other."""
    meant = list(sessions)
    for session, found in zip(meant, await asyncio.gather(*map(do, meant), return_exceptions=True), strict=True):
        if isinstance(found, BaseException):
            log.error("session %s could not %s", session.id, what, exc_info=found)
