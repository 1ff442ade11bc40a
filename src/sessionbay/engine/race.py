"""Coroutines that serve one connection."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from websockets.exceptions import ConnectionClosed


async def run_until_first_end(*directions: Coroutine[Any, Any, object]) -> None:
    """Run all directions until one ends; a closed connection is no error."""
    running = {asyncio.ensure_future(direction) for direction in directions}
    try:
        await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in running:
            task.cancel()
        results = await asyncio.gather(*running, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception) and not isinstance(result, (ConnectionClosed, OSError, RuntimeError)):
            raise result
