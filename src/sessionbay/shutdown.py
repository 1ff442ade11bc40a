"""Deletes the program's sessions at exit: those of ``session``, ``map`` and ``pool`` that are still registered.

A signal handler may run between any two steps of the main thread, which may hold any lock. So the registry takes no
lock: each step is one operation on a dict. The handler only wakes threads that were started before, through sockets.
These threads use neither logging nor httpx nor pydantic, and import nothing.
"""

import atexit
import gc
import os
import select
import signal
import socket
import time
from collections import deque
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import cache, partial
from threading import Thread
from types import FrameType
from typing import NamedTuple

from .core.escaping_filter import escaping_logger
from .core.public import public
from .core.text import escape_controls

log = escaping_logger("sessionbay.session")

TOTAL_TIMEOUT = 10.0  # seconds for all sessions
SESSION_TIMEOUT = 5.0  # seconds for one attempt to delete a session
HANDLER_TIMEOUT = 1.0  # seconds that the signal handler waits
RETRY_INTERVAL = 0.05  # seconds before the second attempt; doubles
MAX_RETRY_INTERVAL = 0.5  # seconds
MAX_THREADS = 10
SIGNALS = ("SIGTERM", "SIGHUP")
STDERR = 2

Handler = Callable[[int, FrameType | None], object]
Key = tuple[str, str]
"""An endpoint, and the name of a session or of a creation that is under way."""


class Outcome(NamedTuple):
    """The outcome of an attempt: empty, or the reason why the session still exists. A final one is not repeated."""

    reason: str
    final: bool


DELETED = Outcome("", final=True)
Deletion = Callable[[float], Outcome]
"""Makes one attempt to delete a session, until a deadline of the monotonic clock."""

_registered: dict[Key, Deletion] = {}
_is_ending = False
_process = os.getpid()
_after_exit: list[Callable[[], object]] | None = None  # what signals did before, while sessions are deleted at exit


def register(session_id: str, endpoint: str, deletion: Deletion) -> None:
    """Have a session deleted at exit."""
    _register((endpoint, f"session {session_id}"), deletion)


def unregister(session_id: str, endpoint: str) -> None:
    """Leave a session alone at exit: it is deleted, or the caller's to delete."""
    _registered.pop((endpoint, f"session {session_id}"), None)


def register_creation(attempt: str, endpoint: str, undo: Deletion) -> bool:
    """Have the session of a creation deleted at exit; return False if a signal is ending the program."""
    key = (endpoint, f"the session of creation attempt {attempt}")
    _register(key, undo)
    if _is_ending:
        del _registered[key]
    return not _is_ending


def unregister_creation(attempt: str, endpoint: str) -> None:
    """End the registration of a creation, which was answered or undone."""
    _registered.pop((endpoint, f"the session of creation attempt {attempt}"), None)


@public
def install_signal_handlers() -> None:
    """Delete the sessions of this program's blocks on SIGTERM, and on SIGHUP where the system has it, before it exits.

    Blocks are those of ``session``, ``map`` and ``pool``. The deletion takes at most 10 seconds, in threads that the
    first sessions start. The handler waits for it for a second at most. Then the previous handler runs, or else the
    signal ends the program when the sessions are deleted. A signal that is ignored, as SIGHUP is under ``nohup``,
    stays ignored. Call it in the main thread. Without it, the package touches no signal.

    Example:
        ```python
        sessionbay.install_signal_handlers()
        ```
    """
    global _deleter
    _deleter = _deleter or _Deleter()
    _watch_exit()
    for number in (getattr(signal, name) for name in SIGNALS if hasattr(signal, name)):
        previous = signal.getsignal(number)
        if previous is signal.SIG_DFL or (callable(previous) and not _is_installed(previous)):
            signal.signal(number, partial(_on_signal, previous if callable(previous) else None))


