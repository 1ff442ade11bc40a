"""Programs that the signal finds in the middle of something: another handler, a loop, a fork, their exit."""

import asyncio
import atexit
import importlib
import importlib.util
import logging
import multiprocessing
import multiprocessing.resource_tracker
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import trio

import sessionbay
from sessionbay import AgentBay, AsyncAgentBay, shutdown
from sessionbay.engine import LocalEngine

from .locks import log_handler_lock
from .row import BUSY, TERM, Interruption, row

BOUND = 60.0  # seconds to wait for another thread
PAUSE = 0.05  # seconds


def with_handler(program: Interruption, handler: Callable[..., object]) -> None:
    """Strike a program that had a handler for the signal."""
    signal.signal(signal.SIGTERM, handler)
    sessionbay.install_signal_handlers()
    program.enter()
    program.strike()
    time.sleep(BUSY)


@row("a handler of the program raises", status=1)
def _raises(program: Interruption) -> None:
    def handler(*_: object) -> None:
        raise RuntimeError

    with_handler(program, handler)


@row("a handler of the program exits, under its lock", status=5)
def _exits(program: Interruption) -> None:
    lock = threading.RLock()

    def handler(*_: object) -> None:
        with lock:
            sys.exit(5)

    with lock:
        with_handler(program, handler)


@row("a handler of the program calls this one")
def _wraps(program: Interruption) -> None:
    ours: Any = signal.getsignal(signal.SIGTERM)
    signal.signal(signal.SIGTERM, lambda number, frame: ours(number, frame))
    program.enter()
    program.strike()
    time.sleep(BUSY)


@row("no thread can be started")
def _no_threads(program: Interruption) -> None:
    def fails(_: object) -> None:
        raise RuntimeError("can't start new thread")

    threading.Thread.start = fails  # type: ignore[method-assign, assignment]
    program.enter()
    program.strike()
    time.sleep(BUSY)


def strike_from_beside(program: Interruption) -> None:
    """Strike from another thread once the main thread waits for something.

    Python calls no handler if the signal arrives just before the main thread begins to wait.
    """

    def strike() -> None:
        seen, now = "", _switches()
        while seen != now:
            time.sleep(PAUSE)
            seen, now = now, _switches()
        program.strike()

    threading.Thread(target=strike, daemon=True).start()


def _switches() -> str:
    """Return how often the main thread has begun to wait, as far as the system counts that."""
    status = Path(f"/proc/self/task/{threading.main_thread().native_id}/status")
    return status.read_text().partition("voluntary_ctxt_switches")[2] if status.exists() else ""


async def _wait(program: Interruption, sleep: Callable[[float], Any]) -> None:
    bay = AsyncAgentBay()
    await bay.session(labels=program.labels).__aenter__()
    strike_from_beside(program)
    await sleep(BUSY)


@row("asyncio: its loop waits")
def _asyncio(program: Interruption) -> None:
    asyncio.run(_wait(program, asyncio.sleep))


@row("trio: its loop waits")
def _trio(program: Interruption) -> None:
    trio.run(_wait, program, trio.sleep)


@row("the client: it waits for a command")
def _command(program: Interruption) -> None:
    session = program.enter()
    strike_from_beside(program)
    session.command.run("sleep 60")


@row("the client: a creation was sent")
def _creation(program: Interruption) -> None:
    core: Any = importlib.import_module("sessionbay._sync.http.core").HttpCore
    exchange = core.exchange

    def exchanged(self: Any, request: Any, timeouts: Any) -> Any:
        response = exchange(self, request, timeouts)
        if "CreateMcpSession" in request.url:
            program.strike_in(threading.Lock())
        return response

    core.exchange = exchanged
    program.enter()


@row("subprocess: it waits for a child")
def _subprocess(program: Interruption) -> None:
    program.enter()
    child = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)  # it ends with this program
    strike_from_beside(program)
    child.wait(BUSY)


@row("an engine in a thread of the program")
def _embedded(program: Interruption) -> None:
    engine = LocalEngine().start()
    program.enter(endpoint=engine.endpoint, api_key=engine.api_key.reveal())
    program.strike_in(log_handler_lock())


@row("fork: the child gets the signal", status=0)
def _fork(program: Interruption) -> None:
    session = program.enter()
    if not (child := os.fork()):
        program.strike()
        time.sleep(BUSY)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == TERM
    assert session.get_status().status == "RUNNING"
    assert len(AgentBay().list(labels=program.labels).sessions) == 2


@row("fork: the child gets the signal before its hooks run", status=0)
def _early(program: Interruption) -> None:
    parent = os.getpid()

    class Handler(logging.StreamHandler[Any]):
        def _at_fork_reinit(self) -> None:  # logging registered its hooks before the client did
            if os.getpid() != parent:
                program.strike()

    program.enter()
    _ = Handler()
    if not (child := os.fork()):
        time.sleep(BUSY)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == TERM
    assert len(AgentBay().list(labels=program.labels).sessions) == 2


