"""The registry of the engine's sessions: create, pause, resume, delete, and expire them."""

import asyncio
import os
import secrets
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

from ..core.escaping_filter import escaping_logger
from ..models.sessions import SessionStatus as Status
from .admission import admit
from .agent.connection import AgentFailure, AgentGone
from .api_errors import GONE, ApiError, no_session, not_running
from .config import EngineConfig
from .connections import connections
from .contexts.threads import run_in_threads
from .crash_cleanup import record
from .descriptor_reserve import DescriptorReserve
from .sandbox.backends import Backend
from .sandbox.sandbox import Sandbox, SandboxError
from .sandbox.spawner import spawn
from .session import EndedSession, EngineSession
from .shortage import DISK, STORAGE, Shortage, shortage_in, shortage_of
from .workdir import remove_tree, rename_for_removal

log = escaping_logger("sessionbay.engine")
FREEZE_TRIES = 3
MIN_STARTS = 2  # sandboxes that start at once on one processor, as one may hang; else one on each
FREEZE_TIMEOUT = 10.0  # seconds for one attempt to freeze or thaw
ENDED_RETENTION = 3600.0  # seconds for which an ended session is remembered
RETRY_INTERVAL = 0.5  # seconds between two looks for what is to be ended or removed
SHUTDOWN_TIMEOUT = 10.0  # seconds for all sessions together to copy their contexts when the engine stops


