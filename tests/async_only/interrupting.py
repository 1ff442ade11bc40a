"""Interrupting a call at each of the places where it waits."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Generator
from functools import partial
from typing import Any

import anyio

MOST_WAITS = 100  # far beyond what any of the calls has
Call = Callable[[], Coroutine[Any, Any, object]]
Cancel = Callable[[Call, int], Coroutine[Any, Any, bool]]


class Interrupted(Awaitable[None]):
    """Runs a call, and interrupts it where it waits for the n-th time; ``waits`` counts."""

    def __init__(self, call: Call, at: int, interrupt: Callable[[Any], object]) -> None:
        self._call = call
        self._at = at
        self._interrupt = interrupt
        self.waits = 0

    def __await__(self) -> Generator[Any, Any, None]:
        steps = self._call().__await__()
        go_on: Callable[[], Any] = partial(next, steps)
        while True:
            try:
                waits_for = go_on()
            except StopIteration:
                return
            self.waits += 1
            if self.waits == self._at:
                self._interrupt(waits_for)
            try:
                go_on = partial(steps.send, (yield waits_for))
            except BaseException as exc:  # noqa: BLE001  # a cancellation comes in here, and goes on
                go_on = partial(steps.throw, exc)


async def by_scope(call: Call, at: int) -> bool:
    """Cancel the scope around ``call`` where it waits for the n-th time; return whether it did so often."""
    with anyio.CancelScope() as scope:
        interrupted = Interrupted(call, at, lambda _: scope.cancel())
        await interrupted
    return interrupted.waits >= at


async def by_task(call: Call, at: int) -> bool:
    """Cancel asyncio's task instead."""
    return await _by_task(call, at, lambda task, _: task.cancel())


async def by_task_when_done(call: Call, at: int) -> bool:
    """Cancel asyncio's task in the moment in which what it waits for is there."""

    def interrupt(task: asyncio.Task[None], waits_for: Any) -> None:
        if waits_for is None:
            task.cancel()
        else:
            waits_for.add_done_callback(lambda _: task.cancel())

    return await _by_task(call, at, interrupt)


async def _by_task(call: Call, at: int, interrupt: Callable[[asyncio.Task[None], Any], object]) -> bool:
    interrupted = Interrupted(call, at, lambda waits_for: interrupt(task, waits_for))

    async def run() -> None:
        await interrupted

    task = asyncio.create_task(run())
    await asyncio.wait([task])
    return interrupted.waits >= at
