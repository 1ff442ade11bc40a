"""File operations in worker threads, one pool per event loop."""

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar
from weakref import WeakKeyDictionary

T = TypeVar("T")
# Not asyncio's own pool: asyncio shuts that down with a new thread, which an interpreter that is exiting cannot start.
_pools: WeakKeyDictionary[asyncio.AbstractEventLoop, ThreadPoolExecutor] = WeakKeyDictionary()


async def run_in_threads(work: Callable[[], T]) -> T:
    """Run ``work`` in a thread, or in place when the interpreter is exiting and starts no more threads.

    A cancelled caller still waits for ``work`` to end, because the files that it uses are closed next.
    """
    loop = asyncio.get_running_loop()
    if (pool := _pools.get(loop)) is None:
        pool = _pools[loop] = ThreadPoolExecutor(thread_name_prefix="sessionbay-files")
    try:
        running = loop.run_in_executor(pool, work)
    except RuntimeError:
        return work()
    return await completed(running)


async def completed(running: "asyncio.Future[T]") -> T:
    """Wait for work in a thread to end, even if the caller is cancelled meanwhile; return its result."""
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        while not running.done():
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait([running])
        raise


def shutdown_threads() -> None:
    """Shut down the pool of the running event loop."""
    if pool := _pools.pop(asyncio.get_running_loop(), None):
        pool.shutdown()
