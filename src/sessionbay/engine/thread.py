"""An engine in a thread of the program: for sync clients, for async ones, for tests."""

import asyncio
import threading
import warnings
from types import TracebackType
from typing import Self

from ..core.redact import Secret
from .config import EngineConfig
from .engine import Engine
from .sandbox.base import Isolation

STOP_TIMEOUT = 20.0


class IsolationWarning(UserWarning):
    """Sessions of the local engine are less shut off than they could be."""


class LocalEngine:
    """A private engine. It goes with the program; as a context manager, with the block.

    Example:
        ```python
        with LocalEngine() as engine:
            with AgentBay(endpoint=engine.endpoint, api_key=engine.api_key.reveal()) as bay:
                print(bay.list().session_ids)
        ```
    """

    def __init__(self, config: EngineConfig | None = None) -> None:
        self._engine = Engine(config)
        self._ready = threading.Event()
        self._failed: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="sessionbay-engine", daemon=True)

    @property
    def endpoint(self) -> str:
        """The URL that clients talk to."""
        return self._engine.endpoint

    @property
    def api_key(self) -> Secret:
        """The key that clients show."""
        return self._engine.api_key

    @property
    def isolation(self) -> Isolation:
        """What keeps the sessions in."""
        return self._engine.backend.isolation

    def start(self) -> Self:
        """Start it; return when it serves. Isolation that is weaker than namespaces is warned of."""
        self._thread.start()
        self._ready.wait()
        if self._failed:
            raise self._failed
        if weakness := self._engine.backend.weakness:
            warnings.warn(weakness, IsolationWarning, stacklevel=2)
        return self

    def stop(self) -> None:
        """Stop it, and end all its sessions."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join(STOP_TIMEOUT)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as exc:  # noqa: BLE001  # it is raised again, in the thread that started this one
            self._failed = exc
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        await self._engine.start()
        self._ready.set()
        await self._stopping.wait()
        await self._engine.stop()
