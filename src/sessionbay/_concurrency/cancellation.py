"""Shielding from cancellation on asyncio.

anyio's shields hold back cancellations of anyio's scopes only. Those of asyncio itself, by ``timeout``, ``wait_for``, a
``TaskGroup`` or Ctrl-C, pass through: only a separate task is safe from them.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import anyio

T = TypeVar("T")


async def in_own_task(call: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run ``call`` in a separate task and wait for its end; deliver a cancellation at the next checkpoint."""
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
        task.uncancel()  # it was counted on arrival
    return work.result()
