"""Concurrency, time and streams for the async client. The twin is ``_sync.py``, with the same names.

On asyncio a plain call needs no anyio, whose import would be a tenth of the first one's work.
"""

import asyncio
import ssl
import threading
from collections.abc import Awaitable, Callable, Coroutine, Generator, Iterable
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, Self, TypeVar, cast

from .._http.errors import (
    ConnectError,
    ConnectTimeoutError,
    ReceiveError,
    ReceiveTimeoutError,
    SendError,
    SendTimeoutError,
)
from .._http.timeouts import CLOSE_TIMEOUT, format_timeout
from ..core.errors import SessionError
from ..core.public import public
from ..environment import BaseClock, SupportsIsSet
from .asyncio_stream import LoopStream, running_loop
from .cancellation import in_own_task
from .readiness import RECEIVE_SIZE, SocketWatch

if TYPE_CHECKING:
    import anyio
    from anyio.abc import ByteStream

P = ParamSpec("P")
S = TypeVar("S")
T = TypeVar("T")
V = TypeVar("V")

TimedCall = Callable[[float | None], Awaitable[T]]
UnaryCall = Callable[[S], Awaitable[T]]
BinaryCall = Callable[[S, T], Awaitable[V]]
UserCall = Callable[[S], T | Awaitable[T]]  # a function of the user's, sync or async
Thunk = Callable[[], Coroutine[Any, Any, None]]


def Lock() -> "asyncio.Lock | anyio.Lock":  # noqa: N802  # the twin's is a class
    """Return a lock of the running event loop."""
    if running_loop():
        return asyncio.Lock()
    import anyio

    return anyio.Lock()


@public
class AsyncClock(BaseClock):
    """The clock of a client. Tests pass one that does not wait."""

    async def sleep(self, seconds: float) -> None:
        """Sleep for ``seconds``."""
        if running_loop():
            await asyncio.sleep(seconds)
        else:
            import anyio

            await anyio.sleep(seconds)


