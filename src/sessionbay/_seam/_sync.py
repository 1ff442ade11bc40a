"""Concurrency, time and HTTP as the sync code sees them. Its twin is ``_async.py``: same names, same meaning."""

import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import partial
from typing import ParamSpec, TypeVar

import anyio.to_thread
import httpx

from .shared import Time

P = ParamSpec("P")
T = TypeVar("T")

HttpClient = httpx.Client
HttpTransport = httpx.BaseTransport
Look = Callable[[float | None], T]
Lock = threading.Lock


class Clock(Time):
    """Time, in one place, so that tests need not wait for it."""

    def sleep(self, seconds: float) -> None:
        """Let ``seconds`` pass."""
        time.sleep(seconds)


def send(client: HttpClient, request: httpx.Request, limit: float) -> httpx.Response:
    """Send ``request`` and read its answer to the end; each step of it within ``limit`` seconds."""
    return client.send(request)


def in_worker(call: Callable[[], T]) -> T:
    """Run blocking code: here, at once."""
    return call()


@contextmanager
def protected(limit: float) -> Generator[None]:
    """Run the body to its end; nothing can cancel sync code."""
    yield


async def later(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return something to await that makes ``call`` in a worker thread."""
    return await anyio.to_thread.run_sync(partial(call, *args, **kwargs))
