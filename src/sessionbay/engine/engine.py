"""An engine: a folder, a kind of sandbox, a listener, and the sessions between them."""

import asyncio
import secrets
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path

from ..core.escaping_filter import escaping_logger
from ..core.secrets import Secret
from . import tool_dispatch
from .actions import Actions
from .app import create_app
from .config import EngineConfig
from .contexts.scheduler import SyncScheduler
from .contexts.signing import Signer
from .contexts.store import Store
from .contexts.threads import run_in_threads, shutdown_threads
from .crash_cleanup import Remover
from .discovery import folder as state_folder
from .listener import Listener
from .loopback_middleware import LoopbackMiddleware
from .sandbox.backends import Backend, choose, session_uid, write_agent
from .sandbox.control_groups import find_groups
from .sandbox.spawner import spawn
from .session_registry import SessionRegistry
from .transfers import Transfers
from .workdir import make_folder, remove_tree, sweep

log = escaping_logger("sessionbay.engine")


class Engine:
    """An engine. Start and stop it in the same event loop, on a thread that outlives it."""

    def __init__(self, config: EngineConfig | None = None) -> None:
        self.config = config or EngineConfig()
        self.api_key = Secret(f"akm-{secrets.token_urlsafe(32)}")

    @property
    def endpoint(self) -> str:
        """The URL for clients."""
        return self._listener.url

    @property
    def backend(self) -> Backend:
        """The kind of sandbox that was chosen."""
        return self._backend

    @property
    def sessions(self) -> SessionRegistry:
        """The registry of its sessions."""
        return self._sessions

    async def start(self) -> None:
        """Choose a sandbox and start to serve; undo all steps on failure."""
        await sweep()
        async with AsyncExitStack() as undo:
            folder, shared = await spawn(partial(_make_folders, undo))
            undo.callback(shutdown_threads)
            entries = asyncio.create_task(run_in_threads(tool_dispatch.entries))  # which takes long, once
            groups = await spawn(partial(find_groups, folder, session_uid()))
            if groups:
                undo.push_async_callback(spawn, groups.remove)
            backend = await choose(self.config.isolation, shared, self.config.network)
            self._backend = replace(backend, groups=groups)
            if self._backend.no_network:
                log.info(self._backend.no_network)
            self._listener = Listener(self.config.port)
            self._sessions = SessionRegistry(folder / "sessions", self._backend, self.config)
            store = Store((self.config.state or state_folder()) / "contexts")
            undo.callback(store.close)
            copies, signer = SyncScheduler(store, self.config.context_limit), Signer(self.config.context_limit)
            undo.push_async_callback(copies.close)
            copies.start()
            self._sessions.before_delete = copies.release
            undo.push_async_callback(self._sessions.close)
            actions = Actions(self._sessions, copies, signer, self.endpoint)
            app = create_app(
                self._sessions, actions, Transfers(store, signer, self._sessions, self.endpoint), self.api_key
            )
            await entries
            await self._listener.start(LoopbackMiddleware(app, self._listener.port))
            undo.push_async_callback(self._listener.stop)
            self._undo = undo.pop_all()

    async def stop(self) -> None:
        """Stop serving, end all sessions, and remove the engine's folder."""
        await self._undo.aclose()


def _make_folders(undo: AsyncExitStack) -> tuple[Path, Path]:
    """Create the engine's folder, and in it the one that its sandboxes share; ``undo`` removes them."""
    folder, lock = make_folder()
    undo.callback(lock.close)
    undo.push_async_callback(spawn, Remover(folder).dismiss)
    undo.push_async_callback(remove_tree, folder)
    return folder, write_agent(folder)