class StateLock:
    """A lock that does nothing: a client's tasks share one thread. The twin is ``threading.Lock``."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        pass


class Event:
    """A one-shot event."""

    def __init__(self) -> None:
        self._event = self._new()

    @staticmethod
    def _new() -> "asyncio.Event | anyio.Event":
        if running_loop():
            return asyncio.Event()
        import anyio

        return anyio.Event()

    def set(self) -> None:
        """Set the event and wake all waiters."""
        self._event.set()

    async def wait(self, timeout: float | None) -> None:
        """Wait until the event is set; raise TimeoutError after ``timeout`` seconds."""
        await _within(self._event.wait, timeout)


class _AnyioStream:
    """The counterpart of ``LoopStream`` for event loops other than asyncio, over anyio."""

    def __init__(self, stream: "ByteStream") -> None:
        from anyio.abc import SocketAttribute
        from anyio.streams.tls import TLSAttribute

        self._stream = stream
        self._watch = SocketWatch(stream.extra(SocketAttribute.raw_socket).fileno())
        self._tls = stream.extra(TLSAttribute.ssl_object, None)
        self._buffered = b""  # decrypted by ``is_readable``

    @classmethod
    async def connect(cls, host: str, port: int, tls: ssl.SSLContext | None) -> Self:
        import anyio

        if tls is None:
            return cls(await anyio.connect_tcp(host, port))
        return cls(await anyio.connect_tcp(host, port, ssl_context=tls, tls_standard_compatible=False))

    async def send(self, data: bytes, timeout: float | None) -> None:
        await _within(lambda: self._stream.send(data), timeout)

    async def receive(self, timeout: float | None) -> bytes:
        if self._buffered:
            data, self._buffered = self._buffered, b""
            return data
        import anyio

        try:
            return await _within(lambda: self._stream.receive(RECEIVE_SIZE), timeout)
        except anyio.EndOfStream:
            return b""

    def is_readable(self) -> bool:
        return bool(self._buffered) or self._watch.is_readable() or self._is_decrypted_data_readable()

    async def aclose(self) -> None:
        import anyio

        with anyio.move_on_after(CLOSE_TIMEOUT, shield=True):
            await self._stream.aclose()

    def _is_decrypted_data_readable(self) -> bool:
        """Return whether anyio holds records of TLS that were received with an earlier one; buffer the next."""
        if self._tls is None:
            return False
        try:
            self._buffered = self._tls.read(RECEIVE_SIZE)
        except ssl.SSLWantReadError:
            return False
        except ssl.SSLError:  # the end, or an error: ``receive`` raises it
            return True
        return True


class Stream:
    """A byte stream to one peer. Failures raise the errors of ``_http.errors``."""

    def __init__(self, stream: LoopStream | _AnyioStream) -> None:
        self._stream = stream

    async def send(self, data: bytes, timeout: float | None) -> None:
        """Send all of ``data`` within ``timeout`` seconds."""
        try:
            await self._stream.send(data, timeout)
        except TimeoutError as exc:
            raise SendTimeoutError(f"not sent{format_timeout(timeout)}") from exc
        except _broken_stream_errors() as exc:
            raise SendError(str(exc) or "the peer closed the connection") from exc

    async def receive(self, timeout: float | None) -> bytes:
        """Return received data, empty at the end of the stream; wait at most ``timeout`` seconds."""
        try:
            return await self._stream.receive(timeout)
        except TimeoutError as exc:
            raise ReceiveTimeoutError(f"nothing came{format_timeout(timeout)}") from exc
        except _broken_stream_errors() as exc:
            raise ReceiveError(str(exc) or "the connection broke") from exc

    def full_duplex(self) -> "Stream":
        """Return a stream that can send and receive at the same time."""
        return self

    def is_quiet(self) -> bool:
        """Return whether there is neither unread data nor the end of the stream."""
        return not self._stream.is_readable()

    async def aclose(self) -> None:
        """Close the stream, even if the task has been cancelled."""
        await self._stream.aclose()


async def connect(host: str, port: int, tls: ssl.SSLContext | None, timeout: float | None) -> Stream:
    """Connect to a peer, over TLS if a context is given."""
    kind = LoopStream if running_loop() else _AnyioStream
    try:
        return Stream(await _within(lambda: kind.connect(host, port, tls), timeout))
    except TimeoutError as exc:
        raise ConnectTimeoutError(f"no connection to {host}{format_timeout(timeout)}") from exc
    except _broken_stream_errors(UnicodeError) as exc:
        raise ConnectError(f"no connection to {host}: {exc}") from exc


def current_loop() -> object:
    """Return the owner of connections: the event loop."""
    if loop := running_loop():
        return loop
    import trio

    return trio.lowlevel.current_trio_token()


def is_loop_closed(loop: object) -> bool:
    """Return whether a result of ``current_loop`` is a closed loop, whose connections are gone."""
    return isinstance(loop, asyncio.AbstractEventLoop) and loop.is_closed()


async def _within(call: Callable[[], Awaitable[T]], timeout: float | None) -> T:
    """Return the result of ``call``; raise TimeoutError after ``timeout`` seconds."""
    if running_loop():
        async with asyncio.timeout(timeout):
            return await call()
    import anyio

    with anyio.fail_after(timeout):
        return await call()


def _broken_stream_errors(*more: type[Exception]) -> tuple[type[Exception], ...]:
    """Return the errors of a stream whose connection broke, and ``more``."""
    if running_loop():
        return OSError, *more
    import anyio

    return *more, OSError, anyio.BrokenResourceError, anyio.ClosedResourceError, anyio.EndOfStream


async def checkpoint() -> None:
    """Raise here if the task has been cancelled."""
    if running_loop():
        await asyncio.sleep(0)
    else:
        import anyio.lowlevel

        await anyio.lowlevel.checkpoint()


async def run_for_each(call: Callable[[T], Coroutine[Any, Any, None]], items: Iterable[T]) -> None:
    """Call ``call`` with every item, concurrently."""
    import anyio

    async with anyio.create_task_group() as group:
        for item in items:
            group.start_soon(call, item)


class WorkerGroup:
    """Concurrent workers. The caller starts and stops the group in one task."""

    def __init__(self) -> None:
        import anyio

        self._group = anyio.create_task_group()

    async def start(self) -> None:
        """Prepare the group."""
        await self._group.__aenter__()

    def spawn(self, work: Thunk) -> None:
        """Start a worker."""
        self._group.start_soon(work)

    async def stop(self, release: Thunk) -> None:
        """Cancel the workers, then ``release`` their resources."""
        self._group.cancel_scope.cancel()
        try:
            await self._group.__aexit__(None, None, None)
        finally:
            await release()


class BoundedQueue(Generic[T]):
    """A queue from workers to one reader. ``put`` waits while ``size`` messages are unread."""

    def __init__(self, size: int) -> None:
        import anyio

        self._sender, self._receiver = anyio.create_memory_object_stream[T](size)

    async def put(self, message: T) -> bool:
        """Add a message; return False once the reader has closed the queue."""
        import anyio

        try:
            self._sender.send_nowait(message)  # ``send`` switches tasks, also if there is room
        except anyio.WouldBlock:
            return await self._put_later(message)
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            return False
        return True

    async def get(self) -> T | None:
        """Return the next message, None at the end."""
        import anyio

        try:
            return self._receiver.receive_nowait()
        except anyio.WouldBlock:
            return await self._get_later()
        except (anyio.EndOfStream, anyio.ClosedResourceError):
            return None

    async def _put_later(self, message: T) -> bool:
        import anyio

        try:
            await self._sender.send(message)
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            return False
        return True

    async def _get_later(self) -> T | None:
        import anyio

        try:
            return await self._receiver.receive()
        except (anyio.EndOfStream, anyio.ClosedResourceError):
            return None

    def end(self) -> None:
        """Mark the end: the reader gets the messages that are queued, then None."""
        self._sender.close()

    def close(self) -> None:
        """Close the queue from the reader's side, so that no worker waits for it."""
        self._sender.close()
        self._receiver.close()


