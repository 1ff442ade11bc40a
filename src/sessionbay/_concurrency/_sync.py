"""Concurrency, time and HTTP as the sync code sees them. Its twin is ``_async.py``: same names, same meaning."""

import contextlib
import logging
import os
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Coroutine, Generator, Iterable
from contextlib import contextmanager
from functools import partial
from typing import Any, Generic, ParamSpec, TypeVar, cast

import anyio.to_thread
import httpx

from .._http.cookies import NO_COOKIES
from .._http.response import ResponseReader
from .._http.timeouts import format_timeout
from ..core.errors import SessionError
from ..core.http import HttpResponse
from ..environment import BaseClock, SupportsIsSet
from .readiness import RECEIVE_SIZE, SocketWatch, wait_ready

P = ParamSpec("P")
S = TypeVar("S")
T = TypeVar("T")
V = TypeVar("V")

JOIN_TIMEOUT = 35.0  # seconds that workers have to end once they are stopped
MAX_THREADS = 32  # threads at most that do the same to many things

log = logging.getLogger("sessionbay.threads")

HttpTransport = httpx.BaseTransport
HttpBody = httpx.SyncByteStream
ProxyTransport = httpx.HTTPTransport
StateLock = threading.Lock
Look = Callable[[float | None], T]
Step = Callable[[S], T]
Work = Callable[[S, T], V]
Thunk = Callable[[], None]
Lock = threading.Lock


class Clock(BaseClock):
    """Time, in one place, so that tests need not wait for it."""

    def sleep(self, seconds: float) -> None:
        """Let ``seconds`` pass."""
        time.sleep(seconds)


class HttpClient(httpx.Client):
    """httpx's client; it keeps no cookies. ``bounded`` says that its transport keeps to a request's deadline."""

    def __init__(self, *, transport: HttpTransport, bounded: bool, trust_env: bool) -> None:
        super().__init__(transport=transport, trust_env=trust_env)
        self._cookies = NO_COOKIES
        self.bounded = bounded


class Event:
    """Something that happens once, and can be waited for."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        """Let it happen."""
        self._event.set()

    def wait(self, limit: float | None) -> None:
        """Wait for it; raise TimeoutError after ``limit`` seconds."""
        if not self._event.wait(limit):
            raise TimeoutError


class Stream:
    """Bytes to and from one peer. What fails, fails by httpx's names."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._watch = SocketWatch(sock.fileno())

    def send(self, data: bytes, limit: float | None) -> None:
        """Send all of ``data``, within ``limit`` seconds."""
        try:
            self._send(data, limit)
        except TimeoutError as exc:
            raise httpx.WriteTimeout(f"not sent{format_timeout(limit)}") from exc
        except OSError as exc:
            raise httpx.WriteError(str(exc)) from exc

    def receive(self, limit: float | None) -> bytes:
        """Return what has come, empty at the end; wait for it no longer than ``limit`` seconds."""
        try:
            return self._receive(limit)
        except TimeoutError as exc:
            raise httpx.ReadTimeout(f"nothing came{format_timeout(limit)}") from exc
        except OSError as exc:
            raise httpx.ReadError(str(exc)) from exc

    def both_ways(self) -> "Stream":
        """Return this stream such that one may send while another one receives."""
        return DuplexStream(self._sock)

    def is_quiet(self) -> bool:
        """Return whether nothing has come that nobody read, nor the end."""
        return not self._watch.is_readable()

    def close(self) -> None:
        """Close it; a thread that waits for it is woken."""
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)
        self._sock.close()

    def _send(self, data: bytes, limit: float | None) -> None:
        self._sock.settimeout(limit)
        self._sock.sendall(data)

    def _receive(self, limit: float | None) -> bytes:
        self._sock.settimeout(limit)
        return self._sock.recv(RECEIVE_SIZE)


class DuplexStream(Stream):
    """A stream that two threads use at once: TLS bears one of them at a time, so that neither waits inside it."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock)
        sock.setblocking(False)
        self._one = threading.Lock()

    def _send(self, data: bytes, limit: float | None) -> None:
        left = memoryview(data)
        while left:
            left = left[self._done(partial(self._sock.send, left), limit, writes=True) :]

    def _receive(self, limit: float | None) -> bytes:
        return self._done(partial(self._sock.recv, RECEIVE_SIZE), limit, writes=False)

    def _done(self, attempt: Callable[[], T], limit: float | None, *, writes: bool) -> T:
        """Try until the system need not wait."""
        until = None if limit is None else time.monotonic() + limit
        while True:
            waits_to_write = writes
            try:
                with self._one:
                    return attempt()
            except ssl.SSLWantReadError:
                waits_to_write = False
            except ssl.SSLWantWriteError:
                waits_to_write = True
            except BlockingIOError:
                pass
            if not wait_ready(self._sock.fileno(), None if limit is None else _left(until), writes=waits_to_write):
                raise TimeoutError


def connect(host: str, port: int, tls: ssl.SSLContext | None, limit: float | None) -> Stream:
    """Connect to a peer, over TLS where a context is given."""
    until = None if limit is None else time.monotonic() + limit
    try:
        sock = _connected(host, port, until)
        return Stream(sock if tls is None else _secured(sock, tls, host, until))
    except TimeoutError as exc:
        raise httpx.ConnectTimeout(f"no connection to {host}{format_timeout(limit)}") from exc
    except (OSError, UnicodeError) as exc:
        raise httpx.ConnectError(f"no connection to {host}: {exc}") from exc


def _connected(host: str, port: int, until: float | None) -> socket.socket:
    """Try the addresses of ``host`` in turn; each may take its share of the time that is left."""
    failure = OSError("it has no address")
    addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for number, (family, kind, protocol, _, address) in enumerate(addresses):
        left = _left(until)
        try:
            with _closed_on_failure(socket.socket(family, kind, protocol)) as sock:
                sock.settimeout(left and left / (len(addresses) - number))
                sock.connect(address)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return sock
        except OSError as exc:
            failure = exc
    raise failure


def _secured(sock: socket.socket, tls: ssl.SSLContext, host: str, until: float | None) -> socket.socket:
    with _closed_on_failure(sock):
        sock.settimeout(_left(until))
        return tls.wrap_socket(sock, server_hostname=host)


@contextmanager
def _closed_on_failure(sock: socket.socket) -> Generator[socket.socket]:
    try:
        yield sock
    except BaseException:
        sock.close()
        raise


def _left(until: float | None) -> float | None:
    return None if until is None else max(until - time.monotonic(), 0.001)


class _Process:
    """What connections belong to: a process; a fork's child makes its own."""


