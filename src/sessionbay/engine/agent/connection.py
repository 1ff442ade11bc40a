"""The engine's connection to an agent: requests out, replies and file descriptors in."""

import asyncio
import contextlib
import errno
import json
import os
import socket
import struct
from collections import deque
from typing import Any

from ..fork_safety import close_in_forks
from ..json_limit import has_more_values

HEADER = struct.Struct("!II")
MAX_FRAME_SIZE = 40 * 2**20  # bytes, above the largest legitimate reply
READ_SIZE = 2**18  # bytes that are read in one turn of the event loop
MIN_PIECE = 2**12  # bytes; smaller pieces of a reply are joined
MAX_VALUES = 1_000_000  # of the JSON of a frame, above the largest legitimate reply
MAX_DESCRIPTORS = 8
Answered = tuple[Any, int | None]


class AgentGone(Exception):
    """The agent ended or violated the protocol; the session is lost."""


class AgentFailure(Exception):
    """The agent reported that a request failed; the message is the reason."""


class _Arriving:
    """A reply whose raw bytes are arriving; those that no caller waits for are dropped."""

    def __init__(self, reply: dict[str, Any], size: int, *, is_wanted: bool) -> None:
        self.reply = reply
        self.left = size
        self.pieces: deque[bytes] = deque()  # as a whole they would take long to copy and to free
        self._is_wanted = is_wanted

    def take(self, buffer: bytearray) -> None:
        """Move the bytes that belong to it out of a buffer."""
        taken = min(len(buffer), self.left)
        if self._is_wanted and taken:
            small = self.pieces.pop() if self.pieces and len(self.pieces[-1]) < MIN_PIECE else b""
            self.pieces.append(small + bytes(buffer[:taken]))
        self.left -= taken
        del buffer[:taken]