@dataclass
class _Progress:
    """The attempts to delete one session."""

    due: float = 0.0
    pause: float = RETRY_INTERVAL
    is_running: bool = False
    outcome: Outcome = Outcome("there was no answer in time", final=False)  # noqa: RUF009

    def record(self, outcome: Outcome, now: float) -> None:
        """Record the outcome of an attempt."""
        self.outcome, self.is_running, self.due = outcome, False, now + self.pause
        self.pause = min(2 * self.pause, MAX_RETRY_INTERVAL)

    def is_due(self, now: float) -> bool:
        """Return whether to make an attempt."""
        return not self.is_running and not self.outcome.final and now >= self.due


class _Deleter:
    """Deletes the registered sessions in its threads; without threads, in the thread of its caller."""

    def __init__(self) -> None:
        self._sockets = [sock for _ in range(4) for sock in socket.socketpair()]
        self._signals, self._wake, self._done, self._reply = self._sockets[:4]
        self._queue, self._enqueue, self._finished, self._finish = self._sockets[4:]
        self._jobs: deque[tuple[Key, Deletion]] = deque()
        self._results: deque[tuple[Key, Outcome]] = deque()
        self._progress: dict[Key, _Progress] = {}
        self._deadline = 0.0
        self._workers = 0
        self._collects_garbage = False
        self.is_started = False
        self.is_busy = False

    def start(self) -> None:
        """Start the thread that waits for a signal."""
        self.is_started = self.is_started or _start_thread(self._serve)

    def add_worker(self) -> None:
        """Start a thread for one more session, up to the limit."""
        if self._workers < MAX_THREADS:
            self._workers += _start_thread(self._work)

    def close(self) -> None:
        """Close the sockets. The threads wait until the process ends."""
        for sock in self._sockets:
            sock.close()

    def request(self, number: int, timeout: float) -> None:
        """Have all sessions deleted, and then this process ended by a signal if ``number`` is not 0; wait for it.

        Until then no garbage is collected: a finalizer of the program may take a lock.
        """
        self._collects_garbage |= gc.isenabled()
        gc.disable()
        self.is_busy = True
        if self.is_started:
            self._wake.send(bytes([number]))
            self.wait(timeout)
        else:
            self._serve_request(number)

    def wait(self, timeout: float) -> None:
        """Wait until the sessions are deleted."""
        deadline = time.monotonic() + timeout
        while self.is_busy and (remaining := deadline - time.monotonic()) > 0:
            _receive(self._done, remaining)

    def delete_all(self, deadline: float) -> None:
        """Delete the registered sessions until a deadline of the monotonic clock."""
        self._deadline, self._progress = deadline, {}
        while (now := time.monotonic()) < deadline:
            for key, deletion in list(_registered.items()):
                if self._progress.setdefault(key, _Progress()).is_due(now):
                    self._progress[key].is_running = True
                    self._submit(key, deletion)
            if all(key in self._progress and self._progress[key].outcome.final for key in list(_registered)):
                break
            _receive(self._finished, RETRY_INTERVAL)
            self._collect()

    def warnings(self) -> list[str]:
        """Return a warning for each session that may still exist."""
        unknown = _Progress()
        left = [(key[1], self._progress.get(key, unknown).outcome.reason) for key in list(_registered)]
        return [f"{name} may have been left running when the program ended: {reason}" for name, reason in left]

    def _submit(self, key: Key, deletion: Deletion) -> None:
        self._jobs.append((key, deletion))
        if self._workers:
            self._enqueue.send(b".")
        else:
            self._run_job()

    def _collect(self) -> None:
        while self._results:
            key, outcome = self._results.popleft()
            if outcome is DELETED:
                _registered.pop(key, None)
            if key in self._progress:
                self._progress[key].record(outcome, time.monotonic())

    def _serve(self) -> None:
        while number := self._signals.recv(1):
            self._serve_request(number[0])

    def _serve_request(self, number: int) -> None:
        try:
            self.delete_all(time.monotonic() + TOTAL_TIMEOUT)
            if number:  # otherwise the program goes on, and may delete the rest itself
                _write_to_stderr(self.warnings())
        finally:
            if self._collects_garbage:
                self._collects_garbage = False
                gc.enable()
            if number:
                os.kill(os.getpid(), number)
            self.is_busy = False
            self._reply.send(b".")

    def _work(self) -> None:
        while self._queue.recv(1):
            self._run_job()

    def _run_job(self) -> None:
        key, deletion = self._jobs.popleft()
        try:
            outcome = deletion(min(self._deadline, time.monotonic() + SESSION_TIMEOUT))
        except Exception as exc:  # noqa: BLE001  # whatever a server sends, the others are deleted
            outcome = Outcome(f"{type(exc).__name__}: {exc}", final=True)
        self._results.append((key, outcome))
        self._finish.send(b".")


