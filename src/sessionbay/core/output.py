"""Output that is kept within a budget, and taken apart into lines: bytes in, text out, no character cut."""

from codecs import getincrementaldecoder
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from .public import public

Stream = Literal["stdout", "stderr"]
Keep = Literal["head+tail", "head", "tail"]
STREAMS: tuple[Stream, Stream] = ("stdout", "stderr")
CONTINUED = bytes(range(0x80, 0xC0))  # what goes on with a character of UTF-8
_SHARES = {"head+tail": 0.5, "head": 1.0, "tail": 0.0}  # of the budget that the beginning has


@public
@dataclass(frozen=True)
class OutputLine:
    """One line that a process wrote, without its line break; as text, just that.

    Attributes:
        text: The line.
        stream: ``stdout`` or ``stderr``.
    """

    text: str
    stream: Stream = "stdout"

    def __str__(self) -> str:
        return self.text


class TruncatedBuffer:
    """What is kept of one output: its beginning, its end, and how much was between."""

    def __init__(self, budget: int, keep: Keep) -> None:
        self._budget = budget
        self._most_head = int(budget * _SHARES[keep])
        self._head, self._tail = bytearray(), bytearray()
        self._dropped = 0

    @property
    def omitted(self) -> int:
        """How many bytes are not in the text."""
        return self._cut()[1]

    def add(self, data: bytes) -> None:
        """Take in more."""
        room = self._most_head - len(self._head)
        self._head += data[:room]
        self._tail += data[room:] if room > 0 else data
        if len(self._tail) > 2 * self._budget:
            self._trim()

    def text(self) -> str:
        """Return what is kept, with a note where something is missing."""
        head, omitted, tail = self._cut()
        note = f"\n[... {omitted} bytes left out ...]\n" if omitted else ""
        return head + note + tail

    def _cut(self) -> tuple[str, int, str]:
        """Return the beginning, the number of bytes left out, and the end; no character is cut in two."""
        self._trim()
        if not self._dropped:
            return (self._head + self._tail).decode("utf-8", "replace"), 0, ""
        decoder, over = getincrementaldecoder("utf-8")("replace"), cut_off(self._tail)
        head = decoder.decode(bytes(self._head))
        omitted = self._dropped + len(decoder.getstate()[0]) + over
        return head, omitted, self._tail[over:].decode("utf-8", "replace")

    def _trim(self) -> None:
        extra = len(self._tail) - (self._budget - self._most_head)
        if extra > 0:
            del self._tail[:extra]
            self._dropped += extra


class LineSplitter:
    """Cuts the two outputs into lines, each line when it is whole."""

    def __init__(self) -> None:
        self._decoders = {name: getincrementaldecoder("utf-8")("replace") for name in STREAMS}
        self._begun = dict.fromkeys(STREAMS, "")

    def take(self, stream: Stream, data: bytes) -> Iterator[OutputLine]:
        """Yield the lines that ``data`` completes."""
        text = self._begun[stream] + self._decoders[stream].decode(data)
        *whole, self._begun[stream] = text.split("\n")
        return (OutputLine(line.removesuffix("\r"), stream) for line in whole)

    def rest(self) -> Iterator[OutputLine]:
        """Yield what has no line break at its end."""
        for stream in STREAMS:
            text, self._begun[stream] = self._begun[stream] + self._decoders[stream].decode(b"", final=True), ""
            if text:
                yield OutputLine(text, stream)


def cut_off(data: bytes | bytearray) -> int:
    """Return how many bytes at the beginning of ``data`` go on with a character that began before."""
    first = data[:3]
    return len(first) - len(first.lstrip(CONTINUED))
