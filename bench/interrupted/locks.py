"""Programs whose main thread holds a lock when the signal arrives, and never releases it."""

import _imp
import _thread
import concurrent.futures.thread
import contextlib
import functools
import gc
import importlib
import importlib.util
import io
import logging
import multiprocessing
import multiprocessing.resource_tracker
import os
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pydantic.main

from sessionbay import shutdown

from .row import BUSY, ROWS, Interruption, Row, row

USED_MODULES = ("email", "encodings", "http", "httpx", "json", "logging", "pydantic", "sessionbay", "socket", "ssl")


class EveryLock:
    """Every lock of the program that is free, as far as the garbage collector sees their owners."""

    def acquire(self) -> None:
        """Acquire them all."""
        kinds = (_thread.LockType, type(threading.RLock()))
        found = {
            id(each): each for one in gc.get_objects() for each in gc.get_referents(one) if isinstance(each, kinds)
        }
        for lock in found.values():
            lock.acquire(blocking=False)


class ImportLocks:
    """The locks of loaded modules, as if each of them were being imported."""

    def acquire(self) -> None:
        """Acquire the global lock and those of the modules."""
        _imp.acquire_lock()
        bootstrap: Any = importlib._bootstrap
        for name in [name for name in sys.modules if name.partition(".")[0] in USED_MODULES]:
            if spec := getattr(sys.modules[name], "__spec__", None):
                spec._initializing = True
                bootstrap._get_module_lock(name).acquire()


class FormLock:
    """A lock with the interface of ``threading.Lock`` over two functions."""

    def __init__(self, acquire: Callable[[], object]) -> None:
        self.acquire = acquire


def log_handler_lock() -> Any:
    """Return the lock of a log handler that writes all records of the program."""
    logging.basicConfig(level=logging.INFO, stream=io.StringIO(), force=True)
    return logging.getLogger().handlers[0].lock


LOCKS: dict[str, Callable[[Any], Any]] = {
    "no lock": lambda _: threading.Lock(),
    "pydantic: rebuilding a model": lambda _: pydantic.main._rebuild_lock,
    "logging: the module": lambda _: logging._lock,  # type: ignore[attr-defined]
    "logging: a handler at INFO": lambda _: log_handler_lock(),
    "threading: starting a thread": lambda _: threading._active_limbo_lock,  # type: ignore[attr-defined]
    "threading: waiting for threads": lambda _: getattr(threading, "_shutdown_locks_lock", threading.Lock()),
    "threading: a condition": lambda _: threading.Condition(),
    "import: the interpreter's lock": lambda _: FormLock(_imp.acquire_lock),
    "import: each module in use": lambda _: ImportLocks(),
    "concurrent.futures: its threads": lambda _: concurrent.futures.thread._global_shutdown_lock,
    "multiprocessing: its tracker": lambda _: multiprocessing.resource_tracker._resource_tracker._lock,  # type: ignore[attr-defined]
    "tempfile: choosing a name": lambda _: tempfile._once_lock,  # type: ignore[attr-defined]
    "subprocess: waiting for a child": lambda _: subprocess.Popen(["true"])._waitpid_lock,  # type: ignore[attr-defined]
    "httpx: a pool of the program": lambda _: httpx.Client()._transport._pool._optional_thread_lock._lock,  # type: ignore[attr-defined]
    "the client: its connections": lambda session: session.agent_bay.core.api._core.pool._lock,
    "the client: its first call": lambda session: session.agent_bay.core.api._http_lock,
    "every lock at once": lambda _: EveryLock(),
}


def hold(find: Callable[[Any], Any], program: Interruption) -> None:
    """Strike while the main thread holds a lock."""
    program.strike_in(find(program.enter()))


for _name, _find in LOCKS.items():
    ROWS[_name] = Row(partial(hold, _find))


@row("TLS, every lock at once")
def _tls(program: Interruption) -> None:
    trusting = ssl.create_default_context(cafile=os.environ["TLS_AUTHORITY"])
    program.enter(endpoint=os.environ["TLS_ENDPOINT"], verify=trusting)
    program.strike_in(EveryLock())


class Striking(io.RawIOBase):
    """A stream whose writer is interrupted."""

    def __init__(self, program: Interruption) -> None:
        self._program = program

    def writable(self) -> bool:
        """Return True."""
        return True

    def write(self, data: Any) -> int:
        """Strike."""
        self._program.strike()
        time.sleep(BUSY)
        return len(data)


@row("standard output: its buffer")
def _stdout(program: Interruption) -> None:
    program.enter()
    sys.stdout = io.TextIOWrapper(io.BufferedWriter(Striking(program)))
    print("hello", flush=True)


@row("standard error: its buffer, a log line")
def _stderr(program: Interruption) -> None:
    program.enter()
    logging.basicConfig(stream=io.TextIOWrapper(io.BufferedWriter(Striking(program))), force=True)
    logging.warning("hello")


def strike_with_a_warning(program: Interruption) -> None:
    """Get the signal while there is a session to warn of, which its service does not delete."""
    shutdown.register("of another service", "", lambda _: shutdown.Outcome("it refused", final=True))
    program.strike()
    time.sleep(BUSY)


@row("standard error: a full pipe")
def _full(program: Interruption) -> None:
    program.enter()
    _, writer = os.pipe()
    os.set_blocking(writer, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writer, bytes(4096))
    os.set_blocking(writer, True)
    os.dup2(writer, shutdown.STDERR)
    strike_with_a_warning(program)


@row("standard error: closed")
def _closed(program: Interruption) -> None:
    program.enter()
    os.close(shutdown.STDERR)
    strike_with_a_warning(program)


@row("import: a module's code")
def _importing(program: Interruption) -> None:
    program.enter()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "interrupted_module.py")
        path.write_text("strike()")
        spec: Any = importlib.util.spec_from_file_location("interrupted_module", path)
        module = importlib.util.module_from_spec(spec)
        module.strike = partial(program.strike_in, threading.Lock())  # type: ignore[attr-defined]
        sys.modules["interrupted_module"] = module
        spec.loader.exec_module(module)


@row("the garbage collector: a finalizer takes a lock")
def _finalizer(program: Interruption) -> None:
    lock = threading.Lock()

    class Garbage:
        def __init__(self) -> None:
            self.me = self

        def __del__(self) -> None:
            with lock:
                pass

    def collect(_: float) -> shutdown.Outcome:
        if gc.isenabled():
            gc.collect()
        return shutdown.DELETED

    program.enter()
    gc.disable()
    Garbage()
    shutdown.register("of the collector", "", collect)
    number, process = signal.SIGTERM, os.getpid()
    os.write(program.pipe, f"{time.monotonic()}\n".encode())
    lock.acquire()
    gc.enable()
    os.kill(process, number)
    time.sleep(BUSY)


@row("a cached property of the standard library")
def _cached(program: Interruption) -> None:
    class Lazy:
        @functools.cached_property
        def value(self) -> None:
            program.strike_in(threading.Lock())

    program.enter()
    _ = Lazy().value
