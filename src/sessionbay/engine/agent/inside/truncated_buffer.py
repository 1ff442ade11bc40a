"""Output kept within a size limit."""

from __future__ import annotations

from codecs import getincrementaldecoder

UTF8_CONTINUATION = bytes(range(0x80, 0xC0))  # the second to last bytes of a character


class TruncatedBuffer:
    """The beginning and the end of a stream. The bytes between them are counted and dropped."""

    def __init__(self, size: int, keep: str = "head+tail") -> None:
        self._max_head = {"head+tail": size // 2, "head": size, "tail": 0}[keep]
        self._max_tail = size - self._max_head
        self._head, self._tail = bytearray(), bytearray()
        self._dropped = 0

    def add(self, data: bytes) -> None:
        """Add output."""
        room = self._max_head - len(self._head)
        self._head += data[:room]
        self._tail += data[room:] if room > 0 else data
        if len(self._tail) > 2 * self._max_tail:
            self._trim()

    def text(self) -> str:
        """Return the text, with a note in place of the dropped bytes."""
        head, omitted, tail = self._cut()
        note = f"\n[... {omitted} bytes left out ...]\n" if omitted else ""
        return head + note + tail

    def omitted(self) -> int:
        """Return the number of dropped bytes."""
        return self._cut()[1]

    def pieces(self) -> tuple[bytes, int, bytes]:
        """Return the beginning, the number of bytes dropped after it, and the end."""
        self._trim()
        return bytes(self._head), self._dropped, bytes(self._tail)

    def _cut(self) -> tuple[str, int, str]:
        """Return the beginning, the number of dropped bytes, and the end. Characters are never split."""
        self._trim()
        if not self._dropped:
            return (self._head + self._tail).decode("utf-8", "replace"), 0, ""
        decoder, first = getincrementaldecoder("utf-8")("replace"), self._tail[:3]
        head, over = decoder.decode(bytes(self._head)), len(first) - len(first.lstrip(UTF8_CONTINUATION))
        omitted = self._dropped + len(decoder.getstate()[0]) + over
        return head, omitted, self._tail[over:].decode("utf-8", "replace")

    def _trim(self) -> None:
        extra = len(self._tail) - self._max_tail
        if extra > 0:
            del self._tail[:extra]
            self._dropped += extra