def wait_in_child(begun: Any) -> None:
    """Say that the child runs, and wait for its signal."""
    begun.set()
    time.sleep(BUSY)


@row("multiprocessing: a child gets the signal", status=0, is_timed=False)
def _multiprocessing(program: Interruption) -> None:
    session = program.enter()
    for method in ("fork", "spawn"):
        context: Any = multiprocessing.get_context(method)
        begun = context.Event()
        child = context.Process(target=wait_in_child, args=(begun,))
        child.start()
        begun.wait(BOUND)  # Python drops a signal that a child gets in the first moments after a fork
        child.terminate()
        child.join()
        assert child.exitcode == TERM
        assert session.get_status().status == "RUNNING"


@row("exit: another function of atexit runs")
def _atexit(program: Interruption) -> None:
    program.enter()
    atexit.register(program.strike_in, threading.Lock())


@row("exit: the sessions are being deleted")
def _exiting(program: Interruption) -> None:
    def strike(_: float) -> shutdown.Outcome:
        program.strike()
        return shutdown.DELETED

    shutdown.register("that strikes", "", strike)  # the first that is deleted
    program.enter()


@row("exit: the interpreter waits for a thread")
def _joining(program: Interruption) -> None:
    program.enter()
    threading.Thread(target=time.sleep, args=(BUSY,)).start()
    strike_from_beside(program)


@row("exit: daemon threads are in blocks", status=0)
def _daemons(program: Interruption) -> None:
    entered = threading.Barrier(3)

    def work() -> None:
        with AgentBay() as bay, bay.session(labels=program.labels):
            entered.wait(BOUND)
            threading.Event().wait()

    for _ in range(2):
        threading.Thread(target=work, daemon=True).start()
    entered.wait(BOUND)
    os.write(program.pipe, f"{time.monotonic()}\n".encode())


@row("exit: sys.exit() in a thread", status=0)
def _thread_exits(program: Interruption) -> None:
    def work() -> None:
        with AgentBay() as bay, bay.session(labels=program.labels):
            os.write(program.pipe, f"{time.monotonic()}\n".encode())
            sys.exit(3)

    threading.Thread(target=work).start()


@row("SIGHUP", status=-signal.SIGHUP)
def _hangup(program: Interruption) -> None:
    program.enter()
    program.strike(signal.SIGHUP)
    time.sleep(BUSY)


@row("SIGINT", status=-signal.SIGINT)
def _interrupt(program: Interruption) -> None:
    program.enter()
    program.strike(signal.SIGINT)
    time.sleep(BUSY)


@row("SIGINT, and again during the deletion", status=-signal.SIGINT)
def _twice(program: Interruption) -> None:
    block: Any = importlib.import_module("sessionbay._sync.session_block")
    block.delete_shielded = lambda _: program.strike(signal.SIGINT)
    with AgentBay().session(labels=program.labels):
        program.strike(signal.SIGINT)


@row("SIGINT during a creation, and again during its undoing", status=-signal.SIGINT)
def _twice_early(program: Interruption) -> None:
    creation: Any = importlib.import_module("sessionbay._sync.creation")
    core: Any = importlib.import_module("sessionbay._sync.http.core").HttpCore
    exchange = core.exchange

    def exchanged(self: Any, request: Any, timeouts: Any) -> Any:
        response = exchange(self, request, timeouts)
        if "CreateMcpSession" in request.url:
            program.strike(signal.SIGINT)
        return response

    core.exchange = exchanged
    creation.Creation._undo = lambda _: program.strike(signal.SIGINT)
    AgentBay().session(labels=program.labels).__enter__()


@row("SIGINT during the deletion at exit", status=0, left=1, warns=True)
def _gives_up(program: Interruption) -> None:
    AgentBay().session(labels=program.labels).__enter__()
    requests = dict(shutdown._registered)

    def strike(_: float) -> shutdown.Outcome:
        program.strike(signal.SIGINT)
        time.sleep(BUSY)
        return shutdown.DELETED

    for key in requests:
        shutdown._registered[key] = strike


@row("a server that sends nonsense", warns=True)
def _nonsense(program: Interruption) -> None:
    def fails(_: float) -> shutdown.Outcome:
        raise ValueError("nonsense")

    shutdown.register("of another service", "", fails)
    program.enter()
    program.strike()
    time.sleep(BUSY)


@row("an engine that has ended", status=0)
def _engine_ended(program: Interruption) -> None:
    with LocalEngine() as engine:
        program.enter(endpoint=engine.endpoint, api_key=engine.api_key.reveal())
    os.write(program.pipe, f"{time.monotonic()}\n".encode())


@row("os._exit(), as documented", status=3, left=2)
def _os_exit(program: Interruption) -> None:
    program.enter()
    os.write(program.pipe, f"{time.monotonic()}\n".encode())
    os._exit(3)
