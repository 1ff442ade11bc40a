# Generated from src/sessionbay/_async/pty_text.py by scripts/generate_sync.py. Do not edit.
"""The output of a terminal as text."""

from codecs import getincrementaldecoder
from collections.abc import Callable
from typing import Self

from .._concurrency._sync import TimedCall
from ..core.public import public


@public
class PtyText:
    """An iterator over a terminal's output as text. ``text`` and ``lines`` of a terminal return it.

    It buffers nothing: output after the last piece returned stays in the terminal for the next reader.
    """

    def __init__(self, read: TimedCall[bytes], give_back: Callable[[bytes], None], *, lines: bool) -> None:
        self._read = read
        self._give_back = give_back
        self._lines = lines

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        buffer, end = bytearray(), 0
        try:
            while not end:
                data = self._read(None)
                buffer += data
                end = self._complete(buffer) if data else len(buffer)
                if not data and not buffer:
                    raise StopIteration
            piece = buffer[:end].decode("utf-8", "replace")
            return piece.rstrip("\r\n") if self._lines else piece
        finally:
            self._give_back(bytes(buffer[end:]))

    def _complete(self, buffer: bytearray) -> int:
        """Return the length of the first line, or of the complete characters; 0 if incomplete."""
        if self._lines:
            return buffer.find(b"\n") + 1
        decoder = getincrementaldecoder("utf-8")("replace")
        decoder.decode(buffer)
        return len(buffer) - len(decoder.getstate()[0])
