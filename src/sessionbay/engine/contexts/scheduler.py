"""Scheduling the synchronization of sessions with their contexts."""

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import Callable, Coroutine, Iterator
from functools import partial

from ...core.escaping_filter import escaping_logger
from ...operations.mounts import PersistenceItem
from ..agent.connection import AgentFailure, AgentGone
from ..api_errors import ApiError
from ..session import EngineSession, new_id
from ..shortage import shortage_of
from ..workdir import remove_tree
from .byte_budget import ByteBudget
from .mount import Mount, parse_binding
from .mounts import Mounts
from .paths import BadPath, Parts, folder_parts, joined
from .store import Store
from .sync_job import FILE_ERRORS, CopyFailed, SyncJob
from .sync_task import Mode, SyncTask
from .threads import run_in_threads

log = escaping_logger("sessionbay.engine")
FREEZE_TIMEOUT = 5.0  # seconds
SWEEP_INTERVAL = 3600.0  # seconds
TRANSFERS = "file-transfer"  # the folder's name on the clouds, which programs may rely on
RELEASE_TIMEOUT = 300.0  # seconds for the last uploads of a session, which then ends without them


class SyncScheduler:
    """Starts the copies of an engine's sessions; those of one session run sequentially."""

    def __init__(self, store: Store, max_bytes: int) -> None:
        self.store = store
        self._max_bytes = max_bytes
        self._running: set[asyncio.Task[None]] = set()
        self._session_locks: dict[str, asyncio.Lock] = {}

    async def bindings(self, items: list[PersistenceItem], path_problem: Callable[[str], str]) -> list[Mount]:
        """Return the bindings that ``items`` describe; raise ApiError for an unknown context or an unusable path."""
        names = [(await run_in_threads(partial(self.store.get, item.context_id))).name for item in items]
        bindings = [parse_binding(item, name) for item, name in zip(items, names, strict=True)]
        for binding in bindings:
            if problem := await run_in_threads(partial(path_problem, joined(binding.parts))):
                message = f"Context {binding.context_id} cannot be bound to {binding.path}: {problem}."
                raise ApiError("PathNotWritable", message)
        return bindings

    async def record_use(self, bindings: list[Mount]) -> None:
        """Record that contexts are in use, and the lifetime of their files, which fails if the disk is full."""
        for binding in bindings:
            await run_in_threads(partial(self._record_use, binding))

    def attach(self, session: EngineSession, bindings: list[Mount]) -> None:
        """Bind contexts to a session, and start to copy them into it; their use has been recorded."""
        session.attached.add(bindings)
        for binding in bindings:
            task = self._task(session, binding, binding.path, "download")
            if binding.policy.download_policy.auto_download:
                self._start(self._copy(session, binding, binding.parts, task))
            else:
                task.finish()  # clients wait for the task of each context

    def sync(self, session: EngineSession, context_id: str | None, path: str | None, mode: Mode) -> None:
        """Start to copy all bound contexts, one of them, or its part below a path."""
        session.running_agent()
        jobs = [
            (binding, parts, self._task(session, binding, path or binding.path, mode))
            for binding, parts in _matching(session.attached, context_id, path)
        ]
        for job in jobs:
            self._start(self._copy(session, *job))

    async def internal(self, session: EngineSession) -> Mount:
        """Return the session's internal context for file transfers; the first call creates it."""
        async with self._session_lock(session):
            for binding in session.attached.bindings:
                if binding.internal:
                    return binding
            context = await run_in_threads(partial(self.store.get_or_create, new_id("SdkCtx"), None, "file_transfer"))
            path = f"{session.sandbox.capabilities.temporary}/{TRANSFERS}"
            binding = parse_binding(PersistenceItem(context_id=context.id, path=path), "")
            binding.internal, binding.parts = True, ()
            session.attached.bindings.append(binding)
            return binding

    async def release(self, session: EngineSession) -> None:
        """Upload the contexts with automatic upload, and delete the internal one; log failures."""
        attached, session.attached = session.attached, Mounts(tasks=session.attached.tasks)
        due = [bound for bound in attached.bindings if not bound.internal and bound.policy.upload_policy.auto_upload]
        try:
            async with asyncio.timeout(RELEASE_TIMEOUT):
                await self._release(session, due)
        except TimeoutError:
            log.warning("session %s ends before its contexts are uploaded: the timeout expired", session.id)
        finally:
            self._session_locks.pop(session.id, None)
            for binding in attached.bindings:
                if binding.internal:
                    with contextlib.suppress(ApiError, sqlite3.Error, OSError):
                        await run_in_threads(partial(self.store.delete, binding.context_id))
                        await self.empty_trash()

    async def clear(self, context_id: str, delay: float) -> None:
        """Start to clear a context; its files are inaccessible when this returns."""
        await run_in_threads(partial(self.store.clear, context_id))
        self._start(self._clear(context_id, delay))

    async def delete(self, context_id: str) -> None:
        """Delete a context; its files are inaccessible when this returns."""
        await run_in_threads(partial(self.store.delete, context_id))
        self._start(self.empty_trash())

    def start(self) -> None:
        """Start to remove expired files, now and every hour."""
        self._start(self._sweep_loop())

    async def _sweep_loop(self) -> None:
        while True:
            if self.store.exists:
                try:
                    await run_in_threads(partial(self.store.sweep, time.time()))
                    await self.empty_trash()
                except (ApiError, sqlite3.Error, OSError) as exc:
                    log.warning("expired files of contexts could not be removed: %s", exc)
            await asyncio.sleep(SWEEP_INTERVAL)

    async def empty_trash(self) -> None:
        """Remove the files of deleted contexts."""
        for folder in await run_in_threads(self.store.trash):
            await remove_tree(folder)

    async def _clear(self, context_id: str, delay: float) -> None:
        await asyncio.sleep(delay)
        await self.empty_trash()
        await run_in_threads(partial(self.store.finish_clear, context_id))

    async def close(self) -> None:
        """Cancel all copies."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _release(self, session: EngineSession, due: list[Mount]) -> None:
        if due:  # files must not change while they are copied
            with contextlib.suppress(AgentFailure, AgentGone, TimeoutError):
                async with asyncio.timeout(FREEZE_TIMEOUT):
                    await session.sandbox.agent.request("freeze")
        for binding in due:
            task = self._task(session, binding, binding.path, "upload")
            await self._copy(session, binding, binding.parts, task)
            if task.error:
                log.warning(
                    "session %s ends, and not all of its files were uploaded to context %s: %s",
                    session.id,
                    binding.context_id,
                    task.error,
                )

    async def _copy(self, session: EngineSession, binding: Mount, top: Parts, task: SyncTask) -> None:
        async with self._session_lock(session):
            top = binding.parts if binding.archives else top
            sync_job = SyncJob(session.sandbox.agent, self.store, binding, top, ByteBudget(self._max_bytes))
            try:
                await (sync_job.upload() if task.mode == "upload" else sync_job.download())
            except (CopyFailed, AgentGone, *FILE_ERRORS) as exc:
                task.finish(str(shortage_of(exc) or exc) or "the session does not respond")
            except (LookupError, TypeError, ValueError) as exc:
                task.finish(f"the session's agent sent an invalid reply: {type(exc).__name__}")
            except asyncio.CancelledError:
                task.finish("the copy was cancelled: the engine stops")
                raise
            else:
                task.finish()
            finally:
                if task.finished is None:  # clients wait for it
                    task.finish("the copy was aborted")

    def _record_use(self, binding: Mount) -> None:
        """Record that a context is in use, and the lifetime of its files."""
        self.store.touch(binding.context_id)
        tops, days = binding.recycling()
        for top in tops:
            self.store.recycle_after(binding.context_id, top, days)

    def _task(self, session: EngineSession, binding: Mount, path: str, mode: Mode) -> SyncTask:
        task = session.attached.tasks[binding.context_id, path, mode] = SyncTask(binding.context_id, path, mode)
        return task

    def _session_lock(self, session: EngineSession) -> asyncio.Lock:
        return self._session_locks.setdefault(session.id, asyncio.Lock())

    def _start(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)


def _matching(attached: Mounts, context_id: str | None, path: str | None) -> Iterator[tuple[Mount, Parts]]:
    """Yield the bindings and paths that a request selects; raise ApiError if nothing matches."""
    try:
        parts = folder_parts(path) if path else None
    except BadPath as exc:
        raise ApiError("InvalidParameter", f"Invalid path: {exc}.") from exc
    named = [bound for bound in attached.bindings if context_id in (None, "", bound.context_id)]
    if context_id and not named:
        raise ApiError("Context.NotFound", f"Context {context_id} is not bound to the session.")
    if parts is None:
        yield from ((bound, bound.parts) for bound in named if not bound.internal)
        return
    covering = [bound for bound in named if bound.covers(parts) and (context_id or not bound.internal)]
    if not covering:
        raise ApiError("InvalidParameter", f"No context is bound to {path!a} or a folder above it.")
    yield from ((bound, parts) for bound in covering)
