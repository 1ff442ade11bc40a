"""An engine in a thread of the program, for sync and async clients and for tests."""

import asyncio
import contextlib
import threading
import warnings
from collections.abc import Coroutine, Iterable
from types import TracebackType
from typing import Any, Self, TypeVar

import psutil

from ..core.secrets import Secret
from .config import EngineConfig
from .contexts.threads import run_in_threads
from .engine import Engine
from .loop_meter import loop_factory
from .sandbox.capabilities import Isolation
from .sandbox.spawner import shutdown_spawner

CALL_TIMEOUT = 20.0  # seconds
STOP_TIMEOUT = 60.0  # seconds; includes the last copies of contexts
T = TypeVar("T")


class IsolationWarning(UserWarning):
    """The isolation of the local engine's sessions is weaker than namespaces."""


class LocalEngine:
    """A private engine, which ends with the program or, as a context manager, with the block.

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
        self._begun = threading.Event()
        self._stop_requested = False
        self._failed: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="sessionbay-engine", daemon=True)

    @property
    def endpoint(self) -> str:
        """The URL that clients talk to."""
        return self._engine.endpoint

    @property
    def api_key(self) -> Secret:
        """The API key for clients."""
        return self._engine.api_key

    @property
    def isolation(self) -> Isolation:
        """The kind of isolation of the sessions."""
        return self._engine.backend.isolation

    @property
    def is_running(self) -> bool:
        """Whether the engine has started and not ended."""
        return self._thread.is_alive()

    def start(self) -> Self:
        """Start the engine, and return once it serves; warn when isolation is weaker than namespaces."""
        try:
            self._thread.start()
            self._ready.wait()
        except BaseException:  # Ctrl-C: the caller gets no engine to stop
            self._request_stop()
            raise
        if self._failed:
            raise self._failed
        if weakness := self._engine.backend.weakness:
            try:
                warnings.warn(weakness, IsolationWarning, stacklevel=2)
            except IsolationWarning:  # the program turns warnings into errors
                self.stop()
                raise
        return self

    def session_ids(self, *, ended: bool = False) -> tuple[str, ...]:
        """Return the ids of the sessions.

        Args:
            ended: Whether to include sessions that ended within the last hour.
        """
        return self._request(self._ids(ended))

    def end_sessions(self, session_ids: Iterable[str]) -> tuple[int, ...]:
        """End sessions immediately, in any state.

        Args:
            session_ids: The sessions; ended ones are ignored.

        Returns:
            The ids of their processes that still run; normally empty.
        """
        return self._request(self._end(frozenset(session_ids)))

    def stop(self) -> None:
        """Stop the engine and end all its sessions; raise its error if it failed.

        Raises:
            TimeoutError: The engine has not stopped within a minute. It continues to stop.
        """
        if self._thread.is_alive():
            self._request_stop()
            self._thread.join(STOP_TIMEOUT)
        if self._thread.is_alive():
            raise TimeoutError(f"the local engine has not ended within {STOP_TIMEOUT:g} s: its sessions may still run")
        if self._failed:
            raise self._failed

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=loop_factory(self._engine.config.slow_turn)) as runner:
                runner.run(self._serve())
        except BaseException as exc:  # noqa: BLE001  # raised again in the thread that started this one
            self._failed = exc
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        self._begun.set()
        try:
            await self._engine.start()
            self._ready.set()
            if not self._stop_requested:
                await self._stopping.wait()
            await self._engine.stop()
        finally:
            shutdown_spawner()

    def _request_stop(self) -> None:
        """Request a stop, which a starting engine performs once it has started."""
        self._stop_requested = True
        if self._begun.is_set():
            with contextlib.suppress(RuntimeError):  # the loop has been closed meanwhile
                self._loop.call_soon_threadsafe(self._stopping.set)

    def _request(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine in the engine's thread, and return its result."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(CALL_TIMEOUT)

    async def _ids(self, ended: bool) -> tuple[str, ...]:
        sessions = self._engine.sessions
        return tuple(session.id for session in (sessions.known() if ended else sessions.listed()))

    async def _end(self, session_ids: frozenset[str]) -> tuple[int, ...]:
        sessions = [session for session in self._engine.sessions.living() if session.id in session_ids]
        pids = [session.sandbox.pid for session in sessions]
        running = await run_in_threads(lambda: [process for pid in pids for process in _tree(pid)])
        await self._engine.sessions.end(sessions)
        return await run_in_threads(lambda: tuple(process.pid for process in running if _is_running(process)))


def _tree(pid: int) -> list[psutil.Process]:
    """Return a process and its descendants."""
    with contextlib.suppress(psutil.NoSuchProcess):
        first = psutil.Process(pid)
        return [first, *first.children(recursive=True)]
    return []


def _is_running(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False
