"""Concurrency, time and HTTP as the async code sees them. Its twin is ``_sync.py``: same names, same meaning."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Generic, ParamSpec, Self, TypeVar, cast

import anyio
import anyio.lowlevel
import anyio.to_thread
import httpx
from anyio.abc import ByteStream, SocketAttribute
from anyio.streams.tls import TLSAttribute

from .._http.cookies import NO_COOKIES
from .._http.response import ResponseReader
from .._http.timeouts import CLOSE_TIMEOUT, format_timeout
from ..core.errors import SessionError
from ..core.http import HttpResponse
from ..environment import BaseClock, StopFlag, SupportsIsSet
from .asyncio_stream import LoopStream, running_loop
from .cancellation import in_own_task
from .readiness import RECEIVE_SIZE, SocketWatch, has_pending_data

P = ParamSpec("P")
S = TypeVar("S")
T = TypeVar("T")
V = TypeVar("V")

_BROKEN = (OSError, anyio.BrokenResourceError, anyio.ClosedResourceError)

HttpTransport = httpx.AsyncBaseTransport
HttpBody = httpx.AsyncByteStream
ProxyTransport = httpx.AsyncHTTPTransport
Look = Callable[[float | None], Awaitable[T]]
Step = Callable[[S], Awaitable[T]]
Work = Callable[[S, T], Awaitable[V]]
Thunk = Callable[[], Coroutine[Any, Any, None]]
Lock = anyio.Lock


class AsyncClock(BaseClock):
    """Time, in one place, so that tests need not wait for it."""

    async def sleep(self, seconds: float) -> None:
        """Let ``seconds`` pass."""
        await anyio.sleep(seconds)


class AsyncHttpClient(httpx.AsyncClient):
    """httpx's client; it keeps no cookies. ``bounded`` says that its transport keeps to a request's deadline."""

    def __init__(self, *, transport: HttpTransport, bounded: bool, trust_env: bool) -> None:
        super().__init__(transport=transport, trust_env=trust_env)
        self._cookies = NO_COOKIES
        self.bounded = bounded


class StateLock:
    """Keeps threads apart, where there are any: here there are none."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        pass


class Event:
    """Something that happens once, and can be waited for."""

    def __init__(self) -> None:
        self._event = anyio.Event()

    def set(self) -> None:
        """Let it happen."""
        self._event.set()

    async def wait(self, limit: float | None) -> None:
        """Wait for it; raise TimeoutError after ``limit`` seconds."""
        with _within(limit):
            await self._event.wait()


class _AnyioStream:
    """What ``LoopStream`` is on asyncio, on every other event loop: a stream of anyio's."""

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream
        self._watch = SocketWatch(stream.extra(SocketAttribute.raw_socket).fileno())
        self._tls = stream.extra(TLSAttribute.ssl_object, None)

    @classmethod
    async def connect(cls, host: str, port: int, tls: ssl.SSLContext | None) -> Self:
        if tls is None:
            return cls(await anyio.connect_tcp(host, port))
        return cls(await anyio.connect_tcp(host, port, ssl_context=tls, tls_standard_compatible=False))

    async def send(self, data: bytes, limit: float | None) -> None:
        with _within(limit):
            await self._stream.send(data)

    async def receive(self, limit: float | None) -> bytes:
        with _within(limit):
            try:
                return await self._stream.receive(RECEIVE_SIZE)
            except anyio.EndOfStream:
                return b""

    def is_readable(self) -> bool:
        return self._watch.is_readable() or (self._tls is not None and has_pending_data(self._tls))

    async def aclose(self) -> None:
        await self._stream.aclose()


class Stream:
    """Bytes to and from one peer. What fails, fails by httpx's names."""

    def __init__(self, stream: LoopStream | _AnyioStream) -> None:
        self._stream = stream

    async def send(self, data: bytes, limit: float | None) -> None:
        """Send all of ``data``, within ``limit`` seconds."""
        try:
            await self._stream.send(data, limit)
        except TimeoutError as exc:
            raise httpx.WriteTimeout(f"not sent{format_timeout(limit)}") from exc
        except _BROKEN as exc:
            raise httpx.WriteError(str(exc) or "the peer closed the connection") from exc

    async def receive(self, limit: float | None) -> bytes:
        """Return what has come, empty at the end; wait for it no longer than ``limit`` seconds."""
        try:
            return await self._stream.receive(limit)
        except TimeoutError as exc:
            raise httpx.ReadTimeout(f"nothing came{format_timeout(limit)}") from exc
        except _BROKEN as exc:
            raise httpx.ReadError(str(exc) or "the connection broke") from exc

    def both_ways(self) -> "Stream":
        """Return this stream such that one may send while another one receives."""
        return self

    def is_quiet(self) -> bool:
        """Return whether nothing has come that nobody read, nor the end."""
        return not self._stream.is_readable()

    async def aclose(self) -> None:
        """Close it, also when the task has been cancelled."""
        with anyio.move_on_after(CLOSE_TIMEOUT, shield=True):
            await self._stream.aclose()