_homes = {os.getpid(): _Process()}


def current_loop() -> object:
    """Return what connections belong to: the process, since a fork's child must not share them."""
    return _homes.get(pid := os.getpid()) or _homes.setdefault(pid, _Process())


def is_loop_closed(place: object) -> bool:
    """Return False: in the sync twin the process itself takes the place of the event loop."""
    return False


def send(client: HttpClient, request: httpx.Request, limit: float) -> HttpResponse:
    """Send ``request`` and read its answer to the end; without a bounded transport, each step within ``limit``."""
    response = client.send(request, stream=True)
    reader = ResponseReader(response)
    body: Any = response.stream
    try:
        for chunk in body:
            if not reader.feed(chunk):
                break
    finally:
        response.close()
    return reader.finish()


def checkpoint() -> None:
    """Notice a cancellation: nothing can cancel sync code."""


def run_for_each(call: Callable[[T], None], items: Iterable[T]) -> None:
    """Make ``call`` of every item, beside each other."""
    from concurrent.futures import ThreadPoolExecutor  # an interpreter that ends cannot load it, and may load this page

    with ThreadPoolExecutor(MAX_THREADS, "sessionbay-each") as executor:
        list(executor.map(call, items))


class WorkerGroup:
    """Workers beside the caller, who starts and stops them in one thread."""

    def __init__(self) -> None:
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Be ready for workers."""

    def spawn(self, work: Thunk) -> None:
        """Start a worker."""
        thread = threading.Thread(target=work, name="sessionbay-worker", daemon=True)
        self._threads.append(thread)
        thread.start()

    def stop(self, release: Thunk) -> None:
        """``release`` what the workers use, which ends the calls that they wait for, and wait until they have ended."""
        release()
        deadline = time.monotonic() + JOIN_TIMEOUT
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        if left := sum(thread.is_alive() for thread in self._threads):
            log.warning("%d workers wait for something that is no session, and go on", left)


class BoundedQueue(Generic[T]):
    """Messages from workers to their reader; whoever writes waits while ``size`` of them are unread."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._messages: deque[T] = deque()
        self._changed = threading.Condition()
        self._ended = False
        self._closed = False

    def put(self, message: T) -> bool:
        """Leave a message; return whether there is still a reader."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._messages) < self._size or self._closed)
            self._messages.append(message)
            self._changed.notify_all()
            return not self._closed

    def get(self) -> T | None:
        """Return the next message, None when there will be no more."""
        with self._changed:
            self._changed.wait_for(lambda: self._messages or self._ended)
            self._changed.notify_all()
            return self._messages.popleft() if self._messages else None

    def end(self) -> None:
        """Say that no more will come."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def close(self) -> None:
        """Say that nobody reads any more."""
        with self._changed:
            self._ended = self._closed = True
            self._changed.notify_all()


def run_in_thread(call: Callable[[], T]) -> T:
    """Run blocking code: here, at once."""
    return call()


def call_user_function(returned: V) -> V:
    """Return what the user's function comes to."""
    if isinstance(returned, Coroutine):
        cast("Coroutine[Any, Any, object]", returned).close()
        raise SessionError.usage("the function is async: write it with 'def', or use the async client")
    return returned


def shielded(call: Callable[[], T], limit: float) -> T:
    """Make ``call`` and return what it returns; nothing can cancel sync code."""
    return call()


async def later(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return something to await that makes ``call`` in a worker thread."""
    return await anyio.to_thread.run_sync(partial(call, *args, **kwargs))


class Background(threading.Thread):
    """A thread that the caller starts, and ends by its ``stop_event``; ``ready_event`` tells when it is at work."""

    def __init__(self, work: Callable[[SupportsIsSet, Any], None], stop: SupportsIsSet | None) -> None:
        self.stop_event = stop or threading.Event()
        self.ready_event = threading.Event()
        super().__init__(target=work, args=(self.stop_event, self.ready_event), name="sessionbay-watch", daemon=True)


def background(work: Callable[[SupportsIsSet, Any], None], stop: SupportsIsSet | None) -> Background:
    """Return what does ``work`` until ``stop`` is set: a thread, for the caller to start."""
    return Background(work, stop)
