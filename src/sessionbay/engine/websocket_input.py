"""What a WebSocket's other side can make the engine do and keep: bounded, at both ends of a link and on hubs."""

import asyncio
from collections.abc import Generator
from dataclasses import dataclass

from websockets.streams import StreamReader

READ_SIZE = 2048  # bytes; all frames of one read are parsed in one turn of the event loop, and one has at least 2
PAYLOAD_READ_SIZE = 256 * 1024  # bytes of one frame's payload
FRAME_SIZE = 256  # bytes that a fragment may take beside its data
MAX_FRAGMENTS = 4096  # of one message, as in the websockets library
MAX_HELD = 256 * 2**20  # bytes of unfinished or unforwarded messages, of all WebSockets of a listener or a link
PONG = 0x8A  # the first byte of its frame


@dataclass
class HeldBytes:
    """How many bytes of messages several WebSockets hold that have not been passed on."""

    used: int = 0


class WebSocketInput(asyncio.Protocol, asyncio.BufferedProtocol):
    """Reads in small parts, ends when too much is held, and keeps one pong for an other side that does not read."""

    held: HeldBytes
    transport: asyncio.Transport
    _reader: StreamReader
    _wanted = 0
    _buffer = bytearray()
    _own = 0
    _pong = b""

    def watch(self, reader: StreamReader) -> None:
        """Observe how many bytes the parser waits for: only those of one frame may be more than ``READ_SIZE``."""
        read_exact, self._reader = reader.read_exact, reader

        def observed(size: int) -> Generator[None, None, bytearray]:
            self._wanted = size
            data = yield from read_exact(size)
            self._wanted = 0
            return data

        vars(reader)["read_exact"] = observed

    def get_buffer(self, sizehint: int) -> bytearray:
        """Return the buffer for one read."""
        size = min(max(self._wanted - len(self._reader.buffer), READ_SIZE), PAYLOAD_READ_SIZE)
        if len(self._buffer) != size:
            self._buffer = bytearray(size)
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Process what was read into the buffer."""
        self.hold(nbytes)
        self.data_received(bytes(memoryview(self._buffer)[:nbytes]))

    def hold(self, size: int) -> None:
        """Count bytes as held, and drop the connection if they are too many."""
        self._own += size
        self.held.used += size
        if self.held.used > MAX_HELD:
            self.transport.abort()

    def release(self) -> None:
        """Count what was received as passed on."""
        self.held.used -= self._own
        self._own = 0

    def keep_one_pong(self, writes: list[bytes]) -> list[bytes]:
        """Return frames without pongs; the last one is kept until the other side reads."""
        for frame in writes:
            if frame[:1] == bytes([PONG]):
                self._pong = frame
        return [frame for frame in writes if frame[:1] != bytes([PONG])]

    def send_kept_pong(self) -> None:
        """Send the pong that was kept."""
        pong, self._pong = self._pong, b""
        self.transport.write(pong)