_deleter: _Deleter | None = None


def _start_thread(target: Callable[[], None]) -> bool:
    try:
        Thread(target=target, name="sessionbay-exit", daemon=True).start()
    except RuntimeError:  # since 3.12 a finalizing interpreter starts none
        return False
    return True


def _receive(sock: socket.socket, timeout: float) -> None:
    """Wait for data and drop it. A nested signal handler may have received it already."""
    if select.select([sock], [], [], timeout)[0]:
        with suppress(BlockingIOError):
            sock.recv(MAX_THREADS, socket.MSG_DONTWAIT)


def _register(key: Key, deletion: Deletion) -> None:
    if _deleter:
        _deleter.start()
        _deleter.add_worker()
    _registered[key] = deletion
    _watch_exit()


def _write_to_stderr(warnings: list[str]) -> None:
    """Write the warnings, unless standard error is closed, or a pipe that is full."""
    with suppress(OSError):
        for warning in warnings:
            if os.name == "nt" or select.select([], [STDERR], [], 0)[1]:
                os.write(STDERR, f"sessionbay: {escape_controls(warning)}\n".encode())


def _is_installed(handler: object) -> bool:
    return isinstance(handler, partial) and handler.func is _on_signal


def _on_signal(previous: Handler | None, number: int, frame: FrameType | None) -> None:
    """Delete the sessions, then do what the signal did before; a second signal does not wait."""
    global _is_ending
    signal.signal(number, previous or signal.SIG_DFL)
    _is_ending = previous is None
    then = partial(previous, number, frame) if previous else partial(os.kill, os.getpid(), number)
    if _after_exit is not None:
        _after_exit.append(then)
        return
    # A fork may get the signal before its hooks have run: then the registry and the sockets are its parent's.
    if _registered and _deleter and _process == os.getpid():
        _deleter.request(0 if previous else number, HANDLER_TIMEOUT)
    elif not previous:
        then()
    if previous:
        signal.signal(number, partial(_on_signal, previous))
        then()


@cache
def _watch_exit() -> None:
    atexit.register(_at_exit)


def _at_exit() -> None:
    """Delete the sessions that are left. A signal that arrives meanwhile acts afterwards, except a Ctrl-C."""
    global _deleter, _after_exit
    deadline = time.monotonic() + TOTAL_TIMEOUT
    deleter, _deleter, _after_exit = _deleter or _Deleter(), None, []
    with closing(deleter):
        try:
            if deleter.is_busy:
                deleter.wait(TOTAL_TIMEOUT)
            for _ in list(_registered):
                deleter.add_worker()
            deleter.delete_all(deadline)
        finally:
            for warning in deleter.warnings():
                log.warning("%s", warning)
    for then in _after_exit:
        then()


def _forget() -> None:
    """Empty the registry in a fork: the sessions are its parent's, and the threads do not exist."""
    global _deleter, _is_ending, _process, _after_exit
    _registered.clear()
    _is_ending, _process, _after_exit = False, os.getpid(), None
    if _deleter:
        _deleter.close()
        _deleter = _Deleter()
    atexit.unregister(_at_exit)
    _watch_exit.cache_clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
