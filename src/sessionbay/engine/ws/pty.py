"""The engine's end of a terminal."""

import asyncio
import fcntl
import os
import struct
import termios

CHUNK = 32 * 2**10
MOST_UNREAD = 2**20


class Pty:
    """Reads and writes a terminal. Nothing is read before it is asked for: a program that nobody hears has to wait."""

    def __init__(self, fd: int) -> None:
        os.set_blocking(fd, False)
        self._fd = fd
        self._loop = asyncio.get_running_loop()
        self._typed = bytearray()
        self._closed = False

    async def read(self) -> bytes:
        """Return what was written, empty once nobody holds the other end any more."""
        while not (data := self._ready()):
            if data is None:
                return b""
            await self._readable()
        return data

    def write(self, data: bytes) -> bool:
        """Type; return False, and type nothing, when too much is waiting to be read already."""
        if len(self._typed) + len(data) > MOST_UNREAD:
            return False
        self._typed += data
        self._flush()
        return True

    def resize(self, cols: int, rows: int) -> None:
        """Give the terminal another size; the program in front is told by the kernel."""
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))

    def close(self) -> None:
        """Let go of the terminal; whoever still runs in it is told by the kernel."""
        if not self._closed:
            self._closed = True
            self._loop.remove_reader(self._fd)
            self._loop.remove_writer(self._fd)
            os.close(self._fd)

    def _ready(self) -> bytes | None:
        """Return what is there to read, empty when nothing is yet, None when nothing more will come."""
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

        def tell() -> None:
            if not ready.done():
                ready.set_result(None)

        self._loop.add_reader(self._fd, tell)
        try:
            await ready
        finally:
            if not self._closed:
                self._loop.remove_reader(self._fd)

    def _flush(self) -> None:
        try:
            del self._typed[: os.write(self._fd, self._typed)]
        except BlockingIOError:
            pass
        except OSError:  # nobody will read it
            self._typed.clear()
        if self._typed:
            self._loop.add_writer(self._fd, self._flush)
        else:
            self._loop.remove_writer(self._fd)
