# Generated from src/sessionbay/_async/files/file_mode.py by scripts/generate_sync.py. Do not edit.
"""Text and byte modes of open files."""

from codecs import getincrementaldecoder
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from io import BytesIO, StringIO
from typing import IO, Generic, TypeVar

T = TypeVar("T", str, bytes)
DIRECT_PIECE_SIZE = 2 * 2**20  # bytes per request on the direct route, whose messages are not limited


@dataclass(frozen=True)
class FileMode(Generic[T]):
    """How the bytes of a file appear in Python.

    The second argument of ``decode`` is whether the input is final. ``buffer`` splits into lines, at the speed of C.
    """

    kind: type[T]
    line_break: T
    decode: Callable[[bytes, bool], T]
    encode: Callable[[T], bytes]
    buffer: Callable[[T], IO[T]]


def as_text() -> FileMode[str]:
    """Return the mode of UTF-8 text. It keeps an incomplete character between pieces, so each file needs its own."""
    return FileMode(str, "\n", getincrementaldecoder("utf-8")().decode, str.encode, partial(StringIO, newline="\n"))


def as_bytes() -> FileMode[bytes]:
    """Return the mode of bytes."""
    return FileMode(bytes, b"\n", lambda data, final: data, lambda data: data, BytesIO)
