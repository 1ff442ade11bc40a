"""The engine's end of a terminal."""

import asyncio
import fcntl
import os
import struct
import termios

CHUNK = 32 * 2**10  # bytes
MAX_UNREAD = 2**20  # bytes of input that the program has not read


class Pty:
    """The engine's end of a pseudo-terminal. Output is read on demand only, for backpressure."""

    def __init__(self, fd: int) -> None:
        os.set_blocking(fd, False)
        self._fd = fd
        self._loop = asyncio.get_running_loop()
        self._pending = bytearray()
        self._closed = False

    async def read(self) -> bytes:
        """Return the next output, empty once the other end is closed."""
        while not (data := self._ready()):
            if data is None:
                return b""
            await self._readable()
        return data

    def write(self, data: bytes) -> bool:
        """Write input; return False, and write nothing, when too much input is unread."""
        if len(self._pending) + len(data) > MAX_UNREAD:
            return False
        self._pending += data
        self._flush()
        return True

    def resize(self, cols: int, rows: int) -> None:
        """Resize the terminal; the kernel signals the foreground program."""
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))

    def close(self) -> None:
        """Close the terminal; the kernel signals the programs in it."""
        if not self._closed:
            self._closed = True
            self._loop.remove_reader(self._fd)
            self._loop.remove_writer(self._fd)
            os.close(self._fd)

    def _ready(self) -> bytes | None:
        """Return the available output, empty when there is none yet, None at the end."""
        data = bytearray()
        while len(data) < CHUNK:  # the kernel gives 4 KB at a time
            try:
                part = os.read(self._fd, CHUNK - len(data))
            except BlockingIOError:
                break
            except OSError:  # EIO: the other end is closed
                return bytes(data) or None
            if not part:
                return bytes(data) or None
            data += part
        return bytes(data)

    async def _readable(self) -> None:
        ready: asyncio.Future[None] = self._loop.create_future()

        def set_ready() -> None:
            if not ready.done():
                ready.set_result(None)

        self._loop.add_reader(self._fd, set_ready)
        try:
            await ready
        finally:
            if not self._closed:
                self._loop.remove_reader(self._fd)

    def _flush(self) -> None:
        try:
            del self._pending[: os.write(self._fd, self._pending)]
        except BlockingIOError:
            pass
        except OSError:  # the other end is closed
            self._pending.clear()
        if self._pending:
            self._loop.add_writer(self._fd, self._flush)
        else:
            self._loop.remove_writer(self._fd)
