"""``sessionbay serve``: an engine in the foreground, for all programs of this user."""

import asyncio
import logging
import logging.handlers
import os
import resource
import signal
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

from ..engine.config import EngineConfig
from ..engine.discovery import claim, publish, withdraw
from ..engine.engine import Engine

MAX_DESCRIPTORS = 2**16  # a session needs three to ten, a connection one or two
MAX_LOG = 2**20  # bytes of the log file; one older file is kept


async def serve_until_stopped(config: EngineConfig, announce: Callable[[str, str], None]) -> None:
    """Serve until SIGTERM or SIGINT; call ``announce`` with the endpoint and the key."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    claim()
    _raise_descriptor_limit()
    try:
        engine = Engine(config)
        await engine.start()
        try:
            for warning in filter(None, (engine.backend.weakness, engine.backend.no_network)):
                print(warning, file=sys.stderr, flush=True)
            publish(engine.endpoint, engine.api_key)
            announce(engine.endpoint, engine.api_key.reveal())
            await stop.wait()
        finally:
            await engine.stop()
    finally:
        withdraw()


def _raise_descriptor_limit() -> None:
    """Raise the soft limit of open files, which hard systems set to 1024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = MAX_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(MAX_DESCRIPTORS, hard)
    if soft != resource.RLIM_INFINITY and soft < limit:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))


def log_to(path: Path) -> None:
    """Redirect logging and standard error to a rotating log file."""
    file = logging.handlers.RotatingFileHandler(path, maxBytes=MAX_LOG, backupCount=1, encoding="utf-8")
    file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[file])
    logging.captureWarnings(capture=True)
    warnings.simplefilter("default")
    with path.open("ab") as raw:
        os.dup2(raw.fileno(), sys.stderr.fileno())  # for the traceback of a crash
