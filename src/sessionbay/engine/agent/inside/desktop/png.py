"""PNG by the standard library alone."""

from __future__ import annotations

import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"
EIGHT_BITS, RGB = 8, 2


def png(pixels: bytes, width: int, height: int, level: int) -> bytes:
    """Return a picture for pixels of 32 bits: blue, green, red, and a byte that means nothing."""
    row = 3 * width + 1  # a row starts with its filter, 0 for none
    raw = bytearray(row * height)
    for top in range(height):
        line = pixels[4 * width * top : 4 * width * (top + 1)]
        start, end = row * top + 1, row * (top + 1)
        raw[start:end:3], raw[start + 1 : end : 3], raw[start + 2 : end : 3] = line[2::4], line[1::4], line[0::4]
    header = struct.pack("!IIBBBBB", width, height, EIGHT_BITS, RGB, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(raw, level)), (b"IEND", b""))
    return SIGNATURE + b"".join(_chunk(name, data) for name, data in parts)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack("!I", len(data)) + name + data + struct.pack("!I", zlib.crc32(name + data))
