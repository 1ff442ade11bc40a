"""Finishing something on asyncio although the task is cancelled.

anyio's shields hold back the cancellations of anyio's scopes. asyncio's own, as of ``timeout``, ``wait_for``, a
``TaskGroup`` or Ctrl-C, come through them: only a task of its own is safe from these.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import anyio

T = TypeVar("T")


async def in_own_task(call: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Make ``call`` in a task of its own and wait for its end; a cancellation is delivered at the next wait."""
    work = asyncio.create_task(call())
    cancelled = False
    with anyio.CancelScope(shield=True):
        while not work.done():
            try:
                await asyncio.wait([work])
            except asyncio.CancelledError:
                cancelled = True
    if cancelled and (task := asyncio.current_task()) is not None:
        task.cancel()
        task.uncancel()  # it was counted when it came
    return work.result()
