"""File operations in worker threads, one pool per event loop."""

import asyncio
import os
from collections.abc import Callable
from typing import TypeVar
from weakref import WeakKeyDictionary

from ..workers import Workers, run_in

T = TypeVar("T")
MAX_THREADS = min(32, (os.cpu_count() or 1) + 4)

# Not asyncio's own pool: asyncio shuts that down with a new thread, which an interpreter that is exiting cannot start.
_pools: WeakKeyDictionary[asyncio.AbstractEventLoop, Workers] = WeakKeyDictionary()


async def run_in_threads(work: Callable[[], T]) -> T:
    """Run ``work`` in a thread, or in place when no thread can be started.

    A cancelled caller still waits for ``work`` to end, because the files that it uses are closed next.
    """
    loop = asyncio.get_running_loop()
    if (pool := _pools.get(loop)) is None:
        pool = _pools[loop] = Workers("sessionbay-files", MAX_THREADS)
    return await run_in(pool, work)


def shutdown_threads() -> None:
    """Shut down the pool of the running event loop."""
    if pool := _pools.pop(asyncio.get_running_loop(), None):
        pool.close(wait=True)
