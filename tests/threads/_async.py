"""Several calls at once, as the async tests see them. Its twin is ``_sync.py``."""

import time
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self

import anyio

from ..raw_server import BOUND


class Background:
    """Calls beside the block, which ends when all of them have."""

    def __init__(self) -> None:
        self._stack = AsyncExitStack()
        self._group = anyio.create_task_group()

    async def __aenter__(self) -> Self:
        self._stack.enter_context(anyio.fail_after(BOUND))
        await self._stack.enter_async_context(self._group)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.__aexit__(kind, exc, trace)

    def start(self, call: Callable[..., Coroutine[Any, Any, object]], *args: object) -> None:
        """Start ``call``."""
        self._group.start_soon(call, *args)


async def until(there: Callable[[], bool]) -> None:
    """Wait until ``there``, and not for long."""
    give_up = time.monotonic() + BOUND
    while not there():
        assert time.monotonic() < give_up, "waited in vain"
        await anyio.sleep(0.001)
