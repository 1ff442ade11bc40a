"""Text and byte modes of open files."""

from codecs import getincrementaldecoder
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T", str, bytes)
DIRECT_PIECE = 2**20  # bytes that are asked for at once where no message bus limits them


@dataclass(frozen=True)
class FileMode(Generic[T]):
    """How a file reads in Python: as text or as bytes. ``decode`` is told whether these are the last bytes."""

    kind: type[T]
    line_break: T
    decode: Callable[[bytes, bool], T]
    encode: Callable[[T], bytes]


def as_text() -> FileMode[str]:
    """Return the form of UTF-8 text; it remembers the characters that a piece has cut, so each file needs its own."""
    return FileMode(str, "\n", getincrementaldecoder("utf-8")().decode, str.encode)


def as_bytes() -> FileMode[bytes]:
    """Return the form of bytes."""
    return FileMode(bytes, b"\n", lambda data, final: data, lambda data: data)
