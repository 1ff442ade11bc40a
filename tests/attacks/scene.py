"""Where an attack happens: a real engine, sessions in it, and ways to speak to it."""

import os
import shutil
import socket
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from sessionbay import AgentBay, Session
from sessionbay.engine import EngineConfig, LocalEngine
from sessionbay.engine.session import EngineSession

from ..engine.processes import ENOUGH, eventually

PATIENCE = ENOUGH


class Scene:
    """One attack's scene; all that it makes ends with it."""

    def __init__(self, engine: LocalEngine, patch: pytest.MonkeyPatch, folder: Path) -> None:
        self.engine = engine
        self.patch = patch
        self.folder = folder
        self.marks: set[str] = set()
        self.slack = 20.0  # a defence may be so many times slower than on a quick machine
        self.ending = ExitStack()

    @property
    def key(self) -> str:
        """The engine's key."""
        return self.engine.api_key.reveal()

    @property
    def port(self) -> int:
        """The engine's port."""
        return int(self.engine.endpoint.rpartition(":")[2])

    def client(self, engine: LocalEngine | None = None) -> AgentBay:
        """Return an honest client."""
        engine = engine or self.engine
        return self.ending.enter_context(AgentBay(endpoint=engine.endpoint, api_key=engine.api_key.reveal()))

    def session(self, engine: LocalEngine | None = None, **wanted: Any) -> Session:
        """Return a new session, in the engine as it is now."""
        return self.ending.enter_context(self.client(engine).session(**wanted))

    def lost_session(self, engine: LocalEngine | None = None) -> Session:
        """Return a new session that the attack may lose."""
        return self.client(engine).create().unwrap()

    def started(self, **config: Any) -> LocalEngine:
        """Return an engine of the attack's own."""
        engine = LocalEngine(EngineConfig(**{"isolation": self.engine.isolation, **config})).start()
        self.ending.callback(engine.stop)
        return engine

    def apart(self) -> "Scene":
        """Return a scene with an engine of its own, which the attack may ruin."""
        other = Scene(self.started(), self.patch, self.folder)
        other.ending, other.slack = self.ending, self.slack
        return other

    def http(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Send any request to the engine, or to a whole URL."""
        url = path if path.startswith("http") else f"{self.engine.endpoint}{path}"
        return httpx.request(method, url, trust_env=False, **{"timeout": PATIENCE, **more})

    def raw(self, port: int, data: bytes) -> bytes:
        """Send bytes to a port of the loopback; return what comes until the other side closes or is silent."""
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as sock:
            came = b""
            with suppress(TimeoutError, ConnectionError):
                sock.sendall(data)
                while part := sock.recv(65536):
                    came += part
                    sock.settimeout(1)
            return came

    def on_loop(self, work: Callable[[], Any]) -> Any:
        """Await what ``work`` makes, in the engine's own loop."""
        import asyncio

        async def run() -> Any:
            return await work()

        return asyncio.run_coroutine_threadsafe(run(), self.engine._loop).result(100)

    def known(self, session: Session) -> EngineSession:
        """Return a session as the engine keeps it."""
        return self.engine._engine.sessions._sessions[session.session_id]

    def status(self, session: Session) -> str:
        """Return the state of a session, also after its end."""
        return str(self.engine._engine.sessions.remembered(session.session_id).status)

    def state(self) -> Path:
        """Return the engine's state folder to be, in a folder that everyone may enter."""
        made = Path(tempfile.mkdtemp(prefix="attack-"))
        made.chmod(0o711)
        self.ending.callback(shutil.rmtree, made, ignore_errors=True)
        self.patch.setenv("SESSIONBAY_HOME", str(made / "state"))
        return made / "state"

    def end(self, session: Session) -> bool:
        """Have the engine delete a session; return whether it did in time."""
        known = self.engine._engine.sessions._sessions.get(session.session_id)
        if known is None:
            return True  # it came to its end by itself
        self.engine._loop.call_soon_threadsafe(self.engine._engine.sessions.delete, known)
        return self.eventually(lambda: known.status == "FINISH", 3)

    def eventually(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Return whether ``condition`` comes true in the time that it takes on a quick machine, or soon after."""
        return eventually(condition, seconds * self.slack)

    def is_late(self, begun: float, seconds: float) -> bool:
        """Return whether more than that has passed since ``begun``."""
        return time.monotonic() - begun > seconds * self.slack

    def home(self, session: Session) -> Path:
        """Return the path on the host of a session's home."""
        return self.known(session).sandbox.home_folder

    def root(self, session: Session) -> Path:
        """Return a session's folder on the host."""
        return self.known(session).sandbox.spec.root


def output(session: Session, command: str, **more: Any) -> str:
    """Return what a command writes, on both of its outputs."""
    ran = session.command.run(f"( {command}\n) 2>&1", **more)
    return str(ran.stdout if ran.stdout is not None else ran.output).strip()


def python(session: Session, code: str, *words: str, **more: Any) -> str:
    """Return what a program of Python's writes inside."""
    session.file_system.write_file("attack.py", code).raise_for_error()
    return output(session, f"python3 attack.py {' '.join(words)}", **more)


def got(reported: str) -> str | None:
    """Return what a program inside says that it got."""
    return "; ".join(line for line in reported.splitlines() if line.startswith("got:")) or None


def as_other(uid: int, work: Callable[[], str | None]) -> str | None:
    """Do something in a process of another user's, and return what it got; an ``OSError`` is nothing."""
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        found = ""
        try:
            os.setgroups([])
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)
            found = work() or ""
        except OSError:
            pass
        finally:
            os.write(writing, found.encode()[:4000])
            os._exit(0)
    os.close(writing)
    with open(reading, "rb") as pipe:
        got = pipe.read().decode()
    os.waitpid(child, 0)
    return got or None


def descriptors() -> int:
    """Return how many descriptors this process has."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir())
