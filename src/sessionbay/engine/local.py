"""What ``endpoint="local"`` means: the engine that this machine publishes, or else a private one of the program's."""

import atexit
import os
import threading
from dataclasses import dataclass

from ..core.errors import AgentBayError
from ..core.redact import Secret
from .config import config_of
from .published import find
from .sandbox.base import SandboxError
from .thread import LocalEngine


@dataclass(frozen=True)
class Place:
    """Where an engine is, the key to it, and whether it ends with this program."""

    endpoint: str
    api_key: Secret
    private: bool


_starting = threading.Lock()
_private: tuple[int, LocalEngine] | None = None


def find_or_start() -> Place:
    """Return the published engine, or the program's own, which the first call starts."""
    try:
        published = find()
    except PermissionError as exc:
        raise AgentBayError.usage(str(exc)) from exc
    if published:
        return Place(published.endpoint, published.api_key, private=False)
    global _private
    with _starting:
        if _private is None or _private[0] != os.getpid():
            _private = os.getpid(), _started()
        engine = _private[1]
    return Place(engine.endpoint, engine.api_key, private=True)


def key_to(endpoint: str) -> Secret | None:
    """Return the key to an engine that this program may use; None when it knows of no such engine."""
    published = find()
    if published and published.endpoint == endpoint:
        return published.api_key
    if _private and _private[0] == os.getpid() and _private[1].endpoint == endpoint:
        return _private[1].api_key
    return None


def _started() -> LocalEngine:
    engine = LocalEngine(config_of(os.environ))
    try:
        engine.start()
    except SandboxError as exc:
        raise AgentBayError.usage(str(exc)) from exc
    atexit.register(engine.stop)
    return engine
