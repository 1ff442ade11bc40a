"""Splitting texts into pieces that the keyboard has enough keys for."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence

from ..frame_socket import Failure
from .keysyms import keysym_of

CONTROL = {"\n": 0xFF0D, "\t": 0xFF09, "\b": 0xFF08, "\x1b": 0xFF1B, "\x7f": 0xFFFF}
"""The keys of control characters: Return, Tab, BackSpace, Escape, Delete."""


def keysyms_of_text(text: str) -> list[int]:
    """Return what to type for a text; the end of a line is one Return, however it is written."""
    return [_keysym(at, char) for at, char in enumerate(text.replace("\r\n", "\n").replace("\r", "\n"))]


def _keysym(position: int, character: str) -> int:
    if character in CONTROL:
        return CONTROL[character]
    if unicodedata.category(character) == "Cc":
        raise Failure(f"text has {character!r} at position {position}, which no key types: press_keys presses chords")
    return keysym_of(character)


def end_of_piece(keysyms: Sequence[int], start: int, is_there: Callable[[int], bool], room: int) -> int:
    """Return the end of the longest piece that needs no more than ``room`` keys of its own; at least one character."""
    needed: set[int] = set()
    for place in range(start, len(keysyms)):
        if not is_there(keysyms[place]):
            needed.add(keysyms[place])
        if len(needed) > max(room, 1):
            return place
    return len(keysyms)
