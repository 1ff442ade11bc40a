"""The clock, random values and the process environment, shared by both clients."""

import os
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Protocol

from ._version import __version__
from .core.config import Config, DotEnv, Sources, parse_dotenv, parse_timeout
from .core.errors import AgentBayError
from .core.escaping_filter import escaping_logger
from .core.public import public

log = escaping_logger("sessionbay.config")


def _system() -> str:
    """Return the operating system and the machine, as ``platform`` names them."""
    if sys.platform != "win32":
        name = os.uname()
        return f"{name.sysname}; {name.machine}"
    import platform

    return f"{platform.system()}; {platform.machine()}"


USER_AGENT = f"sessionbay/{__version__} ({_system()}) Python/{sys.version.split(maxsplit=1)[0]}"


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


def nonce() -> str:
    """Return a random 32-digit hexadecimal nonce."""
    return os.urandom(16).hex()


def environment() -> Mapping[str, str]:
    """Return the process's environment."""
    return os.environ


def process_id() -> int:
    """Return the process id. A forked child has another one."""
    return os.getpid()


def find_dotenv(path: str | os.PathLike[str] | None = None, *, upwards: bool) -> DotEnv | None:
    """Return the ``.env`` file at ``path``, or else that of the working directory or the nearest one above it."""
    if path is not None:
        try:
            return DotEnv(str(path), parse_dotenv(Path(path).read_text("utf-8", "replace")), chosen=True)
        except OSError as exc:
            raise AgentBayError.usage(f"env_file {str(path)!r} cannot be read: {exc.strerror}") from exc
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


@public
def load_config(
    cfg: Config | None = None,
    env_file: str | os.PathLike[str] | None = None,
    *,
    cloud: Literal["agb", "agentbay"] = "agb",
) -> Config:
    """Return the settings of a client: ``cfg``, or else those of the environment, a ``.env`` file and the cloud.

    Args:
        cfg: Settings to return as they are.
        env_file: The ``.env`` file to read in place of the one that is found.
        cloud: The cloud, whose variables are read.

    Returns:
        The settings.

    Raises:
        AgentBayUsageError: ``env_file`` cannot be read, or the timeout of the environment is not a number.

    Example:
        ```python
        print(load_config(Config(endpoint="local")).endpoint)
        ```
    """
    from .dialects.loading import dialect_class

    if cfg is not None:
        return Config.of(cfg)
    dialect = dialect_class(cloud)
    names = dialect.variables
    sources = Sources(environment(), find_dotenv(env_file, upwards=names.dotenv_upwards))
    endpoint, region = dialect.address(sources.find(None, names.region_id)[0] or None)
    endpoint = sources.find(None, names.endpoint)[0] or endpoint
    timeout = parse_timeout(None, sources.find(None, names.timeout_ms)[0], names.timeout_ms)
    return Config(region_id=region, endpoint=endpoint, timeout_ms=timeout * 1000)
