"""The parser of responses: h11's, which is given nothing that it rejects in quadratic time only."""

import re

import h11
from h11._receivebuffer import ReceiveBuffer

MAX_HEAD_SIZE = 256 * 1024  # bytes of a response head, and of a trailer section
MAX_LINES = 1000  # of a response head, and of a trailer section
MAX_INFORMATIONAL = 100  # responses before the final one
_INVALID = re.compile(rb"[\0\n\v\f\r]")  # in a line


class ResponseParser(h11.Connection):
    """A client's side of an HTTP/1.1 connection."""

    def __init__(self) -> None:
        super().__init__(h11.CLIENT, max_incomplete_event_size=MAX_HEAD_SIZE)
        self._receive_buffer = _CheckedBuffer()


class _CheckedBuffer(ReceiveBuffer):
    def maybe_extract_lines(self) -> list[bytearray] | None:
        """Return the lines of a complete head or trailer section."""
        lines = super().maybe_extract_lines()
        if lines is not None and len(lines) > MAX_LINES:
            raise h11.LocalProtocolError(f"more than {MAX_LINES} header fields")
        if lines is not None and any(map(_INVALID.search, lines)):
            raise h11.LocalProtocolError("an invalid header field")
        return lines