async def connect(host: str, port: int, tls: ssl.SSLContext | None, limit: float | None) -> Stream:
    """Connect to a peer, over TLS where a context is given."""
    kind = LoopStream if running_loop() else _AnyioStream
    try:
        with _within(limit):
            return Stream(await kind.connect(host, port, tls))
    except TimeoutError as exc:
        raise httpx.ConnectTimeout(f"no connection to {host}{format_timeout(limit)}") from exc
    except (OSError, UnicodeError, anyio.BrokenResourceError, anyio.EndOfStream) as exc:
        raise httpx.ConnectError(f"no connection to {host}: {exc}") from exc


def current_loop() -> object:
    """Return what connections belong to: the event loop."""
    if loop := running_loop():
        return loop
    import trio

    return trio.lowlevel.current_trio_token()


def is_loop_closed(place: object) -> bool:
    """Return whether a loop that ``current_loop`` returned is closed, and its connections with it."""
    return isinstance(place, asyncio.AbstractEventLoop) and place.is_closed()


def _within(limit: float | None) -> AbstractContextManager[object]:
    return nullcontext() if limit is None else anyio.fail_after(limit)


async def send(client: AsyncHttpClient, request: httpx.Request, limit: float) -> HttpResponse:
    """Send ``request`` and read its answer to the end, all within ``limit`` seconds."""
    if client.bounded:
        return await _answer(client, request)
    with anyio.fail_after(limit):
        return await _answer(client, request)


async def _answer(client: AsyncHttpClient, request: httpx.Request) -> HttpResponse:
    response = await client.send(request, stream=True)
    reader = ResponseReader(response)
    body: Any = response.stream
    try:
        chunks = aiter(body)
        async for chunk in chunks:
            if not reader.feed(chunk):
                await chunks.aclose()  # trio finds a generator that is left half-way
                break
    finally:
        await response.aclose()
    return reader.finish()


async def checkpoint() -> None:
    """Notice here when the task has been cancelled."""
    await anyio.lowlevel.checkpoint()


async def run_for_each(call: Callable[[T], Coroutine[Any, Any, None]], items: Iterable[T]) -> None:
    """Make ``call`` of every item, beside each other."""
    async with anyio.create_task_group() as group:
        for item in items:
            group.start_soon(call, item)


class WorkerGroup:
    """Workers beside the caller, who starts and stops them in one task."""

    def __init__(self) -> None:
        self._group = anyio.create_task_group()

    async def start(self) -> None:
        """Be ready for workers."""
        await self._group.__aenter__()

    def spawn(self, work: Thunk) -> None:
        """Start a worker."""
        self._group.start_soon(work)

    async def stop(self, release: Thunk) -> None:
        """End the workers, wherever they are, then ``release`` what they used."""
        self._group.cancel_scope.cancel()
        try:
            await self._group.__aexit__(None, None, None)
        finally:
            await release()


class BoundedQueue(Generic[T]):
    """Messages from workers to their reader; whoever writes waits while ``size`` of them are unread."""

    def __init__(self, size: int) -> None:
        self._into, self._out_of = anyio.create_memory_object_stream[T](size)

    async def put(self, message: T) -> bool:
        """Leave a message; return whether there is still a reader."""
        try:
            await self._into.send(message)
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            return False
        return True

    async def get(self) -> T | None:
        """Return the next message, None when there will be no more."""
        try:
            return await self._out_of.receive()
        except (anyio.EndOfStream, anyio.ClosedResourceError):
            return None

    def end(self) -> None:
        """Say that no more will come."""
        self._into.close()

    def close(self) -> None:
        """Say that nobody reads any more."""
        self._into.close()
        self._out_of.close()


async def run_in_thread(call: Callable[[], T]) -> T:
    """Run blocking code where it blocks nobody."""
    return await anyio.to_thread.run_sync(call)


async def call_user_function(returned: Awaitable[V]) -> V:
    """Return what the user's function comes to."""
    if not isinstance(cast("object", returned), Awaitable):
        raise SessionError.usage("the function is not async: write it with 'async def', or use the sync client")
    return await returned


async def shielded(call: Callable[[], Coroutine[Any, Any, T]], limit: float) -> T:
    """Make ``call`` and return what it returns, also when the task is cancelled meanwhile.

    The cancellation is delivered at the next place where the task waits. After ``limit`` seconds, TimeoutError.
    """

    async def bounded() -> T:
        with anyio.fail_after(limit, shield=True):
            return await call()

    return await (in_own_task(bounded) if running_loop() else bounded())


def later(call: Callable[P, Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, T]:
    """Return something to await that makes ``call``."""
    return call(*args, **kwargs)


Background = Coroutine[Any, Any, None]


def background(work: Callable[[SupportsIsSet, StopFlag], Background], stop: SupportsIsSet | None) -> Background:
    """Return what does ``work`` until ``stop`` is set: a coroutine, for the caller to await or to make a task of."""
    return work(stop or StopFlag(), StopFlag())
