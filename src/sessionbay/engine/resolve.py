"""Resolution of ``endpoint="local"``: the engine published on this machine, or a private one of this program.

Only a private engine imports the engine itself.
"""

import atexit
import os
import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ..core.challenge import KnownEngine
from ..core.errors import AgentBayError
from ..core.secrets import Secret
from .discovery import EngineRecord, find

if TYPE_CHECKING:
    from .thread import LocalEngine


@dataclass(frozen=True)
class ResolvedEngine:
    """The address and key of an engine.

    Attributes:
        private: Whether the engine ends with this program.
        known: The identity that each connection verifies. None for an engine that cannot end before its clients, as no
            other process can take its port then.
    """

    endpoint: str
    api_key: Secret
    private: bool
    known: KnownEngine | None


_starting = threading.Lock()
_private: "tuple[int, LocalEngine] | None" = None


def find_or_start(*, private: bool = False) -> ResolvedEngine:
    """Return the published engine, or this program's private one, which the first call starts.

    Args:
        private: Whether to ignore a published engine.
    """
    if not private and (published := _published()):
        return _shared(published)
    global _private
    with _starting:
        if _private is None or _private[0] != os.getpid() or not _private[1].is_running:
            _private = os.getpid(), _start_private()
        engine = _private[1]
    return _own(engine)


def at(endpoint: str) -> ResolvedEngine | None:
    """Return the published or private engine at an address, or None."""
    published = _published()
    if published and published.endpoint == endpoint:
        return _shared(published)
    if not _private or _private[1].endpoint != endpoint:
        return None
    own = _own(_private[1])
    if _private[0] == os.getpid():
        return own
    known = KnownEngine(own.api_key, urlsplit(endpoint).port or 0)  # the parent of this process may end before it
    return replace(own, private=False, known=known)


def _published() -> EngineRecord | None:
    try:
        return find()
    except PermissionError as exc:
        raise AgentBayError.usage(str(exc)) from exc


def _shared(published: EngineRecord) -> ResolvedEngine:
    return ResolvedEngine(published.endpoint, published.api_key, private=False, known=published.known)


def _own(engine: "LocalEngine") -> ResolvedEngine:
    return ResolvedEngine(engine.endpoint, engine.api_key, private=True, known=None)


def _start_private() -> "LocalEngine":
    from .config import config_of
    from .sandbox.sandbox import SandboxError
    from .thread import LocalEngine

    engine = LocalEngine(config_of(os.environ))
    try:
        engine.start()
    except SandboxError as exc:
        raise AgentBayError.usage(str(exc)) from exc
    except OSError as exc:  # for example no temporary folder, or too many open files
        raise AgentBayError.usage(f"the engine of this program cannot start: {exc}") from exc
    atexit.register(engine.stop)
    return engine


def _unlock() -> None:
    """Replace the lock in a fork: the thread that held it does not exist there."""
    global _starting
    _starting = threading.Lock()


os.register_at_fork(after_in_child=_unlock)
