"""Deletes the program's sessions at exit: those of ``session``, ``map`` and ``pool`` that are still registered.

The registry takes no lock, since a signal handler may run between any two steps: each step is one operation on a dict.
"""

import atexit
import logging
import os
import signal
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from threading import Thread
from types import FrameType
from typing import Any

from ._concurrency._sync import Clock
from .core.challenge import KnownEngine
from .core.errors import AgentBayError
from .core.public import public
from .dialects.base import Dialect

log = logging.getLogger("sessionbay.session")

TOTAL_TIMEOUT = 10.0  # seconds for all sessions
SESSION_TIMEOUT = 5.0  # seconds for one session
MAX_THREADS = 10
SIGNALS = ("SIGTERM", "SIGHUP")

Handler = Callable[[int, FrameType | None], object]
Deleter = Callable[[str, float], str]
"""Requests the deletion of a session by its id until a deadline; returns why it was refused, or an empty string."""


@dataclass(frozen=True)
class Endpoint:
    """How to reach a service: what a client knows that outlives its event loop."""

    dialect: Dialect
    proxy: str | None
    verify: Any
    allow_http: bool
    known_engine: KnownEngine | None = None


@dataclass(frozen=True)
class RegisteredSession:
    """A session to delete at exit."""

    session_id: str
    endpoint: Endpoint
    open_deleter: Callable[[Endpoint], Deleter]


_registered: dict[tuple[str, str], RegisteredSession] = {}


def register(session_id: str, endpoint: Endpoint, open_deleter: Callable[[Endpoint], Deleter]) -> None:
    """Have a session deleted at exit by a function that ``open_deleter`` returns."""
    _registered[endpoint.dialect.endpoint, session_id] = RegisteredSession(session_id, endpoint, open_deleter)
    _watch_exit()


def unregister(session_id: str, endpoint: str) -> None:
    """Leave a session alone at exit: it is deleted, or the caller's to delete."""
    _registered.pop((endpoint, session_id), None)


@public
def install_signal_handlers() -> None:
    """Delete the sessions of this program's blocks on SIGTERM, and on SIGHUP where the system has it, before it exits.

    Blocks are those of ``session``, ``map`` and ``pool``. The deletion takes at most 10 seconds. Then the previous
    handler runs, or else the signal ends the program. A signal that is ignored, as SIGHUP is under ``nohup``, stays
    ignored. Call it in the main thread. Without it, the package touches no signal.

    Example:
        ```python
        sessionbay.install_signal_handlers()
        ```
    """
    for number in (getattr(signal, name) for name in SIGNALS if hasattr(signal, name)):
        previous = signal.getsignal(number)
        if previous is signal.SIG_DFL or (callable(previous) and not _is_installed(previous)):
            signal.signal(number, partial(_on_signal, previous if callable(previous) else None))


def delete_remaining() -> None:
    """Delete the registered sessions, and log those that could not be deleted."""
    clock = Clock()
    deadline = clock.monotonic() + TOTAL_TIMEOUT
    remaining = deque(_registered.values())
    deleters = {session.endpoint: session.open_deleter(session.endpoint) for session in remaining}
    failures: dict[str, str] = {session.session_id: "there was no time" for session in remaining}

    def work() -> None:
        while remaining and clock.monotonic() < deadline:
            try:
                session = remaining.popleft()
            except IndexError:
                return  # another thread took the last one
            failures[session.session_id] = "there was no answer in time"
            delete = deleters[session.endpoint]
            failures[session.session_id] = _delete(session, delete, min(deadline, clock.monotonic() + SESSION_TIMEOUT))

    try:
        _run_in_threads(work, min(MAX_THREADS, len(remaining)), deadline, clock)
    finally:
        for session_id, reason in failures.copy().items():
            if reason:
                log.warning("session %s was left running when the program ended: %s", session_id, reason)


def _delete(session: RegisteredSession, delete: Deleter, deadline: float) -> str:
    """Delete a session; return why that failed, or an empty string."""
    try:
        reason = delete(session.session_id, deadline)
    except AgentBayError as exc:
        return str(exc)
    if not reason:
        unregister(session.session_id, session.endpoint.dialect.endpoint)
    return reason


def _run_in_threads(work: Callable[[], None], count: int, deadline: float, clock: Clock) -> None:
    """Run ``work`` in ``count`` threads until the deadline; in this thread if no thread can be started any more."""
    threads = [Thread(target=work, name="sessionbay-exit", daemon=True) for _ in range(count)]
    try:
        for thread in threads:
            thread.start()
    except RuntimeError:  # since 3.12 a finalizing interpreter starts none
        work()
    for thread in threads:
        if thread.ident is not None:
            thread.join(max(0.0, deadline - clock.monotonic()))


def _is_installed(handler: object) -> bool:
    return isinstance(handler, partial) and handler.func is _on_signal


def _on_signal(previous: Handler | None, number: int, frame: FrameType | None) -> None:
    """Delete the sessions, then do what the signal did before; a second signal does not wait."""
    signal.signal(number, previous or signal.SIG_DFL)
    delete_remaining()
    if previous is None:
        os.kill(os.getpid(), number)
    else:
        signal.signal(number, partial(_on_signal, previous))
        previous(number, frame)


@cache
def _watch_exit() -> None:
    atexit.register(_at_exit)


def _at_exit() -> None:
    if _registered:
        delete_remaining()


def _forget() -> None:
    """Empty the registry in a fork: the sessions are its parent's."""
    _registered.clear()
    atexit.unregister(_at_exit)
    _watch_exit.cache_clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
