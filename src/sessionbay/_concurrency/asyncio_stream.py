"""Bytes to and from one peer on asyncio, straight from its transport, without a task switch of our own."""

import asyncio
import os
import socket
import ssl
from asyncio import FIRST_COMPLETED
from collections.abc import Callable
from typing import Any

from .readiness import RECEIVE_SIZE, SocketWatch

HEAD_START = 0.25  # seconds that an address has before the next one is tried beside it
READ_AHEAD = 1024 * 1024  # bytes that may wait for their reader before the peer is held back


def running_loop() -> asyncio.AbstractEventLoop | None:
    """Return the event loop, None when this is not asyncio."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


class LoopStream(asyncio.Protocol):
    """What anyio's streams offer, of which the async code needs ``send``, ``receive`` and ``aclose``."""

    def __init__(self) -> None:
        self._arrived = bytearray()
        self._ended = False
        self._broken: Exception | None = None
        self._held_back = False
        self._full = False
        self._waiters: list[asyncio.Future[None]] = []  # at most two: whoever sends and whoever receives

    @classmethod
    async def connect(cls, host: str, port: int, tls: ssl.SSLContext | None) -> "LoopStream":
        """Connect to the address of ``host`` that answers first."""
        loop = asyncio.get_running_loop()
        options: dict[str, Any] = {"ssl": tls, "server_hostname": host} if tls is not None else {}
        if _is_address(host):
            _, stream = await loop.create_connection(cls, host, port, **options)
        else:
            _, stream = await loop.create_connection(cls, sock=await _first_to_answer(host, port), **options)
        return stream

    def is_readable(self) -> bool:
        """Return whether something has come that nobody read, or the end; the loop may not have noticed it yet."""
        return self._is_readable() or self._watch.is_readable()

    async def send(self, data: bytes, limit: float | None) -> None:
        """Send ``data``; wait while the peer does not keep up, for ``limit`` seconds at most."""
        self._raise_if_broken()
        self._transport.write(data)
        if self._full:
            await self._until(self._can_send, limit)
        self._raise_if_broken()

    async def receive(self, limit: float | None) -> bytes:
        """Return what has come, empty at the end; wait for it no longer than ``limit`` seconds."""
        if not self._is_readable():
            await self._until(self._is_readable, limit)
        if not self._arrived:
            self._raise_if_broken()
        data = bytes(self._arrived)
        self._arrived.clear()
        if self._held_back and not self._transport.is_closing():
            self._held_back = False
            self._transport.resume_reading()
        return data

    async def aclose(self) -> None:
        """Close the connection, and drop what was not sent yet."""
        self._transport.abort()

    def _is_readable(self) -> bool:
        return bool(self._arrived) or self._ended

    def _can_send(self) -> bool:
        return not self._full or self._ended

    async def _until(self, there: Callable[[], bool], limit: float | None) -> None:
        loop = asyncio.get_running_loop()
        late = False

        def be_late() -> None:
            nonlocal late
            late = True
            self._wake()

        timer = None if limit is None else loop.call_later(limit, be_late)
        try:
            while not there():
                if late:
                    raise TimeoutError
                await self._woken(loop.create_future())
        finally:
            if timer:
                timer.cancel()

    async def _woken(self, waiter: asyncio.Future[None]) -> None:
        self._waiters.append(waiter)
        try:
            await waiter
        finally:
            self._waiters.remove(waiter)

    def _wake(self) -> None:
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)

    def _raise_if_broken(self) -> None:
        if self._broken is not None:
            raise ConnectionError(str(self._broken) or "the peer closed the connection") from self._broken

    def connection_made(self, transport: Any) -> None:
        self._transport: asyncio.Transport = transport
        self._watch = SocketWatch(transport.get_extra_info("socket").fileno())

    def data_received(self, data: bytes) -> None:
        self._arrived += data
        if len(self._arrived) > READ_AHEAD and not self._held_back:
            self._held_back = True
            self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> bool:
        self._ended = True
        self._wake()
        return not self._transport.get_extra_info("ssl_object")  # of a plain connection our half stays open

    def connection_lost(self, exc: Exception | None) -> None:
        if exc:
            self._arrived += self._left_behind()
        if not self._ended or exc:
            self._broken = exc or ConnectionResetError("the connection was closed")
        self._ended = True
        self._wake()

    def _left_behind(self) -> bytes:
        """Return what came before the connection broke: asyncio drops it where it was writing that failed."""
        tls = self._transport.get_extra_info("ssl_object")
        if tls or not isinstance(asyncio.get_running_loop(), asyncio.BaseEventLoop):  # uvloop has closed it by now
            return b""
        try:
            with socket.socket(fileno=os.dup(self._transport.get_extra_info("socket").fileno())) as again:
                again.setblocking(False)
                return again.recv(RECEIVE_SIZE)
        except OSError:
            return b""

    def pause_writing(self) -> None:
        self._full = True

    def resume_writing(self) -> None:
        self._full = False
        self._wake()


def _is_address(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdecimal()


async def _first_to_answer(host: str, port: int) -> socket.socket:
    """Try the addresses of ``host``, each a little after the one before, or once that failed.

    asyncio's own way to do so loses a connection when it is cancelled, and uvloop has none.
    """
    loop = asyncio.get_running_loop()
    left = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    tried: list[asyncio.Task[socket.socket]] = []
    failure: BaseException = OSError("it has no address")
    try:
        while left or not all(task.done() for task in tried):
            if left:
                tried.append(loop.create_task(_connected(*left.pop(0))))
            waits_for = [task for task in tried if not task.done()]
            done, _ = await asyncio.wait(waits_for, timeout=HEAD_START if left else None, return_when=FIRST_COMPLETED)
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


async def _connected(family: int, kind: int, protocol: int, _: str, address: Any) -> socket.socket:
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
