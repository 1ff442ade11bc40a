"""What a terminal shows, as text."""

from __future__ import annotations

from codecs import getincrementaldecoder
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from .pty_handle import AsyncPtyHandle


class AsyncPtyText:
    """What a terminal shows as text; ``text`` and ``lines`` of a terminal return it.

    It holds nothing back: who stops half-way, and goes on in another way, goes on where this ended.
    """

    def __init__(self, terminal: AsyncPtyHandle, *, lines: bool) -> None:
        self._terminal = terminal
        self._lines = lines

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str:
        found, end = bytearray(), 0
        try:
            while not end:
                data = await self._terminal.read()
                found += data
                end = self._end(found) if data else len(found)
                if not data and not found:
                    raise StopAsyncIteration
            piece = found[:end].decode("utf-8", "replace")
            return piece.rstrip("\r\n") if self._lines else piece
        finally:
            self._terminal._give_back(found[end:])

    def _end(self, found: bytearray) -> int:
        """Return how much of ``found`` is a whole line, or whole characters; 0 when nothing is yet."""
        if self._lines:
            return found.find(b"\n") + 1
        decoder = getincrementaldecoder("utf-8")("replace")
        decoder.decode(found)
        return len(found) - len(decoder.getstate()[0])
