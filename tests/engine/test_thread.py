"""An engine in a thread of the program: whatever interrupts its start or its end is reported, and leaves nothing."""

import asyncio
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from sessionbay.engine import EngineConfig, LocalEngine, thread
from sessionbay.engine.workdir import sweep

from .conftest import started
from .processes import alive, eventually, marker, spawn

FORKED = """
import os, signal, warnings
warnings.simplefilter("ignore")
from sessionbay import AgentBay
from sessionbay.engine import resolve
resolve._starting.acquire()  # as the thread does that starts one
child = os.fork()
if not child:
    signal.alarm(100)
    with AgentBay(endpoint="local") as bay:
        assert bay.list().success
    os._exit(0)
print(os.waitpid(child, 0)[1])
"""

KILLED = """
import os, signal, sys, warnings
warnings.simplefilter("ignore")
from sessionbay import AgentBay
from sessionbay.engine import EngineConfig, LocalEngine
engine = LocalEngine(EngineConfig(isolation=sys.argv[1], network="none")).start()
bay = AgentBay(endpoint=engine.endpoint, api_key=engine.api_key.reveal())
bay.create().unwrap().command.run(sys.argv[2])
if not os.fork():
    print("forked", flush=True)
    sys.stdin.read()
    os._exit(0)
signal.pause()
"""


def test_an_engine_whose_start_is_interrupted_stops_by_itself(folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    main = threading.get_ident()

    async def interrupting() -> None:
        signal.pthread_kill(main, signal.SIGINT)
        await sweep()

    monkeypatch.setattr("sessionbay.engine.engine.sweep", interrupting)
    engine = LocalEngine(EngineConfig(isolation="process"))
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # it is ignored in the background of a shell
    try:
        with pytest.raises(KeyboardInterrupt):
            engine.start()
    finally:
        signal.signal(signal.SIGINT, before)
    assert eventually(lambda: not engine._thread.is_alive(), seconds=60)
    assert list(folders.iterdir()) == []


def test_an_engine_that_does_not_end_in_time_is_reported_of(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = started()
    held = asyncio.Event()
    engine._engine._undo.push_async_callback(held.wait)
    with monkeypatch.context() as patch:
        patch.setattr(thread, "STOP_TIMEOUT", 0.1)
        with pytest.raises(TimeoutError, match="has not ended within"):
            engine.stop()
    engine._loop.call_soon_threadsafe(held.set)
    engine.stop()
    assert not engine._thread.is_alive()


def test_a_fork_made_while_an_engine_is_started_starts_one_of_its_own() -> None:
    ran = subprocess.run([sys.executable, "-c", FORKED], capture_output=True, text=True, timeout=120, check=False)
    assert (ran.returncode, ran.stdout) == (0, "0\n"), ran.stderr


@pytest.mark.parametrize("isolation", ["namespaces", "process"])
def test_a_fork_that_outlives_a_killed_program_keeps_nothing_of_its_engine(
    request: pytest.FixtureRequest, isolation: str
) -> None:
    request.getfixturevalue(f"{isolation}_engine")  # which skips where this machine cannot
    place: Path = request.getfixturevalue("folders")  # not sooner: that engine has its folder elsewhere
    mark = marker()
    argv = [sys.executable, "-c", KILLED, isolation, spawn(mark)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "forked\n"
        running.kill()
        assert eventually(lambda: not alive(mark) and not list(place.iterdir()), seconds=60)


def test_a_fork_that_holds_an_engines_port_does_not_go_on_listening() -> None:
    engine = started()
    listener = engine._engine._listener
    with listener._socket.dup():
        engine.stop()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", listener.port), 10)
        started(port=listener.port).stop()