class AgentConnection:
    """A connection to one agent. The agent runs beside untrusted code, so every reply is validated."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        self._sock = close_in_forks(sock)
        self._loop = asyncio.get_running_loop()
        self._sending = asyncio.Lock()
        self._writer: asyncio.Task[Any] | None = None
        self._waiting: dict[int, asyncio.Future[Answered]] = {}
        self._descriptors: deque[int | None] = deque()  # None for one that there was no room for
        self._buffer = bytearray()
        self._arriving: _Arriving | None = None
        self._next = 0
        self._listening = 0
        self.gone: asyncio.Future[str] = self._loop.create_future()
        self._loop.add_reader(sock.fileno(), self._read)

    @property
    def busy(self) -> bool:
        """Whether a request is pending, not counting those of ``wait_for_event``."""
        return len(self._waiting) > self._listening

    async def request(self, op: str, /, blob: bytes = b"", **arguments: Any) -> Any:
        """Send a request; return the value or the bytes (in a deque) of the reply. A descriptor in it is closed."""
        value, fd = await self._exchange(op, blob, arguments)
        if fd is not None:
            os.close(fd)
        return value

    async def wait_for_event(self, op: str, /, **arguments: Any) -> Any:
        """Send a request whose reply is an event. A pending one does not make the connection ``busy``."""
        self._listening += 1
        try:
            return await self.request(op, **arguments)
        finally:
            self._listening -= 1

    async def request_fd(self, op: str, /, blob: bytes = b"", **arguments: Any) -> tuple[Any, int]:
        """Send a request that opens a file; return the value and the descriptor, which the caller must close."""
        value, fd = await self._exchange(op, blob, arguments)
        if fd is None:
            raise AgentFailure(f"the agent passed no file descriptor for {op}")
        return value, fd

    async def _exchange(self, op: str, blob: bytes, arguments: dict[str, Any]) -> Answered:
        if self.gone.done():
            raise AgentGone(self.gone.result())
        self._next = number = self._next + 1
        body = json.dumps({"id": number, "op": op, **arguments}).encode()
        answer: asyncio.Future[Answered] = self._loop.create_future()
        self._waiting[number] = answer
        try:
            # Shielded: a cancelled caller must not leave half a frame on the connection.
            await asyncio.shield(self._send(HEADER.pack(len(body), len(blob)) + body + blob))
            return await answer
        except asyncio.CancelledError:
            _close_unclaimed(answer)
            raise
        finally:
            del self._waiting[number]

    async def _send(self, data: bytes) -> None:
        async with self._sending:
            try:
                await self._write(data)
            except OSError as exc:
                self.close(f"the line to the agent broke: {exc}")  # fails the pending reply
            except asyncio.CancelledError:
                if not self.gone.done():
                    raise  # otherwise ``close`` cancelled the write, and has failed the reply

    async def _write(self, data: bytes) -> None:
        self._writer = asyncio.current_task()
        try:
            await self._loop.sock_sendall(self._sock, data)
        finally:
            self._writer = None

    def close(self, reason: str = "the session was ended") -> None:
        """Close the connection; pending requests raise ``AgentGone``."""
        if self.gone.done():
            return
        self.gone.set_result(reason)
        self._loop.remove_reader(self._sock.fileno())
        self._loop.remove_writer(self._sock.fileno())  # the number will be reused
        if self._writer:  # blocked: the agent does not read
            self._writer.cancel()
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)  # a fork may hold the socket too, so close() alone does not end it
        self._sock.close()
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(AgentGone(reason))
        while self._descriptors:
            if (fd := self._descriptors.popleft()) is not None:
                os.close(fd)

    def _read(self) -> None:
        try:
            data, descriptors, flags, _ = socket.recv_fds(
                self._sock, READ_SIZE, MAX_DESCRIPTORS, socket.MSG_CMSG_CLOEXEC
            )
        except BlockingIOError:
            return
        except OSError as exc:
            self.close(f"the line to the agent broke: {exc}")
            return
        self._descriptors.extend(descriptors)
        if flags & socket.MSG_CTRUNC and not descriptors:
            self._descriptors.append(None)
            flags &= ~socket.MSG_CTRUNC
        if not data or flags & socket.MSG_CTRUNC or len(self._descriptors) > MAX_DESCRIPTORS:
            self.close("the agent ended" if not data else "the agent sent too many file descriptors")
            return
        self._buffer += data
        try:
            self._take_frames()
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as exc:
            self.close(f"the agent broke the protocol: {type(exc).__name__}")

    def _take_frames(self) -> None:
        while arriving := self._arriving or self._next_frame():
            arriving.take(self._buffer)
            self._arriving = arriving if arriving.left else None
            if self._arriving:
                return
            self._settle(arriving.reply, arriving.pieces)

    def _next_frame(self) -> _Arriving | None:
        """Take the head of a frame and its JSON out of the buffer; return None if they are not complete."""
        if len(self._buffer) < HEADER.size:
            return None
        size, extra = HEADER.unpack_from(self._buffer)
        if size + extra > MAX_FRAME_SIZE:
            raise ValueError("a frame is too large")
        end = HEADER.size + size
        if len(self._buffer) < end:
            return None
        text = self._buffer[HEADER.size : end]
        if has_more_values(text, MAX_VALUES):
            raise ValueError("a frame has too many values")
        reply = json.loads(text)
        del self._buffer[:end]
        return _Arriving(reply, extra, is_wanted=reply["id"] in self._waiting)

    def _settle(self, reply: dict[str, Any], pieces: deque[bytes]) -> None:
        has_fd = bool(reply.get("fds"))
        fd = self._descriptors.popleft() if has_fd else None
        answer = self._waiting.get(reply["id"])
        if has_fd and fd is None:
            if answer is not None and not answer.done():
                answer.set_exception(OSError(errno.EMFILE, os.strerror(errno.EMFILE)))
            return
        if answer is not None and not answer.done() and "error" not in reply:
            answer.set_result((reply.get("value", pieces), fd))
            return
        if fd is not None:
            os.close(fd)
        if answer is not None and not answer.done():
            answer.set_exception(AgentFailure(str(reply["error"])))


def _close_unclaimed(answer: "asyncio.Future[Answered]") -> None:
    """Close the descriptor of a reply that arrived as its caller was cancelled."""
    if answer.done() and not answer.cancelled() and answer.exception() is None:
        fd = answer.result()[1]
        if fd is not None:
            os.close(fd)