async def run_in_thread(call: Callable[[], T]) -> T:
    """Run blocking code in a worker thread."""
    import anyio.to_thread

    return await anyio.to_thread.run_sync(call)


async def call_user_function(returned: Awaitable[V]) -> V:
    """Return the result of the user's function; reject a function of the other client's kind."""
    if not isinstance(cast("object", returned), Awaitable):
        raise SessionError.usage("the function is not async: write it with 'async def', or use the sync client")
    return await returned


async def call_back(call: UserCall[S, T], value: S) -> T:
    """Call the user's function, sync or async, and return its result."""
    returned = call(value)
    return await cast("Awaitable[T]", returned) if isinstance(returned, Awaitable) else returned


run_callback = call_back
"""The twin runs an async function in an event loop of its own."""


async def shielded(call: Callable[[], Coroutine[Any, Any, T]], timeout: float) -> T:
    """Return the result of ``call``, shielded from cancellation; raise TimeoutError after ``timeout`` seconds.

    A cancellation that comes meanwhile is delivered at the next checkpoint.
    """
    if running_loop():
        return await in_own_task(lambda: _within(call, timeout))
    import anyio

    with anyio.fail_after(timeout, shield=True):
        return await call()


def deferred(call: Callable[P, Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, T]:
    """Return an awaitable of ``call``."""
    return call(*args, **kwargs)


def run_beside(work: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], object]:
    """Run ``work`` in a task that no caller waits for; return a function that cancels it. It must not raise."""
    if isinstance(current_loop(), asyncio.AbstractEventLoop):
        return asyncio.create_task(work()).cancel
    import trio

    scope = trio.CancelScope()

    async def run() -> None:
        with scope:
            await work()

    trio.lowlevel.spawn_system_task(run)
    return scope.cancel


@public
class AsyncBackground(threading.Thread, Coroutine[Any, Any, None]):
    """Work until it is stopped: await it, or start it as a thread, which has an event loop of its own.

    ``stop()`` ends it, and so does ``stop_event``. ``ready_event`` is set once it works.
    """

    def __init__(
        self,
        work: Callable[[SupportsIsSet, threading.Event], Coroutine[Any, Any, None]],
        stop: SupportsIsSet | None,
        leave_loop: Callable[[], Awaitable[None]],
    ) -> None:
        self.stop_event: Any = stop or threading.Event()
        self.ready_event = threading.Event()
        self._work = partial(work, self.stop_event, self.ready_event)
        self._leave_loop = leave_loop
        self._awaited: Coroutine[Any, Any, None] | None = None
        super().__init__(name="sessionbay-watch", daemon=True)

    def run(self) -> None:
        """Work in this thread; ``start`` calls it."""
        import anyio

        anyio.run(self._run)

    def stop(self) -> None:
        """End the work, and return at once."""
        self.stop_event.set()

    async def _run(self) -> None:
        try:
            await self._work()
        finally:
            await self._leave_loop()

    def send(self, value: Any) -> Any:
        """Run the coroutine on, as its task does."""
        self._awaited = self._awaited or self._work()
        return self._awaited.send(value)

    def throw(self, *exc: Any) -> Any:
        """Raise an exception in the coroutine, as its task does."""
        self._awaited = self._awaited or self._work()
        return self._awaited.throw(*exc)

    def close(self) -> None:
        """Close the coroutine, as its task does."""
        if self._awaited is not None:
            self._awaited.close()

    def __await__(self) -> Generator[Any, Any, None]:
        return self._work().__await__()


def playwright() -> Any:
    """Return the context manager that starts Playwright; raise ImportError if it is not installed."""
    return import_module("playwright.async_api").async_playwright()
