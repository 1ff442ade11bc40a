"""Keeping sessions and their contexts the same: bind, copy down, copy up, and up once more at the end."""

import asyncio
import contextlib
import logging
import sqlite3
import time
from collections.abc import Coroutine, Iterator
from functools import partial

from ...operations.mounts import PersistenceItem
from ..agent.connection import AgentFailure, AgentGone
from ..api_errors import ApiError
from ..session import EngineSession, new_id
from ..workdir import remove_tree
from .copy import ByteBudget, run_in_threads
from .mount import Mode, Mount, Mounts, Task, binding_of
from .paths import BadPath, Parts, folder_parts
from .store import Store
from .sync_job import FILE_ERRORS, CopyFailed, SyncJob

log = logging.getLogger("sessionbay.engine")
FREEZE_TIMEOUT = 5.0
SWEEP_INTERVAL = 3600.0
TRANSFERS = "file-transfer"  # the folder's name on the clouds, which programs may have written down
RELEASE_TIMEOUT = 300.0
"""Seconds that the last copy of a session may take before the session ends without it."""


class SyncScheduler:
    """The copies of an engine's sessions. Those of one session are made one after the other."""

    def __init__(self, store: Store, most: int) -> None:
        self.store = store
        self._most = most
        self._running: set[asyncio.Task[None]] = set()
        self._turns: dict[str, asyncio.Lock] = {}

    async def bindings(self, items: list[PersistenceItem]) -> list[Mount]:
        """Return what ``items`` ask for; a context that does not exist is refused."""
        return [
            binding_of(item, (await run_in_threads(partial(self.store.get, item.context_id))).name) for item in items
        ]

    async def attach(self, session: EngineSession, bindings: list[Mount]) -> None:
        """Bind contexts to a session, and begin to copy them into it."""
        session.attached.add(bindings)
        for binding in bindings:
            await run_in_threads(partial(self._note, binding))
            task = self._task(session, binding, binding.path, "download")
            if binding.policy.download_policy.auto_download:
                self._begin(self._copy(session, binding, binding.parts, task))
            else:
                task.end()  # clients wait for a word on each context: there is nothing to wait for

    def sync(self, session: EngineSession, context_id: str | None, path: str | None, mode: Mode) -> None:
        """Begin to copy what is bound: all of it, or one context, or what a path has of it."""
        session.running_agent()
        works = [
            (binding, parts, self._task(session, binding, path or binding.path, mode))
            for binding, parts in _meant(session.attached, context_id, path)
        ]
        for work in works:
            self._begin(self._copy(session, *work))

    async def internal(self, session: EngineSession) -> Mount:
        """Return the session's own context for the transfer of files, made at the first call."""
        async with self._turn(session):
            for binding in session.attached.bindings:
                if binding.internal:
                    return binding
            made = await run_in_threads(partial(self.store.made, new_id("SdkCtx"), None, "file_transfer"))
            path = f"{session.sandbox.capabilities.folders[-1]}/{TRANSFERS}"
            binding = binding_of(PersistenceItem(context_id=made.id, path=path), "")
            binding.internal, binding.parts = True, ()
            session.attached.bindings.append(binding)
            return binding

    async def release(self, session: EngineSession) -> None:
        """Copy up what is to go up by itself, and remove what only the session needed; say so when that fails."""
        attached, session.attached = session.attached, Mounts(tasks=session.attached.tasks)
        due = [bound for bound in attached.bindings if not bound.internal and bound.policy.upload_policy.auto_upload]
        try:
            async with asyncio.timeout(RELEASE_TIMEOUT):
                await self._release(session, due)
        except TimeoutError:
            log.warning("session %s ends before its contexts are copied: it took too long", session.id)
        finally:
            self._turns.pop(session.id, None)
            for binding in attached.bindings:
                if binding.internal:
                    with contextlib.suppress(ApiError, sqlite3.Error, OSError):
                        await run_in_threads(partial(self.store.delete, binding.context_id))
                        await self.empty_trash()

    async def clear(self, context_id: str, delay: float) -> None:
        """Begin to empty a context; its files are out of sight when this returns."""
        await run_in_threads(partial(self.store.clear, context_id))
        self._begin(self._clear(context_id, delay))

    async def delete(self, context_id: str) -> None:
        """Delete a context; its files are out of sight when this returns."""
        await run_in_threads(partial(self.store.delete, context_id))
        self._begin(self.empty_trash())

    def start(self) -> None:
        """Begin to remove what is too old: now, and every hour."""
        self._begin(self._tend())

    async def _tend(self) -> None:
        while True:
            if self.store.exists:
                try:
                    await run_in_threads(partial(self.store.sweep, time.time()))
                    await self.empty_trash()
                except (sqlite3.Error, OSError) as exc:
                    log.warning("the contexts could not be tidied: %s", exc)
            await asyncio.sleep(SWEEP_INTERVAL)

    async def empty_trash(self) -> None:
        """Remove the files of contexts that are no more."""
        for folder in await run_in_threads(self.store.trash):
            await remove_tree(folder)

    async def _clear(self, context_id: str, delay: float) -> None:
        await asyncio.sleep(delay)
        await self.empty_trash()
        await run_in_threads(partial(self.store.cleared, context_id))

    async def close(self) -> None:
        """Give up what is being copied."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _release(self, session: EngineSession, due: list[Mount]) -> None:
        if due:  # what is copied stands still meanwhile
            with contextlib.suppress(AgentFailure, AgentGone, TimeoutError):
                async with asyncio.timeout(FREEZE_TIMEOUT):
                    await session.sandbox.agent.request("freeze")
        for binding in due:
            task = self._task(session, binding, binding.path, "upload")
            await self._copy(session, binding, binding.parts, task)
            if task.error:
                log.warning(
                    "session %s ends, and context %s lacks something of it: %s",
                    session.id,
                    binding.context_id,
                    task.error,
                )

    async def _copy(self, session: EngineSession, binding: Mount, top: Parts, task: Task) -> None:
        async with self._turn(session):
            top = binding.parts if binding.archives else top
            copy = SyncJob(session.sandbox.agent, self.store, binding, top, ByteBudget(self._most))
            try:
                await (copy.upload() if task.mode == "upload" else copy.download())
            except (CopyFailed, AgentGone, *FILE_ERRORS) as exc:
                task.end(str(exc) or "the session does not answer")
            except (LookupError, TypeError, ValueError) as exc:
                task.end(f"the session's agent broke the protocol: {type(exc).__name__}")
            except asyncio.CancelledError:
                task.end("it was given up: the engine stops")
                raise
            else:
                task.end()
            finally:
                if task.finished is None:  # clients wait for its end, whatever befell it
                    task.end("it broke off")

    def _note(self, binding: Mount) -> None:
        """Note that a context is in use, and how long it keeps its files."""
        self.store.used(binding.context_id)
        tops, days = binding.recycling()
        for top in tops:
            self.store.recycle_after(binding.context_id, top, days)

    def _task(self, session: EngineSession, binding: Mount, path: str, mode: Mode) -> Task:
        task = session.attached.tasks[binding.context_id, path, mode] = Task(binding.context_id, path, mode)
        return task

    def _turn(self, session: EngineSession) -> asyncio.Lock:
        return self._turns.setdefault(session.id, asyncio.Lock())

    def _begin(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)


def _meant(attached: Mounts, context_id: str | None, path: str | None) -> Iterator[tuple[Mount, Parts]]:
    """Yield what a request to copy means; what is not bound is refused."""
    try:
        parts = folder_parts(path) if path else None
    except BadPath as exc:
        raise ApiError("InvalidParameter", str(exc)) from exc
    named = [bound for bound in attached.bindings if context_id in (None, "", bound.context_id)]
    if context_id and not named:
        raise ApiError("Context.NotFound", f"context {context_id} is not bound to the session")
    if parts is None:
        yield from ((bound, bound.parts) for bound in named if not bound.internal)
        return
    covering = [bound for bound in named if bound.covers(parts) and (context_id or not bound.internal)]
    if not covering:
        raise ApiError("InvalidParameter", f"{path!a} is in no path that a context is bound to")
    yield from ((bound, parts) for bound in covering)
