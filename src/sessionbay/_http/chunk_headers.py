"""White space before chunk extensions: recipients must skip it (RFC 9112, section 7.1.1), h11 rejects it."""

import re

MAX_HELD = 256 * 1024  # bytes of an incomplete head or chunk header; more is left to h11, which rejects it
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_LINE_END = re.compile(rb"\r\n")
_CHUNKED = re.compile(rb"\ntransfer-encoding:.*chunked", re.IGNORECASE)
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,20})[ \t]*(?:;.*)?", re.DOTALL)


class ChunkHeaderFilter:
    """Removes extensions and the white space before them from the chunk headers of one response."""

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
        searched = max(len(self._held) - 3, 0)
        data, at = self._held + data, 0
        self._held = b""
        while at < len(data) and not self._passes:
            if self._left:
                part = data[at : at + self._left]
                self._left -= len(part)
                at += len(part)
            elif match := (_LINE_END if self._in_body else _HEAD_END).search(data, max(at, searched)):
                part = self._read(data[at : match.start()]) + match[0]
                at = match.end()
            elif end or len(data) - at > MAX_HELD or not (self._in_body or _may_be_head(data[at : at + 5])):
                self._passes = True
                break
            else:
                self._held = data[at:]
                return parts
            parts.append(part)
        return [*parts, *([data[at:]] if at < len(data) else []), *([b""] if end else [])]

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
        return match[1] if match else line


def _may_be_head(data: bytes) -> bool:
    return data == b"HTTP/"[: len(data)]
