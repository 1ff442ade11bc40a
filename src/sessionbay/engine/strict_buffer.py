"""The part of an HTTP/1.1 parser that decides where messages end: h11's, without its leniency."""

import re
from collections.abc import Sequence

import h11
from h11._receivebuffer import ReceiveBuffer

_NAME = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_TEXT = rb"[\t\x20-\x7e\x80-\xff]*"
_FIELD = re.compile(rb"(%s):(%s)" % (_NAME, _TEXT))
_START = re.compile(rb"%s [\x21-\x7e]+ HTTP/1\.([01])|HTTP/1\.([01]) [1-9][0-9]{2}(?: %s)?" % (_NAME, _TEXT))
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(?:;%s)?\r\n" % _TEXT)
_LENGTH = re.compile(rb"[0-9]{1,18}")
_FRAMING = (b"content-length", b"transfer-encoding")


class StrictBuffer(ReceiveBuffer):
    """Received data of which h11 gets heads, trailer sections and chunk headers only if they have one meaning.

    h11 accepts bare line feeds, continued lines, repeated lengths, and a length beside a coding, which other servers
    read in other ways. Lines are checked in linear time.
    """

    def __init__(self, max_bytes: int, max_lines: int) -> None:
        super().__init__()
        self._max_bytes = max_bytes
        self._max_lines = max_lines

    def maybe_extract_lines(self) -> list[bytearray] | None:
        """Return the lines of a complete head or trailer section."""
        size = len(self)
        lines = super().maybe_extract_lines()
        if lines is None:
            return None
        size -= len(self)
        if size > self._max_bytes or len(lines) > self._max_lines:
            raise h11.LocalProtocolError("too many or too large header fields", error_status_hint=431)
        if size != sum(len(line) + 2 for line in lines) + 2:
            raise h11.LocalProtocolError("a line that does not end in CR LF")
        _check(lines)
        return lines

    def maybe_extract_next_line(self) -> bytearray | None:
        """Return the header of a chunk, without its extensions."""
        line = super().maybe_extract_next_line()
        if line is None:
            return None
        if not (match := _CHUNK.fullmatch(line)):
            raise h11.LocalProtocolError("an invalid chunk header")
        return bytearray(match[1] + b"\r\n")


def _check(lines: Sequence[bytearray]) -> None:
    """Raise unless the lines are valid, and agree on where the message ends."""
    start = _START.fullmatch(lines[0]) if lines else None
    framing: list[bytes] = []
    for line in lines[1:] if start else lines:
        if not (match := _FIELD.fullmatch(line)):
            raise h11.LocalProtocolError("an invalid start line, or an invalid or continued header field")
        name, value = match[1].lower(), match[2].strip(b" \t").lower()
        if name == b"connection" and any(word.strip(b" \t") in _FRAMING for word in value.split(b",")):
            raise h11.LocalProtocolError("Connection names a header field that frames the message")
        if name.replace(b"_", b"-") not in _FRAMING:
            continue
        if name not in _FRAMING or (name == b"content-length" and not _LENGTH.fullmatch(value)):
            raise h11.LocalProtocolError("an invalid Content-Length or Transfer-Encoding")
        framing.append(name)
    if len(framing) > 1:
        raise h11.LocalProtocolError("more than one Content-Length or Transfer-Encoding")
    if framing and start is None:
        raise h11.LocalProtocolError("a trailer section that frames the message")
    if start and b"0" in start.groups() and b"transfer-encoding" in framing:
        raise h11.LocalProtocolError("Transfer-Encoding in HTTP/1.0")
