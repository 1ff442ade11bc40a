"""White space before chunk extensions: recipients must skip it (RFC 9112, section 7.1.1), h11 rejects it."""

import re

MAX_HELD = 256 * 1024  # bytes of an incomplete head or chunk header; more is left to h11, which rejects it
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_CHUNKED = re.compile(rb"\ntransfer-encoding:.*chunked", re.IGNORECASE)
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,20})[ \t]*(;.*)?", re.DOTALL)


class ChunkHeaderFilter:
    """Removes the white space from the chunk headers of one response, and leaves all else as it is."""

    def __init__(self) -> None:
        self._held: bytes = b""  # an incomplete head or chunk header
        self._left = 0  # bytes of the current chunk
        self._in_body = False
        self._passes = False

    def feed(self, data: bytes) -> list[bytes]:
        """Return what to parse of received ``data``: no part is empty, except at the end of the connection."""
        if self._passes and not self._held:
            return [data]
        parts: list[bytes] = []
        end = not data
        data = self._held + data
        self._held = b""
        while data and not self._passes:
            if self._left:
                part, data = data[: self._left], data[self._left :]
                self._left -= len(part)
            elif match := re.search(rb"\r\n", data) if self._in_body else _HEAD_END.search(data):
                part, data = self._read(data[: match.start()]) + match[0], data[match.end() :]
            elif end or len(data) > MAX_HELD or not (self._in_body or data.startswith(b"HTTP/"[: len(data)])):
                self._passes = True
                break
            else:
                self._held = data
                return parts
            parts.append(part)
        return [*parts, *([data] if data else []), *([b""] if end else [])]

    def _read(self, line: bytes) -> bytes:
        if not self._in_body:
            if not line.startswith(b"HTTP/1.1 1"):  # after an informational response comes another head
                self._in_body = bool(_CHUNKED.search(line))
                self._passes = not self._in_body
            return line
        match = _SIZE.fullmatch(line)
        size = int(match[1], 16) if match else 0
        self._passes = not size  # trailers follow, or what h11 rejects
        self._left = size and size + 2
        return match[1] + (match[2] or b"") if match else line
