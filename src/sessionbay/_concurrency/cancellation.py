"""Shielding from cancellation on asyncio.

anyio's shields hold back cancellations of anyio's scopes only. Those of asyncio itself, by ``timeout``, ``wait_for``, a
``TaskGroup`` or Ctrl-C, pass through: only a separate task is safe from them.
"""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeVar

T = TypeVar("T")


async def in_own_task(call: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run ``call`` in a separate task and wait for its end; deliver a cancellation at the next checkpoint."""
    work = asyncio.create_task(call())
    cancelled = False
    with _shield():
        while not work.done():
            try:
                await asyncio.wait([work])
            except asyncio.CancelledError:
                cancelled = True
    if cancelled and (task := asyncio.current_task()) is not None:
        task.cancel()
        task.uncancel()  # it was counted on arrival
    return work.result()


def _shield() -> AbstractContextManager[object]:
    """Return a shield from anyio's scopes. There are none before anyio's side of asyncio was imported."""
    if "anyio._backends._asyncio" not in sys.modules:
        return nullcontext()
    import anyio

    return anyio.CancelScope(shield=True)
