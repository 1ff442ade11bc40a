"""An engine: a folder, a kind of sandbox, a listener, and the sessions between them."""

import os
import secrets
from pathlib import Path

from ..core.redact import Secret
from .actions import Actions
from .app import create_app
from .config import EngineConfig
from .folders import make_folder, remove_tree, sweep
from .guard import Guard
from .listener import Listener
from .sandbox.backends import Backend, choose, write_agent
from .sessions import Sessions


class Engine:
    """One engine. It must be started and stopped in the same event loop, on a thread that lives as long as it does."""

    def __init__(self, config: EngineConfig | None = None) -> None:
        self.config = config or EngineConfig()
        self.api_key = Secret(f"akm-{secrets.token_urlsafe(32)}")
        self._folder: Path | None = None
        self._sessions: Sessions | None = None

    @property
    def endpoint(self) -> str:
        """The URL that clients talk to."""
        return self._listener.url

    @property
    def backend(self) -> Backend:
        """The kind of sandbox that was chosen."""
        return self._backend

    async def start(self) -> None:
        """Choose a sandbox and begin to serve."""
        await sweep()
        self._folder, self._lock = make_folder()
        try:
            self._backend = await choose(self.config.isolation, write_agent(self._folder), self.config.network)
            self._listener = Listener(self.config.port)
            self._sessions = Sessions(self._folder / "sessions", self._backend, self.config)
            app = create_app(self._sessions, Actions(self._sessions, self.endpoint), self.api_key)
            await self._listener.start(Guard(app, self._listener.port))
        except BaseException:
            await self._clear()
            raise

    async def stop(self) -> None:
        """End all sessions, stop serving, and remove what was written."""
        await self._listener.stop()
        await self._clear()

    async def _clear(self) -> None:
        if self._sessions:
            await self._sessions.close()
        if self._folder:
            await remove_tree(self._folder)
            os.close(self._lock)
