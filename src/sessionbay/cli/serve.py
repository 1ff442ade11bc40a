"""``sessionbay serve``: an engine in the foreground, for all programs of this user."""

import asyncio
import signal
import sys
from collections.abc import Callable

from ..engine.config import EngineConfig
from ..engine.engine import Engine
from ..engine.published import publish, withdraw


async def serve_until_stopped(config: EngineConfig, announce: Callable[[str, str], None]) -> None:
    """Serve until SIGTERM or SIGINT; ``announce`` is told the endpoint and the key."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    engine = Engine(config)
    await engine.start()
    try:
        if engine.backend.weakness:
            print(f"weak isolation: {engine.backend.weakness}", file=sys.stderr)
        publish(engine.endpoint, engine.api_key)
        announce(engine.endpoint, engine.api_key.reveal())
        await stop.wait()
    finally:
        withdraw()
        await engine.stop()
