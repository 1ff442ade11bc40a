"""Turns of the event loop for long work, which is done in slices."""

import asyncio
from weakref import WeakKeyDictionary

_locks: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()


async def take_turn() -> None:
    """Wait for a turn of the event loop in which no other long work has its slice, in order of arrival."""
    loop = asyncio.get_running_loop()
    async with _locks.setdefault(loop, asyncio.Lock()):
        await asyncio.sleep(0)
