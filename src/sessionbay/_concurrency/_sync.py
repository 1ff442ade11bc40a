"""Concurrency, time and streams for the sync client. The twin is ``_async.py``, with the same names."""

import contextlib
import os
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Coroutine, Generator, Iterable
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar, cast

from .._http.errors import (
    ConnectError,
    ConnectTimeoutError,
    ReceiveError,
    ReceiveTimeoutError,
    SendError,
    SendTimeoutError,
)
from .._http.timeouts import format_timeout
from ..core.errors import SessionError
from ..core.escaping_filter import escaping_logger
from ..core.public import public
from ..environment import BaseClock, SupportsIsSet
from .readiness import RECEIVE_SIZE, SocketWatch, wait_ready

if TYPE_CHECKING:
    import ssl

P = ParamSpec("P")
S = TypeVar("S")
T = TypeVar("T")
V = TypeVar("V")

JOIN_TIMEOUT = 35.0  # seconds to wait for workers to end
MAX_THREADS = 32  # threads of one ``run_for_each``

log = escaping_logger("sessionbay.threads")

StateLock = threading.Lock
TimedCall = Callable[[float | None], T]
UnaryCall = Callable[[S], T]
BinaryCall = Callable[[S, T], V]
UserCall = Callable[[S], T]  # a function of the user's
Thunk = Callable[[], None]
Lock = threading.Lock


@public
class Clock(BaseClock):
    """The clock of a client. Tests pass one that does not wait."""

    def sleep(self, seconds: float) -> None:
        """Sleep for ``seconds``."""
        time.sleep(seconds)


class Event:
    """A one-shot event."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        """Set the event and wake all waiters."""
        self._event.set()

    def wait(self, timeout: float | None) -> None:
        """Wait until the event is set; raise TimeoutError after ``timeout`` seconds."""
        if not self._event.wait(timeout):
            raise TimeoutError


class Stream:
    """A byte stream to one peer. Failures raise the errors of ``_http.errors``."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._watch = SocketWatch(sock.fileno())

    def send(self, data: bytes, timeout: float | None) -> None:
        """Send all of ``data`` within ``timeout`` seconds."""
        try:
            self._send(data, timeout)
        except TimeoutError as exc:
            raise SendTimeoutError(f"not sent{format_timeout(timeout)}") from exc
        except OSError as exc:
            raise SendError(str(exc)) from exc

    def receive(self, timeout: float | None) -> bytes:
        """Return received data, empty at the end of the stream; wait at most ``timeout`` seconds."""
        try:
            return self._receive(timeout)
        except TimeoutError as exc:
            raise ReceiveTimeoutError(f"nothing came{format_timeout(timeout)}") from exc
        except OSError as exc:
            raise ReceiveError(str(exc)) from exc

    def full_duplex(self) -> "Stream":
        """Return a stream that can send and receive at the same time."""
        return DuplexStream(self._sock)

    def is_quiet(self) -> bool:
        """Return whether there is neither unread data nor the end of the stream."""
        return not self._watch.is_readable()

    def close(self) -> None:
        """Close the stream and wake a thread that waits for it."""
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)
        self._sock.close()

    def _send(self, data: bytes, timeout: float | None) -> None:
        self._sock.settimeout(timeout)
        self._sock.sendall(data)

    def _receive(self, timeout: float | None) -> bytes:
        self._sock.settimeout(timeout)
        return self._sock.recv(RECEIVE_SIZE)


