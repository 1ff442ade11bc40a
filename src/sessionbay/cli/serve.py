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

DESCRIPTORS = 2**16  # at most; a session needs three to ten, a connection one or two
MOST_LOG = 2**20  # bytes; as many again are kept of what came before


async def serve_until_stopped(config: EngineConfig, announce: Callable[[str, str], None]) -> None:
    """Serve until SIGTERM or SIGINT; ``announce`` is told the endpoint and the key."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    claim()
    _have_descriptors()
    try:
        engine = Engine(config)
        await engine.start()
        try:
            for said in filter(None, (engine.backend.weakness, engine.backend.no_network)):
                print(said, file=sys.stderr, flush=True)
            publish(engine.endpoint, engine.api_key)
            announce(engine.endpoint, engine.api_key.reveal())
            await stop.wait()
        finally:
            await engine.stop()
    finally:
        withdraw()


def _have_descriptors() -> None:
    """Have room for as many files as there may be sessions and connections; most systems give 1024 if nobody asks."""
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = DESCRIPTORS if most == resource.RLIM_INFINITY else min(DESCRIPTORS, most)
    if now != resource.RLIM_INFINITY and now < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def log_to(path: Path) -> None:
    """Send what is logged, and what is said on standard error, into a file that does not grow without end."""
    file = logging.handlers.RotatingFileHandler(path, maxBytes=MOST_LOG, backupCount=1, encoding="utf-8")
    file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[file])
    logging.captureWarnings(capture=True)
    warnings.simplefilter("default")
    with path.open("ab") as raw:
        os.dup2(raw.fileno(), sys.stderr.fileno())  # little goes there: an engine that crashes says why