class SessionRegistry:
    """All sessions of an engine.

    ``on_start`` is called with each new session, ``before_delete`` is awaited before one is removed.
    """

    def __init__(self, folder: Path, backend: Backend, config: EngineConfig) -> None:
        self.folder = folder
        self.folder.mkdir(mode=0o711)
        self.backend = backend
        self.config = config
        self._sessions: dict[str, EngineSession] = {}
        self._ended: dict[str, EndedSession] = {}
        self._created = 0
        self._starting = 0
        self._reserve = DescriptorReserve()
        self._left: list[Sandbox | Path] = []  # what is to be removed when there is room for it
        self._start_slots = asyncio.Semaphore(max(os.cpu_count() or 1, MIN_STARTS))
        self._tasks: set[asyncio.Task[None]] = set()
        self.before_delete: Callable[[EngineSession], Awaitable[None]] = _nothing
        self.on_start: Callable[[EngineSession], None] = lambda session: None
        self._start(self._expire_loop())

    async def create(
        self, image: str, labels: Mapping[str, str], idle_timeout: float | None, max_runtime: float | None
    ) -> EngineSession:
        """Start a session."""
        if len(list(self.listed())) + self._starting >= self.config.max_sessions:
            raise ApiError(
                "QuotaExceeded.Session",
                f"The engine has {self.config.max_sessions} sessions, its limit: delete one first.",
                status=409,  # not 429, which clients take for a reason to try again at once
            )
        limits = self.config.limits
        self._created += 1
        number, starting = self._created, self._starting
        self._starting += 1
        idle_timeout = limits.idle_time if idle_timeout is None else idle_timeout
        max_runtime = limits.run_time if max_runtime is None else max_runtime
        try:
            await spawn(partial(admit, self.folder, limits, starting))
            sandbox = self.backend.sandbox(self.folder / f"{number}-{secrets.token_hex(4)}", limits)
            await self._begin(sandbox)
        except (SandboxError, OSError, RuntimeError) as exc:
            raise _not_started(exc) from exc
        finally:
            self._starting -= 1
        session = EngineSession(number, image, sandbox, dict(labels), idle_timeout, max_runtime, self.config.desktop)
        self.on_start(session)
        self._sessions[session.id] = session
        self._start(self._end_with_agent(session))
        return session

    async def _begin(self, sandbox: Sandbox) -> None:
        """Start a sandbox; remove it again on failure or cancellation."""
        try:
            async with self._start_slots:
                await spawn(partial(sandbox.spec.root.mkdir, mode=0o711))
                await sandbox.start()
                await spawn(partial(record, sandbox.spec.root, sandbox.pid, sandbox.spec.uid))
        except BaseException:
            await self._discard(sandbox)
            raise

    async def _discard(self, sandbox: Sandbox) -> None:
        """Kill a sandbox and remove its folder, later if there is no room for that now."""
        with self._reserve.released():
            if await self._kill(sandbox):
                await self._remove_folder(sandbox.spec.root)
            else:
                self._left.append(sandbox)

    async def _kill(self, sandbox: Sandbox) -> bool:
        """Kill a sandbox; return False if there is no room for that now."""
        try:
            await sandbox.kill()
        except (OSError, RuntimeError) as exc:
            connections().warn("The processes of a session could not be ended, and are ended later: %s", exc)
            return False
        return True

    async def _remove_folder(self, root: Path) -> None:
        """Remove a session's folder, later if there is no room for that now."""
        folder = root
        try:
            folder = await run_in_threads(partial(rename_for_removal, root))
            await remove_tree(folder)
        except (OSError, RuntimeError) as exc:
            connections().warn("The folder of a session could not be removed, and is removed later: %s", exc)
            self._left.append(folder)

    async def _retry_removals(self) -> None:
        """Remove what could not be removed when its session ended."""
        left, self._left = self._left, []
        with self._reserve.released():
            for each in left:
                await (self._discard(each) if isinstance(each, Sandbox) else self._remove_folder(each))

    def get(self, session_id: str) -> EngineSession:
        """Return a session that has not ended."""
        session = self._sessions.get(session_id)
        if session is None or session.status == Status.FINISH:
            raise no_session()
        return session

    def remembered(self, session_id: str) -> EngineSession | EndedSession:
        """Return a session, including one that ended within the last hour."""
        session = self._sessions.get(session_id) or self._ended.get(session_id)
        if session is None:
            raise no_session()
        return session

    def listed(self) -> Iterator[EngineSession]:
        """Yield the sessions that have not ended, oldest first."""
        return (session for session in self._sessions.values() if session.status not in GONE)

    def pause(self, session: EngineSession) -> None:
        """Begin to freeze a session; do nothing if it is paused, or being paused."""
        if session.status in (Status.PAUSING, Status.PAUSED):
            return
        if session.status != Status.RUNNING:
            raise not_running(session.status)
        session.status = Status.PAUSING
        self._start(self._change(session, Status.PAUSED, "freeze"))

    def resume(self, session: EngineSession) -> None:
        """Begin to thaw a session; do nothing if it is running, or being resumed."""
        if session.status in (Status.RESUMING, Status.RUNNING):
            return
        if session.status != Status.PAUSED:
            raise not_running(session.status)
        session.status = Status.RESUMING
        self._start(self._change(session, Status.RUNNING, "thaw"))

    def delete(self, session: EngineSession) -> None:
        """Begin to end a session; raise for a paused one, as the clouds do."""
        if session.status in (Status.PAUSING, Status.PAUSED, Status.RESUMING):
            raise not_running(session.status)
        if session.status == Status.RUNNING:
            session.status = Status.DELETING
            self._start(self._end(session, "deleted by the user"))

    def known(self) -> list[EngineSession | EndedSession]:
        """Return all sessions, including those that ended within the last hour."""
        return [*self._sessions.values(), *self._ended.values()]

    def living(self) -> list[EngineSession]:
        """Return all sessions that are not removed yet."""
        return list(self._sessions.values())

    async def end(self, sessions: Iterable[EngineSession]) -> None:
        """End sessions in any state, and wait until they are removed."""
        living = (session for session in sessions if session.status != Status.FINISH)
        await asyncio.gather(*(self._end(session, "ended with its owner") for session in living))

    async def close(self) -> None:
        """End all sessions immediately."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._copy_contexts()
        await _each(self.living(), "be closed", EngineSession.close)
        self._reserve.close()
        await _each(self.living(), "be ended", lambda session: session.sandbox.kill())
        for sandbox in self._left:
            if isinstance(sandbox, Sandbox):
                await sandbox.kill()

    async def _copy_contexts(self) -> None:
        """Run ``before_delete`` for every session, within ``SHUTDOWN_TIMEOUT``."""
        try:
            async with asyncio.timeout(SHUTDOWN_TIMEOUT):
                unfinished = [session for session in self.living() if session.status != Status.FINISH]
                await _each(unfinished, "have its contexts copied", self.before_delete)
        except TimeoutError:
            log.warning("the engine stops before all contexts were copied: their last changes are lost")

    def _start(self, work: Coroutine[object, object, None]) -> None:
        """Start a background task."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _change(self, session: EngineSession, target: Status, command: str) -> None:
        """Freeze or thaw a session, and thaw again when freezing fails."""
        begun = session.status
        await asyncio.sleep(self.config.transition_delay)
        reason = await self._freeze_or_thaw(session, command)
        if reason and command == "freeze":
            target, reason = Status.RUNNING, await self._freeze_or_thaw(session, "thaw")
        if session.status != begun:
            return
        if reason:
            await self._end(session, f"it could not {command}: {reason}")
            return
        session.status = target
        session.used()

    async def _freeze_or_thaw(self, session: EngineSession, command: str) -> str:
        """Send ``freeze`` or ``thaw`` to the agent, with retries; return the error, or an empty string."""
        reason = ""
        for _ in range(FREEZE_TRIES):
            try:
                async with asyncio.timeout(FREEZE_TIMEOUT):
                    await session.sandbox.agent.request(command)
            except (AgentGone, AgentFailure, TimeoutError) as exc:
                reason = str(exc) or "there was no answer"
                log.warning("session %s could not %s: %s", session.id, command, reason)
            else:
                return ""
        return reason

    async def _end(self, session: EngineSession, reason: str) -> None:
        """End a session, and remove its folder."""
        session.status, session.end_reason = Status.DELETING, reason
        await asyncio.sleep(self.config.transition_delay)
        try:
            await self.before_delete(session)
        finally:  # also when before_delete raises: clients wait for the session to end
            await self._remove(session)

    async def _remove(self, session: EngineSession) -> None:
        """Kill the sandbox, close the session and delete its folder."""
        with self._reserve.released():
            while True:
                if await self._kill(session.sandbox):
                    break
                await asyncio.sleep(RETRY_INTERVAL)
            session.status, session.last_used = Status.FINISH, time.monotonic()
            await session.close()
            await self._remove_folder(session.sandbox.spec.root)
        self._ended[session.id] = EndedSession(session.id, session.image, session.end_reason)
        self._sessions.pop(session.id, None)

    async def _end_with_agent(self, session: EngineSession) -> None:
        """End a session when its agent exits."""
        reason = await asyncio.shield(session.sandbox.agent.gone)
        if session.status not in GONE:
            reason = session.sandbox.ended_because(reason)
            log.warning("session %s is lost: %s", session.id, reason)
            await self._end(session, reason)

    async def _expire_loop(self) -> None:
        """End expired sessions, and drop old records of ended ones."""
        while True:
            await asyncio.sleep(RETRY_INTERVAL)
            self._reserve.refill()
            if self._left:
                self._start(self._retry_removals())
            now = time.monotonic()
            self._ended = {known: ended for known, ended in self._ended.items() if now - ended.since <= ENDED_RETENTION}
            for session in self.living():
                if not session.is_idle:
                    session.used()
                if session.status not in GONE and (reason := session.overdue(now)):
                    session.status = Status.DELETING
                    self._start(self._end(session, reason))


def _not_started(exc: SandboxError | OSError | RuntimeError) -> ApiError:
    """Return the refusal for a session that could not be started, of which nothing is left."""
    shortage = shortage_of(exc) or shortage_in(str(exc))
    if shortage is None:
        return ApiError("SandboxFailed", f"The session could not be started: {exc}.", status=424)
    return Shortage(DISK) if shortage.code == STORAGE else shortage


async def _nothing(session: EngineSession) -> None:
    """Do nothing (the default of ``before_delete``)."""


async def _each(sessions: Iterable[EngineSession], action: str, do: Callable[[EngineSession], Awaitable[None]]) -> None:
    """Call ``do`` for each session concurrently, and log failures."""
    targets = list(sessions)
    for session, result in zip(targets, await asyncio.gather(*map(do, targets), return_exceptions=True), strict=True):
        if isinstance(result, BaseException):
            log.error("session %s could not %s", session.id, action, exc_info=result)
