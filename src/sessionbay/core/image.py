"""The format and the size of a picture, from its first bytes."""

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
JPEG_SIGNATURE = b"\xff\xd8\xff"
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # those three are no frame headers
_WITHOUT_LENGTH = frozenset(range(0xD0, 0xD9)) | {0x01}

Size = tuple[int | None, int | None]


def image_format(content: bytes) -> str:
    """Return ``png`` or ``jpeg``; an empty string for other content."""
    if content.startswith(PNG_SIGNATURE):
        return "png"
    return "jpeg" if content.startswith(JPEG_SIGNATURE) else ""


def image_size(content: bytes) -> Size:
    """Return the width and height in pixels; None for both if the header of the picture is missing."""
    if content.startswith(PNG_SIGNATURE):
        return _pair(content, 16, width_first=True) if content[12:16] == b"IHDR" else (None, None)
    return _jpeg_size(content) if content.startswith(JPEG_SIGNATURE) else (None, None)


def _jpeg_size(content: bytes) -> Size:
    """Skip the segments of a JPEG up to its frame header, which holds the size."""
    at = 2
    while content[at : at + 1] == b"\xff" and at + 4 <= len(content):
        marker = content[at + 1]
        if marker in _JPEG_FRAMES:
            return _pair(content, at + 5, width_first=False)
        if marker == 0xFF:  # a fill byte
            at += 1
        elif marker in _WITHOUT_LENGTH:
            at += 2
        else:
            at += 2 + int.from_bytes(content[at + 2 : at + 4])
    return None, None


def _pair(content: bytes, at: int, *, width_first: bool) -> Size:
    """Return two numbers of 4 bytes (PNG), or of 2 bytes with the height first (JPEG)."""
    length = 4 if width_first else 2
    one, other = content[at : at + length], content[at + length : at + 2 * length]
    if len(other) < length:
        return None, None
    if not width_first:
        one, other = other, one
    return int.from_bytes(one), int.from_bytes(other)
