"""The titles of windows, which say themselves in which encoding they are."""

from __future__ import annotations

import re

UTF8 = re.compile(rb"\x1b%G(.*?)(?:\x1b%@|$)", re.DOTALL)
RIGHT_HALF = re.compile(rb"\x1b-([A-M])")  # what the bytes above 127 are from here on
ESCAPE = re.compile(rb"\x1b[\x20-\x2f]+[\x30-\x7e]")
LATIN = {b"A": 1, b"B": 2, b"C": 3, b"D": 4, b"F": 7, b"G": 6, b"H": 8, b"L": 5, b"M": 9}  # ISO 8859


def decode(kind: str, value: bytes) -> str:
    """Return the text of a property of a type."""
    if kind == "UTF8_STRING":
        return value.decode("utf-8", "replace")
    return compound(value) if kind == "COMPOUND_TEXT" else value.decode("latin-1")


def compound(value: bytes) -> str:
    """Return the text of X's own encoding, which names character sets on the way; those of Asia are left out."""
    parts = UTF8.split(value)
    return "".join(part.decode("utf-8", "replace") if at % 2 else _eight_bits(part) for at, part in enumerate(parts))


def _eight_bits(value: bytes) -> str:
    first, *parts = RIGHT_HALF.split(value)
    text = ESCAPE.sub(b"", first).decode("latin-1")
    for name, part in zip(parts[::2], parts[1::2], strict=True):
        text += ESCAPE.sub(b"", part).decode(f"iso8859-{LATIN.get(name, 1)}", "replace")
    return text
