"""Output within a size limit, and as lines: bytes in, text out, no character split."""

from codecs import getincrementaldecoder
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from .public import public

Stream = Literal["stdout", "stderr"]
Keep = Literal["head+tail", "head", "tail"]
KEEPS: tuple[Keep, ...] = ("head+tail", "head", "tail")
STREAMS: tuple[Stream, Stream] = ("stdout", "stderr")
UTF8_CONTINUATION = bytes(range(0x80, 0xC0))  # the second to last bytes of a character
MAX_OUTPUT = 2**20  # bytes of each stream that are kept by default
MAX_CHARACTER_SIZE = 4  # bytes of a character of UTF-8
HEAD_SHARES = {"head+tail": 0.5, "head": 1.0, "tail": 0.0}  # the share of the beginning


@public
@dataclass(frozen=True)
class OutputLine:
    """A line of a process's output, without its line break; ``str()`` is its text.

    Attributes:
        text: The line.
        stream: ``stdout`` or ``stderr``.
    """

    text: str
    stream: Stream = "stdout"

    def __str__(self) -> str:
        return self.text


class TruncatedBuffer:
    """The beginning and the end of an output stream. The bytes between them are counted and dropped."""

    def __init__(self, budget: int, keep: Keep) -> None:
        self._budget = budget
        self._max_head = int(budget * HEAD_SHARES[keep])
        self._head, self._tail = bytearray(), bytearray()
        self._dropped = 0

    @property
    def omitted(self) -> int:
        """The number of dropped bytes."""
        return self._cut()[1]

    def add(self, data: bytes) -> None:
        """Add output."""
        room = self._max_head - len(self._head)
        self._head += data[:room]
        self._tail += data[room:] if room > 0 else data
        if len(self._tail) > 2 * self._budget:
            self._trim()

    def load(self, head: bytes, dropped: int, tail: bytes) -> None:
        """Replace the content."""
        self._head, self._dropped, self._tail = bytearray(head), dropped, bytearray(tail)

    def text(self) -> str:
        """Return the text, with a note in place of the dropped bytes."""
        head, omitted, tail = self._cut()
        note = f"\n[... {omitted} bytes left out ...]\n" if omitted else ""
        return head + note + tail

    def _cut(self) -> tuple[str, int, str]:
        """Return the beginning, the number of dropped bytes, and the end. Characters are never split."""
        self._trim()
        if not self._dropped:
            return (self._head + self._tail).decode("utf-8", "replace"), 0, ""
        decoder, over = getincrementaldecoder("utf-8")("replace"), cut_off(self._tail)
        head = decoder.decode(bytes(self._head))
        omitted = self._dropped + len(decoder.getstate()[0]) + over
        return head, omitted, self._tail[over:].decode("utf-8", "replace")

    def _trim(self) -> None:
        extra = len(self._tail) - (self._budget - self._max_head)
        if extra > 0:
            del self._tail[:extra]
            self._dropped += extra


class OutputLimit:
    """Limits a stream of text. The part of the beginning is passed on as it arrives, that of the end at the end."""

    def __init__(self, budget: int, keep: Keep) -> None:
        self._room = int(budget * HEAD_SHARES[keep])
        self._rest = TruncatedBuffer(budget - self._room, "tail")

    @property
    def omitted(self) -> int:
        """The number of dropped bytes."""
        return self._rest.omitted

    def take(self, text: str) -> str:
        """Add text; return what of it belongs to the beginning."""
        data = text.encode("utf-8", "replace")
        beginning = data[: self._room].decode("utf-8", "ignore")
        size = len(beginning.encode())
        self._room -= size if size == len(data) else self._room
        self._rest.add(data[size:])
        return beginning

    def end(self) -> str:
        """Return the text of the end, after a note in place of the dropped bytes."""
        return self._rest.text()


class LineSplitter:
    """Splits two output streams into lines."""

    def __init__(self) -> None:
        self._decoders = {name: getincrementaldecoder("utf-8")("replace") for name in STREAMS}
        self._begun: dict[Stream, list[str]] = {name: [] for name in STREAMS}

    def take(self, stream: Stream, data: bytes) -> Iterator[OutputLine]:
        """Yield the lines that ``data`` completes."""
        first, *more = self._decoders[stream].decode(data).split("\n")
        begun = self._begun[stream]
        begun.append(first)
        if not more:
            return
        self._begun[stream] = [more.pop()]
        for line in ("".join(begun), *more):
            yield OutputLine(line.removesuffix("\r"), stream)

    def rest(self) -> Iterator[OutputLine]:
        """Yield the unfinished lines at the end."""
        for stream in STREAMS:
            text = "".join(self._begun[stream]) + self._decoders[stream].decode(b"", final=True)
            self._begun[stream] = []
            if text:
                yield OutputLine(text, stream)


def whole_characters(data: bytes, start: int, length: int) -> str:
    """Return the characters whose first byte lies in ``length`` bytes from ``start``; a length of 0 is all the rest.

    Consecutive parts join without loss, wherever they were cut. Raise UnicodeDecodeError if it is not UTF-8.
    """
    end = start + length if length else len(data)
    begin, end = start and start + cut_off(data[start : start + 3]), end + cut_off(data[end : end + 3])
    return data[begin : max(begin, end)].decode()


def cut_off(data: bytes | bytearray) -> int:
    """Return the number of leading bytes that belong to a character begun before ``data``."""
    first = data[:3]
    return len(first) - len(first.lstrip(UTF8_CONTINUATION))
