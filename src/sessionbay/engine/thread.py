"""An engine in a thread of the program: for sync clients, for async ones, for tests."""

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
from .engine import Engine
from .sandbox.capabilities import Isolation

ASK_TIMEOUT = 20.0
STOP_TIMEOUT = 60.0  # seconds: the last copies of contexts have some of them, and each kind of end
T = TypeVar("T")


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
        self._begun = threading.Event()
        self._unwanted = False
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
        try:
            self._thread.start()
            self._ready.wait()
        except BaseException:  # Ctrl-C: nobody has it, and so nobody would stop it
            self._ask_to_stop()
            raise
        if self._failed:
            raise self._failed
        if weakness := self._engine.backend.weakness:
            try:
                warnings.warn(weakness, IsolationWarning, stacklevel=2)
            except IsolationWarning:  # the program takes warnings for errors
                self.stop()
                raise
        return self

    def session_ids(self, *, ended: bool = False) -> tuple[str, ...]:
        """Return the ids of the sessions.

        Args:
            ended: Whether those are wanted too that ended within the last hour.
        """
        return self._request(self._ids(ended))

    def end_sessions(self, session_ids: Iterable[str]) -> tuple[int, ...]:
        """End sessions at once, whatever state they are in.

        Args:
            session_ids: The sessions; those that have ended already may be among them.

        Returns:
            The processes of theirs that still run, which should be none.
        """
        return self._request(self._ended(frozenset(session_ids)))

    def stop(self) -> None:
        """Stop it, and end all its sessions; raise what made it fail, if anything did.

        Raises:
            TimeoutError: It has not come to its end within a minute. It still goes on to.
        """
        if self._thread.is_alive():
            self._ask_to_stop()
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
            asyncio.run(self._serve())
        except BaseException as exc:  # noqa: BLE001  # it is raised again, in the thread that started this one
            self._failed = exc
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        self._begun.set()
        await self._engine.start()
        self._ready.set()
        if not self._unwanted:
            await self._stopping.wait()
        await self._engine.stop()

    def _ask_to_stop(self) -> None:
        """Have it stop; while it starts, as soon as it has."""
        self._unwanted = True
        if self._begun.is_set():
            with contextlib.suppress(RuntimeError):  # it has come to its end meanwhile
                self._loop.call_soon_threadsafe(self._stopping.set)

    def _request(self, work: Coroutine[Any, Any, T]) -> T:
        """Have something done in the engine's thread."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(ASK_TIMEOUT)

    async def _ids(self, ended: bool) -> tuple[str, ...]:
        sessions = self._engine.sessions
        return tuple(session.id for session in (sessions.known() if ended else sessions.listed()))

    async def _ended(self, session_ids: frozenset[str]) -> tuple[int, ...]:
        sessions = [session for session in self._engine.sessions.living() if session.id in session_ids]
        running = [process for session in sessions for process in _tree(session.sandbox.pid)]
        await self._engine.sessions.end(sessions)
        return tuple(process.pid for process in running if _runs(process))


def _tree(pid: int) -> list[psutil.Process]:
    """Return a process and all that come from it."""
    with contextlib.suppress(psutil.NoSuchProcess):
        first = psutil.Process(pid)
        return [first, *first.children(recursive=True)]
    return []


def _runs(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False
