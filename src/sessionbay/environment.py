"""What both sides of the seam share: time that is read, chance, the environment."""

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

log = logging.getLogger("sessionbay.config")

USER_AGENT = f"sessionbay/{__version__} ({platform.system()}; {platform.machine()}) Python/{platform.python_version()}"


ThreadLock = threading.Lock  # what both twins keep threads apart with: async ones may each have an event loop


class BaseClock:
    """Time that is read; how it passes is the seam's business."""

    def time(self) -> float:
        """Return Unix time in seconds."""
        return time.time()

    def monotonic(self) -> float:
        """Return seconds that only ever grow."""
        return time.monotonic()


class SupportsIsSet(Protocol):
    """What can be set, and asked whether it is: an event of any library."""

    def is_set(self) -> bool:
        """Return whether it is set."""
        ...


class StopFlag:
    """A flag that nobody waits for."""

    def __init__(self) -> None:
        self._is_set = False

    def set(self) -> None:
        """Set it."""
        self._is_set = True

    def is_set(self) -> bool:
        """Return whether it is set."""
        return self._is_set


def nonce() -> str:
    """Return 32 hexadecimal digits that nobody has seen before."""
    return secrets.token_hex(16)


def environment() -> Mapping[str, str]:
    """Return the process's environment."""
    return os.environ


def process_id() -> int:
    """Return the number of this process, which a fork's child does not share."""
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
