"""The sessions that blocks of this program made and have not deleted yet; when the program ends, they are deleted.

Nothing here takes a lock, since a signal's handler may come in anywhere: each step is one operation on a dict.
"""

import atexit
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from threading import Thread
from typing import Any

from .core.challenge import KnownEngine
from .dialects.base import Dialect
from .environment import BaseClock


@dataclass(frozen=True)
class Endpoint:
    """How a session is reached: all of a client that outlives its event loop."""

    dialect: Dialect
    proxy: str | None
    verify: Any
    allow_http: bool
    known: KnownEngine | None = None


@dataclass(frozen=True)
class RegisteredSession:
    """One session, and how it is reached."""

    session_id: str
    way: Endpoint


_held: dict[tuple[str, str], RegisteredSession] = {}


def register(session_id: str, way: Endpoint) -> None:
    """Have a session deleted when the program ends."""
    _held[way.dialect.endpoint, session_id] = RegisteredSession(session_id, way)
    _watch_the_exit()


def unregister(session_id: str, endpoint: str) -> None:
    """Leave a session alone: it is deleted, or somebody else's to delete."""
    _held.pop((endpoint, session_id), None)


def registered() -> list[RegisteredSession]:
    """Return what is to be deleted."""
    return list(_held.values())


def run_in_threads(work: Callable[[], None], most: int, until: float, clock: BaseClock) -> None:
    """Do ``work`` in as many threads, and wait for them ``until`` then; do it here, where no thread starts any more."""
    threads = [Thread(target=work, name="sessionbay-leaving", daemon=True) for _ in range(most)]
    try:
        for thread in threads:
            thread.start()
    except RuntimeError:  # since 3.12 an interpreter that ends starts none
        work()
    for thread in threads:
        if thread.ident is not None:
            thread.join(max(0.0, until - clock.monotonic()))


@cache
def _watch_the_exit() -> None:
    atexit.register(_at_exit)


def _at_exit() -> None:
    if _held:
        from .shutdown import delete_remaining

        delete_remaining()


def _forget() -> None:
    """Begin anew in a fork's child: the sessions are its parent's."""
    _held.clear()
    atexit.unregister(_at_exit)
    _watch_the_exit.cache_clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
