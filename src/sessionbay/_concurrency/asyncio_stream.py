"""A byte stream over an asyncio transport, without extra task switches."""

import asyncio
import math
import os
import socket
import ssl
import threading
from asyncio import FIRST_COMPLETED
from typing import Any

from .readiness import RECEIVE_SIZE, SocketWatch

HEAD_START = 0.25  # seconds after which the next address is tried concurrently
READ_AHEAD = 1024 * 1024  # unread bytes at which reading from the peer pauses


def running_loop() -> asyncio.AbstractEventLoop | None:
    """Return the running asyncio loop, None under another library."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


class _ReceiveBuffer(threading.local):
    """The buffer of a thread: its loop fills it, and has the content taken, in one step."""

    def __init__(self) -> None:
        self.view = memoryview(bytearray(RECEIVE_SIZE))


_buffer = _ReceiveBuffer()


class LoopStream(asyncio.BufferedProtocol):
    """A connection with the interface of ``_AnyioStream``.

    The connections of a thread receive into one buffer. For protocols that are not buffered, asyncio allocates 256 KiB
    whenever data comes, which the C library may have to map into memory each time.
    """

    def __init__(self) -> None:
        self._received = bytearray()
        self._ended = False
        self._broken: Exception | None = None
        self._paused = False
        self._full = False
        self._receiver: asyncio.Future[None] | None = None
        self._receive_until = math.inf
        self._timer: asyncio.TimerHandle | None = None
        self._sender: asyncio.Future[None] | None = None

    @classmethod
    async def connect(cls, host: str, port: int, tls: ssl.SSLContext | None) -> "LoopStream":
        """Connect to the address of ``host`` that accepts first."""
        loop = asyncio.get_running_loop()
        options: dict[str, Any] = {"ssl": tls, "server_hostname": host} if tls is not None else {}
        if _is_address(host):
            _, stream = await loop.create_connection(cls, host, port, **options)
        else:
            _, stream = await loop.create_connection(cls, sock=await _connect_first(host, port), **options)
        return stream

    def is_readable(self) -> bool:
        """Return whether there is unread data or the end of the stream, also if the loop has not seen it yet."""
        return self._is_readable() or self._watch.is_readable()

    async def send(self, data: bytes, timeout: float | None) -> None:
        """Send ``data``; wait at most ``timeout`` seconds for a peer that does not keep up."""
        self._raise_if_broken()
        self._transport.write(data)
        if self._full:
            async with asyncio.timeout(timeout):
                await self._wait_until_sent()
        self._raise_if_broken()

    async def receive(self, timeout: float | None) -> bytes:
        """Return received data, empty at the end of the stream; wait at most ``timeout`` seconds."""
        if not self._is_readable():
            await self._wait_until_readable(timeout)
        if not self._received:
            self._raise_if_broken()
        data = bytes(self._received)
        self._received.clear()
        if self._paused and not self._transport.is_closing():
            self._paused = False
            self._transport.resume_reading()
        return data

    async def aclose(self) -> None:
        """Close the connection and drop unsent data."""
        self._receive_until = math.inf
        self._set_timer()
        self._transport.abort()
        self.connection_lost(None)  # asyncio calls it later, and until then takes data that it does not send

    def _is_readable(self) -> bool:
        return bool(self._received) or self._ended

    async def _wait_until_readable(self, timeout: float | None) -> None:
        self._receive_until = math.inf if timeout is None else self._loop.time() + timeout
        if self._timer is None or self._timer.when() > self._receive_until:
            self._set_timer()
        while True:
            self._receiver = self._loop.create_future()
            try:
                await self._receiver
            finally:
                self._receiver = None
            if self._is_readable():
                return
            if self._loop.time() >= self._receive_until:
                raise TimeoutError

    def _set_timer(self) -> None:
        """Set the timer, which is left running between two waits: most calls end long before it does."""
        if self._timer is not None:
            self._timer.cancel()
        at = self._receive_until
        self._timer = None if at == math.inf else self._loop.call_at(at, self._expire)

    def _expire(self) -> None:
        self._timer = None
        if self._receiver is None or self._receiver.done():
            return
        if self._loop.time() < self._receive_until:
            self._set_timer()
        else:
            self._receiver.set_result(None)

    async def _wait_until_sent(self) -> None:
        while self._full and not self._ended:
            self._sender = self._loop.create_future()
            try:
                await self._sender
            finally:
                self._sender = None

    def _wake(self) -> None:
        for waiter in (self._receiver, self._sender):
            if waiter is not None and not waiter.done():
                waiter.set_result(None)

    def _raise_if_broken(self) -> None:
        if self._broken is not None:
            raise ConnectionError(str(self._broken) or "the peer closed the connection") from self._broken

    def connection_made(self, transport: Any) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport = transport
        self._watch = SocketWatch(transport.get_extra_info("socket").fileno())

    def get_buffer(self, sizehint: int) -> memoryview:
        return _buffer.view

    def buffer_updated(self, nbytes: int) -> None:
        self._received += _buffer.view[:nbytes]
        if len(self._received) > READ_AHEAD and not self._paused:
            self._paused = True
            self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> bool:
        self._ended = True
        self._wake()
        return not self._transport.get_extra_info("ssl_object")  # a plain connection stays open for writing

    def connection_lost(self, exc: Exception | None) -> None:
        if exc:
            self._received += self._read_remaining()
        if not self._ended or exc:
            self._broken = exc or ConnectionResetError("the connection was closed")
        self._ended = True
        self._wake()

    def _read_remaining(self) -> bytes:
        """Return data that came before the connection broke: asyncio drops it if a write failed."""
        tls = self._transport.get_extra_info("ssl_object")
        if tls or not isinstance(asyncio.get_running_loop(), asyncio.BaseEventLoop):  # uvloop has closed it by now
            return b""
        try:
            with socket.socket(fileno=os.dup(self._transport.get_extra_info("socket").fileno())) as copy:
                copy.setblocking(False)
                return copy.recv(RECEIVE_SIZE)
        except OSError:
            return b""

    def pause_writing(self) -> None:
        self._full = True

    def resume_writing(self) -> None:
        self._full = False
        self._wake()


def _is_address(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdecimal()


async def _connect_first(host: str, port: int) -> socket.socket:
    """Connect by Happy Eyeballs: try each address after a delay, or once the one before failed.

    asyncio's implementation leaks a connection when it is cancelled, and uvloop has none.
    """
    loop = asyncio.get_running_loop()
    remaining = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    tried: list[asyncio.Task[socket.socket]] = []
    failure: BaseException = OSError("it has no address")
    try:
        while remaining or not all(task.done() for task in tried):
            if remaining:
                tried.append(loop.create_task(_connect(*remaining.pop(0))))
            pending = [task for task in tried if not task.done()]
            done, _ = await asyncio.wait(
                pending, timeout=HEAD_START if remaining else None, return_when=FIRST_COMPLETED
            )
            for task in done:
                if (error := task.exception()) is None:
                    tried.remove(task)
                    return task.result()
                failure = error
        raise failure
    finally:
        for task in tried:
            task.cancel()
            task.add_done_callback(_discard)


async def _connect(family: int, kind: int, protocol: int, _: str, address: Any) -> socket.socket:
    sock = socket.socket(family, kind, protocol)
    try:
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, address)
    except BaseException:
        sock.close()
        raise
    return sock


def _discard(task: asyncio.Task[socket.socket]) -> None:
    if not task.cancelled() and task.exception() is None:
        task.result().close()
