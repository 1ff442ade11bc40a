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
    """Where an engine is, and the key to it."""

    endpoint: str
    api_key: Secret


_starting = threading.Lock()
_private: tuple[int, LocalEngine] | None = None


def find_or_start() -> Place:
    """Return the published engine, or the program's own, which the first call starts."""
    if published := find():
        return Place(published.endpoint, published.api_key)
    global _private
    with _starting:
        if _private is None or _private[0] != os.getpid():
            _private = os.getpid(), _started()
        engine = _private[1]
    return Place(engine.endpoint, engine.api_key)


def _started() -> LocalEngine:
    engine = LocalEngine(config_of(os.environ))
    try:
        engine.start()
    except SandboxError as exc:
        raise AgentBayError.usage(str(exc)) from exc
    atexit.register(engine.stop)
    return engine
