"""A thread that creates folders and starts processes for sandboxes, off the event loop.

The sandboxes that it started end with it, by PR_SET_PDEATHSIG.
"""

import asyncio
from collections.abc import Callable
from typing import TypeVar
from weakref import WeakKeyDictionary

from ..workers import Workers, run_in

T = TypeVar("T")
_spawners: WeakKeyDictionary[asyncio.AbstractEventLoop, Workers] = WeakKeyDictionary()


async def spawn(call: Callable[[], T]) -> T:
    """Run ``call`` in the thread that starts processes, or in place when no thread can be started.

    A cancelled caller still waits for the end of ``call``.
    """
    loop = asyncio.get_running_loop()
    if (spawner := _spawners.get(loop)) is None:
        spawner = _spawners[loop] = Workers("sessionbay-spawner", 1)
    return await run_in(spawner, call)


def shutdown_spawner() -> None:
    """End the thread of the running event loop."""
    if spawner := _spawners.pop(asyncio.get_running_loop(), None):
        spawner.close(wait=False)