class DuplexStream(Stream):
    """A stream for two threads. OpenSSL allows one at a time, so neither blocks inside a call to it."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock)
        sock.setblocking(False)
        self._lock = threading.Lock()

    def _send(self, data: bytes, timeout: float | None) -> None:
        remaining = memoryview(data)
        while remaining:
            remaining = remaining[self._retry(partial(self._sock.send, remaining), timeout, writes=True) :]

    def _receive(self, timeout: float | None) -> bytes:
        return self._retry(partial(self._sock.recv, RECEIVE_SIZE), timeout, writes=False)

    def _retry(self, attempt: Callable[[], T], timeout: float | None, *, writes: bool) -> T:
        """Call ``attempt`` until it does not block."""
        import ssl

        until = None if timeout is None else time.monotonic() + timeout
        while True:
            waits_to_write = writes
            try:
                with self._lock:
                    return attempt()
            except ssl.SSLWantReadError:
                waits_to_write = False
            except ssl.SSLWantWriteError:
                waits_to_write = True
            except BlockingIOError:
                pass
            if not wait_ready(
                self._sock.fileno(), None if timeout is None else _remaining(until), writes=waits_to_write
            ):
                raise TimeoutError


def connect(host: str, port: int, tls: "ssl.SSLContext | None", timeout: float | None) -> Stream:
    """Connect to a peer, over TLS if a context is given."""
    until = None if timeout is None else time.monotonic() + timeout
    try:
        sock = _connected(host, port, until)
        return Stream(sock if tls is None else _secured(sock, tls, host, until))
    except TimeoutError as exc:
        raise ConnectTimeoutError(f"no connection to {host}{format_timeout(timeout)}") from exc
    except (OSError, UnicodeError) as exc:
        raise ConnectError(f"no connection to {host}: {exc}") from exc


def _connected(host: str, port: int, until: float | None) -> socket.socket:
    """Try the addresses of ``host`` in turn, each for its share of the remaining time."""
    failure = OSError("it has no address")
    addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for number, (family, kind, protocol, _, address) in enumerate(addresses):
        remaining = _remaining(until)
        try:
            with _closed_on_failure(socket.socket(family, kind, protocol)) as sock:
                sock.settimeout(remaining and remaining / (len(addresses) - number))
                sock.connect(address)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return sock
        except OSError as exc:
            failure = exc
    raise failure


def _secured(sock: socket.socket, tls: "ssl.SSLContext", host: str, until: float | None) -> socket.socket:
    with _closed_on_failure(sock):
        sock.settimeout(_remaining(until))
        return tls.wrap_socket(sock, server_hostname=host)


@contextmanager
def _closed_on_failure(sock: socket.socket) -> Generator[socket.socket]:
    try:
        yield sock
    except BaseException:
        sock.close()
        raise


def _remaining(until: float | None) -> float | None:
    return None if until is None else max(until - time.monotonic(), 0.001)


class _Process:
    """The owner of connections: a process. A forked child gets its own."""


_processes = {os.getpid(): _Process()}


def current_loop() -> object:
    """Return the owner of connections: the process, since a forked child must not share them."""
    return _processes.get(pid := os.getpid()) or _processes.setdefault(pid, _Process())


def is_loop_closed(loop: object) -> bool:
    """Return False: the process takes the place of the event loop."""
    return False


def checkpoint() -> None:
    """Do nothing: sync code cannot be cancelled."""


def run_for_each(call: Callable[[T], None], items: Iterable[T]) -> None:
    """Call ``call`` with every item, concurrently."""
    from concurrent.futures import ThreadPoolExecutor  # not importable at interpreter exit, when this module may be

    with ThreadPoolExecutor(MAX_THREADS, "sessionbay-each") as executor:
        list(executor.map(call, items))


class WorkerGroup:
    """Concurrent workers. The caller starts and stops the group in one thread."""

    def __init__(self) -> None:
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Prepare the group."""

    def spawn(self, work: Thunk) -> None:
        """Start a worker."""
        thread = threading.Thread(target=work, name="sessionbay-worker", daemon=True)
        self._threads.append(thread)
        thread.start()

    def stop(self, release: Thunk) -> None:
        """``release`` the workers' resources, which ends their pending calls, and join them."""
        release()
        deadline = time.monotonic() + JOIN_TIMEOUT
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        if remaining := sum(thread.is_alive() for thread in self._threads):
            log.warning("%d workers still run: they wait for something other than a session", remaining)


class BoundedQueue(Generic[T]):
    """A queue from workers to one reader. ``put`` waits while ``size`` messages are unread."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._messages: deque[T] = deque()
        self._changed = threading.Condition()
        self._ended = False
        self._closed = False

    def put(self, message: T) -> bool:
        """Add a message; return False once the reader has closed the queue."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._messages) < self._size or self._closed)
            if not self._closed:
                self._messages.append(message)
                self._changed.notify_all()
            return not self._closed

    def get(self) -> T | None:
        """Return the next message, None at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._messages or self._ended)
            self._changed.notify_all()
            return self._messages.popleft() if self._messages else None

    def end(self) -> None:
        """Mark the end: the reader gets the messages that are queued, then None."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def close(self) -> None:
        """Close the queue from the reader's side, so that no worker waits for it."""
        with self._changed:
            self._ended = self._closed = True
            self._changed.notify_all()


def run_in_thread(call: Callable[[], T]) -> T:
    """Run blocking code in the calling thread."""
    return call()


def call_user_function(returned: V) -> V:
    """Return the result of the user's function; reject a function of the other client's kind."""
    if isinstance(returned, Coroutine):
        cast("Coroutine[Any, Any, object]", returned).close()
        raise SessionError.usage("the function is async: write it with 'def', or use the async client")
    return returned


def call_back(call: UserCall[S, T], value: S) -> T:
    """Call the user's function, and return its result."""
    return call_user_function(call(value))


def run_callback(call: Callable[[T], object], value: T) -> None:
    """Call the user's function, sync or async, in a thread that is not the user's."""
    returned = call(value)
    if isinstance(returned, Coroutine):
        import asyncio

        asyncio.run(cast("Coroutine[Any, Any, object]", returned))


def shielded(call: Callable[[], T], timeout: float) -> T:
    """Return the result of ``call``: sync code cannot be cancelled."""
    return call()


async def deferred(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return an awaitable that runs ``call`` in a worker thread."""
    import anyio.to_thread

    return await anyio.to_thread.run_sync(partial(call, *args, **kwargs))


def run_beside(work: Callable[[], None]) -> Callable[[], object]:
    """Run ``work`` in a thread that no caller waits for; return a function that does nothing. It must not raise."""
    threading.Thread(target=work, name="sessionbay-reader", daemon=True).start()
    return lambda: None


@public
class Background(threading.Thread):
    """Work until it is stopped, as a thread that the caller starts.

    ``stop()`` ends it, and so does ``stop_event``. ``ready_event`` is set once it works.
    """

    def __init__(
        self,
        work: Callable[[SupportsIsSet, Any], None],
        stop: SupportsIsSet | None,
        leave_loop: Callable[[], None],  # threads share the connections
    ) -> None:
        self.stop_event: Any = stop or threading.Event()
        self.ready_event = threading.Event()
        super().__init__(target=work, args=(self.stop_event, self.ready_event), name="sessionbay-watch", daemon=True)

    def stop(self) -> None:
        """End the work, and return at once."""
        self.stop_event.set()


def playwright() -> Any:
    """Return the context manager that starts Playwright; raise ImportError if it is not installed."""
    return import_module("playwright.sync_api").sync_playwright()
