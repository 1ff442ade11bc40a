"""Concurrency, time and HTTP as the async code sees them. Its twin is ``_sync.py``: same names, same meaning."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, ParamSpec, TypeVar

import anyio
import anyio.to_thread
import httpx

from .shared import Time

P = ParamSpec("P")
T = TypeVar("T")

HttpClient = httpx.AsyncClient
HttpTransport = httpx.AsyncBaseTransport
Look = Callable[[float | None], Awaitable[T]]
Lock = anyio.Lock


class Clock(Time):
    """Time, in one place, so that tests need not wait for it."""

    async def sleep(self, seconds: float) -> None:
        """Let ``seconds`` pass."""
        await anyio.sleep(seconds)


async def send(client: HttpClient, request: httpx.Request, limit: float) -> httpx.Response:
    """Send ``request`` and read its answer to the end, all within ``limit`` seconds."""
    with anyio.fail_after(limit):
        return await client.send(request)


async def in_worker(call: Callable[[], T]) -> T:
    """Run blocking code where it blocks nobody."""
    return await anyio.to_thread.run_sync(call)


@asynccontextmanager
async def protected(limit: float) -> AsyncGenerator[None]:
    """Run the body to its end also when the task has been cancelled, for ``limit`` seconds at most."""
    with anyio.move_on_after(limit, shield=True):
        yield


def later(call: Callable[P, Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, T]:
    """Return something to await that makes ``call``."""
    return call(*args, **kwargs)
