"""A thread that creates folders and starts processes for sandboxes, off the event loop."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from ..contexts.threads import completed

T = TypeVar("T")
Calls = SimpleQueue[tuple[Callable[[], Any], "Future[Any]"] | None]


class _Spawner:
    """The thread of one event loop; the sandboxes that it started end with it, by PR_SET_PDEATHSIG."""

    def __init__(self) -> None:
        self._calls: Calls = SimpleQueue()
        threading.Thread(target=_serve, args=(self._calls,), name="sessionbay-spawner", daemon=True).start()

    def submit(self, call: Callable[[], T]) -> "Future[T]":
        """Run ``call`` after all earlier ones."""
        future: Future[T] = Future()
        self._calls.put((call, future))
        return future

    def close(self) -> None:
        """End the thread after the calls so far."""
        self._calls.put(None)


_spawners: WeakKeyDictionary[asyncio.AbstractEventLoop, _Spawner] = WeakKeyDictionary()


async def spawn(call: Callable[[], T]) -> T:
    """Run ``call`` in the thread that starts processes, or in place when the interpreter starts no more threads.

    A cancelled caller still waits for the end of ``call``.
    """
    loop = asyncio.get_running_loop()
    if (spawner := _spawners.get(loop)) is None:
        try:
            spawner = _spawners[loop] = _Spawner()
        except RuntimeError:
            return call()
    return await completed(asyncio.wrap_future(spawner.submit(call)))


def shutdown_spawner() -> None:
    """End the thread of the running event loop."""
    if spawner := _spawners.pop(asyncio.get_running_loop(), None):
        spawner.close()


def _serve(calls: Calls) -> None:
    while (entry := calls.get()) is not None:
        call, future = entry
        try:
            future.set_result(call())
        except BaseException as exc:  # noqa: BLE001  # raised again in the caller
            future.set_exception(exc)
        del entry, call, future
