"""The numbers of X for characters and keys (keysyms)."""

from __future__ import annotations

UNICODE = 0x01000000  # added to a character's number
LATIN_1 = (*range(0x20, 0x7F), *range(0xA0, 0x100))
EURO = 0x20AC
OLDER = {
    0x01: "iso8859-2",
    0x02: "iso8859-3",
    0x03: "iso8859-4",
    0x05: "iso8859-6",
    0x06: "koi8-r",
    0x07: "iso8859-7",
    0x0C: "iso8859-8",
    0x0D: "tis-620",
    0x13: "iso8859-15",
}
"""The character sets of older layouts, by the high byte of their keysyms; the low byte is a character of the set."""
OTHERS = dict(enumerate("ђѓёєѕіїјљњћќґўџ№ЂЃЁЄЅІЇЈЉЊЋЌҐЎЏ", 0x6A1)) | {0x7F2: "\N{GREEK SMALL LETTER SIGMA}", 0x7F3: "ς"}
GREEK_LETTERS = range(0x7C1, 0x7FA)  # the signs before them have an order of their own


def keysym_of(character: str) -> int:
    """Return the keysym of a character."""
    number = ord(character)
    return number if number in LATIN_1 else UNICODE + number


def character_of(keysym: int) -> str:
    """Return the character of a keysym; empty if it is that of a key, or of a script that only Unicode has."""
    if keysym in LATIN_1 or keysym == EURO:
        return chr(keysym)
    if UNICODE + 0x20 <= keysym <= UNICODE + 0x10FFFF:
        return chr(keysym - UNICODE)
    if keysym in OTHERS:
        return OTHERS[keysym]
    codec = OLDER.get(keysym >> 8)
    if codec is None or keysym & 0xFF < 0xA0 or (keysym >> 8 == 0x07 and keysym not in GREEK_LETTERS):
        return ""
    return bytes([keysym & 0xFF]).decode(codec, "ignore")
