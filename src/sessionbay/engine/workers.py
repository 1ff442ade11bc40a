"""Worker threads for blocking work."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")
Calls = SimpleQueue[tuple[Callable[[], Any], "Future[Any]"] | None]


class Workers:
    """Threads that run calls in order of arrival.

    Unlike those of ``concurrent.futures``, they take no call that is refused because no thread can be started, and do
    not keep an interpreter from exiting.
    """

    def __init__(self, name: str, maximum: int) -> None:
        self._name = name
        self._maximum = maximum
        self._calls: Calls = SimpleQueue()
        self._idle = threading.Semaphore(0)
        self._threads: list[threading.Thread] = []

    def submit(self, call: Callable[[], T]) -> "Future[T]":
        """Run ``call`` in a thread. Raise RuntimeError if there is none, and none can be started."""
        if not self._idle.acquire(blocking=False) and len(self._threads) < self._maximum:
            self._start()
        future: Future[T] = Future()
        self._calls.put((call, future))
        return future

    def close(self, *, wait: bool) -> None:
        """End the threads after the calls so far."""
        for _ in self._threads:
            self._calls.put(None)
        for thread in self._threads if wait else ():
            thread.join()

    def _start(self) -> None:
        thread = threading.Thread(target=self._serve, name=self._name, daemon=True)
        try:
            thread.start()
        except RuntimeError:  # the interpreter is exiting, or the machine is full
            if not self._threads:
                raise
        else:
            self._threads.append(thread)

    def _serve(self) -> None:
        while (entry := self._calls.get()) is not None:
            call, future = entry
            if future.set_running_or_notify_cancel():
                _run(call, future)
            self._idle.release()
            del entry, call, future


def _run(call: Callable[[], T], future: "Future[T]") -> None:
    try:
        future.set_result(call())
    except BaseException as exc:  # noqa: BLE001  # raised again in the caller
        future.set_exception(exc)


async def run_in(pool: Workers, work: Callable[[], T]) -> T:
    """Run ``work`` in a pool, or in place when that has no thread and can start none."""
    try:
        running = pool.submit(work)
    except RuntimeError:
        return work()
    return await completed(asyncio.wrap_future(running))


async def completed(running: "asyncio.Future[T]") -> T:
    """Wait for work in a thread to end, even if the caller is cancelled meanwhile; return its result."""
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        while not running.done():
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait([running])
        raise
