"""Accepting connections: a few per turn of the event loop, and never with the last file descriptors."""

import asyncio
import contextlib
import errno
import os
import socket
from collections.abc import Callable

from .connections import REFUSAL, connections, descriptor_limit

BATCH = 16  # connections that are accepted in one turn
RESERVE = 32  # descriptors that connections leave to the sessions
PAUSE = 0.1  # seconds until the next attempt when there is no room
EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


class Acceptor:
    """Accepts the connections of one listening socket; has the methods of ``asyncio.Server`` that uvicorn calls."""

    def __init__(self, sock: socket.socket, protocol: Callable[[], asyncio.Protocol]) -> None:
        self._loop = asyncio.get_running_loop()
        self._sock = sock
        self._protocol = protocol
        self._starting: set[asyncio.Task[None]] = set()
        self._paused: asyncio.TimerHandle | None = None
        self._spare = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
        sock.setblocking(False)
        sock.listen(2048)
        self._loop.add_reader(sock.fileno(), self._accept)

    def close(self) -> None:
        """Accept no more connections."""
        if self._paused:
            self._paused.cancel()
        if self._sock.fileno() >= 0:
            self._loop.remove_reader(self._sock.fileno())
            with contextlib.suppress(OSError):
                self._sock.shutdown(socket.SHUT_RDWR)  # also where a fork or a duplicate would keep listening
            self._sock.close()
        if self._spare >= 0:
            os.close(self._spare)
            self._spare = -1

    async def wait_closed(self) -> None:
        """Do nothing: uvicorn has closed the connections."""

    def _accept(self) -> None:
        if not connections().take_place():
            self._pause()
            return
        for number in range(BATCH):
            if number and connections().is_full():
                return  # there may be none that waits, for which the oldest would be closed
            try:
                conn, _ = self._sock.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as exc:
                if exc.errno not in EXHAUSTED:
                    raise
                self._refuse_by_spare()
                return
            if conn.fileno() < descriptor_limit() - RESERVE or connections().make_room():
                connections().starting += 1
                task = self._loop.create_task(self._start(conn))
                self._starting.add(task)
                task.add_done_callback(self._starting.discard)
            else:
                _refuse(conn)

    async def _start(self, conn: socket.socket) -> None:
        try:
            conn.setblocking(False)
            await self._loop.connect_accepted_socket(self._protocol, conn)
        except OSError:  # the client has left
            conn.close()
        finally:
            connections().starting -= 1

    def _refuse_by_spare(self) -> None:
        """Refuse one connection by means of the spare descriptor, and pause."""
        connections().make_room()
        if self._spare >= 0:
            os.close(self._spare)
            with contextlib.suppress(OSError):
                _refuse(self._sock.accept()[0])
            self._spare = -1
        with contextlib.suppress(OSError):
            self._spare = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
        self._pause()

    def _pause(self) -> None:
        """Leave new connections to the system for a while."""
        self._loop.remove_reader(self._sock.fileno())
        self._paused = self._loop.call_later(PAUSE, self._loop.add_reader, self._sock.fileno(), self._accept)


def _refuse(conn: socket.socket) -> None:
    """Send a client the refusal, and close its connection."""
    connections().warn("There are no file descriptors left: connections are refused.")
    conn.setblocking(False)
    with conn, contextlib.suppress(OSError):
        conn.send(REFUSAL)
        conn.shutdown(socket.SHUT_WR)
        conn.recv(2**16)  # what is unread at the close would reset the connection, and the answer with it
