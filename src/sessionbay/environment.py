"""The clock, random values and the process environment, shared by both clients."""

import logging
import os
import platform
import secrets
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from ._version import __version__
from .core.config import DotEnv, parse_dotenv
from .core.public import public

log = logging.getLogger("sessionbay.config")

USER_AGENT = f"sessionbay/{__version__} ({platform.system()}; {platform.machine()}) Python/{platform.python_version()}"


ThreadLock = threading.Lock  # for both twins: async clients may run in several threads, each with an event loop


class BaseClock:
    """The readings of a clock. The twins add ``sleep``."""

    def time(self) -> float:
        """Return Unix time in seconds."""
        return time.time()

    def monotonic(self) -> float:
        """Return the monotonic time in seconds."""
        return time.monotonic()


@public
class SupportsIsSet(Protocol):
    """An event of any library: threading, asyncio, trio or anyio."""

    def is_set(self) -> bool:
        """Return whether the flag is set."""
        ...


class StopFlag:
    """A flag to poll."""

    def __init__(self) -> None:
        self._is_set = False

    def set(self) -> None:
        """Set the flag."""
        self._is_set = True

    def is_set(self) -> bool:
        """Return whether the flag is set."""
        return self._is_set


def nonce() -> str:
    """Return a random 32-digit hexadecimal nonce."""
    return secrets.token_hex(16)


def environment() -> Mapping[str, str]:
    """Return the process's environment."""
    return os.environ


def process_id() -> int:
    """Return the process id. A forked child has another one."""
    return os.getpid()


def find_dotenv(*, upwards: bool) -> DotEnv | None:
    """Return the ``.env`` file of the working directory, or of the nearest one above it."""
    try:
        here = Path.cwd()
    except FileNotFoundError:  # it was deleted
        return None
    path = here
    try:
        for folder in (here, *here.parents) if upwards else (here,):
            path = folder / ".env"
            if path.is_file():
                return DotEnv(str(path), parse_dotenv(path.read_text("utf-8", "replace")))
    except OSError as exc:
        log.warning("settings of %s are left out, it cannot be read: %s", path, exc.strerror)
    return None
