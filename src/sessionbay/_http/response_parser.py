"""Parsing HTTP/1.1 responses, with llhttp as the parser."""

from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

from .errors import NotHttpError, TruncatedResponseError

HAS_PARSER = find_spec("httptools") is not None  # there are no wheels for PyPy: see ``docs/decisions/transport.md``
if TYPE_CHECKING or HAS_PARSER:
    from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

MAX_HEAD_SIZE = 256 * 1024  # bytes of a response's heads, and of chunk headers and trailers between two parts of a body
MAX_LINES = 1000  # of a response's heads and trailers together
MAX_INFORMATIONAL = 100  # responses before the final one

RawHeaders = list[tuple[bytes, bytes]]


class ResponseParser:
    """Parses the responses of one connection, one after the other.

    Stricter than llhttp: a coding other than ``chunked``, a version other than HTTP/1, a status below 100, data before
    a response, and the switch to another protocol are errors. White space before a chunk extension is skipped, as
    RFC 9112, section 7.1.1, demands of recipients.

    Attributes:
        status: The status of the response.
        headers: The headers as received, without trailers.
        has_head: Whether the head of the final response was received.
        is_complete: Whether all of the response was received.
        is_reusable: Whether the connection can serve another request.
        body_size: Bytes of the body that were received.
    """

    def __init__(self) -> None:
        self._has_no_body = False
        self._renew()
        self.expect("GET")

    def expect(self, method: str) -> None:
        """Prepare for the response to a request."""
        if self._has_no_body:
            self._renew()  # the parser waits for the body that was announced
        self.status = 0
        self.headers: RawHeaders = []
        self.has_head = self.is_complete = self.is_reusable = False
        self.body_size = 0
        self._body: list[bytes] = []
        self._overhead = self._lines = self._informational = 0
        self._is_delimited = False
        self._has_no_body = method == "HEAD"
        self._is_empty = True
        self._refusal = ""

    def feed(self, data: bytes) -> None:
        """Parse received data, which is empty at the end of the stream."""
        if not data:
            self._end()
            return
        if self._is_empty:
            self._is_empty = False
            if not data.startswith(b"H"):  # llhttp skips blank lines
                raise NotHttpError(f"the response begins with {data[:20]!r}")
        body_size = self.body_size
        try:
            self._llhttp.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as exc:
            self.is_reusable = False
            if not self.is_complete:
                raise NotHttpError(self._refusal or str(exc)) from exc
        if self.body_size == body_size and not self.is_complete:
            self._overhead += len(data)
            if self._overhead > MAX_HEAD_SIZE:
                raise NotHttpError("the head of the response is too long")

    def take_body(self) -> bytes:
        """Return the part of the body that was received since the last call."""
        body = self._body[0] if len(self._body) == 1 else b"".join(self._body)
        self._body = []
        return body

    def close(self) -> None:
        """Drop the parser, which refers back to this object."""
        del self._llhttp

    def on_message_begin(self) -> None:
        """Begin a message; llhttp calls this."""
        if self.is_complete:
            raise NotHttpError("data after the response")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Add a header or drop a trailer; llhttp calls this."""
        self._lines += 1
        if self._lines > MAX_LINES:
            self._refuse(f"the response has more than {MAX_LINES} header lines")
        if not self.has_head:
            self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Check the head; llhttp calls this."""
        status, version = self._llhttp.get_status_code(), self._llhttp.get_http_version()
        if version not in ("1.1", "1.0") or status < 100:
            self._refuse(f"the response is HTTP {version} with the status {status}")
        if status < 200:
            if status == 101:
                self._refuse("the peer switched to another protocol")
            self._informational += 1
            if self._informational > MAX_INFORMATIONAL:
                self._refuse(f"more than {MAX_INFORMATIONAL} informational responses")
            self.headers = []
            return
        self.status, self.has_head = status, True
        for name, value in self.headers:
            if len(name) == 17 and name.lower() == b"transfer-encoding":
                if self._is_delimited or value.strip().lower() != b"chunked":
                    self._refuse(f"the transfer encoding is {value[:40]!r}")
                self._is_delimited = True
            elif len(name) == 14 and name.lower() == b"content-length":
                self._is_delimited = True
        if self._has_no_body:
            self.is_complete, self.is_reusable = True, self._llhttp.should_keep_alive()

    def on_body(self, data: bytes) -> None:
        """Add a part of the body; llhttp calls this."""
        if self.is_complete:
            raise NotHttpError("data after the response")
        self._body.append(data)
        self.body_size += len(data)

    def on_message_complete(self) -> None:
        """End a message; llhttp calls this."""
        if self.has_head and not self.is_complete:
            self.is_complete = True
            self.is_reusable = self._llhttp.should_keep_alive()

    def _end(self) -> None:
        self.is_reusable = False
        if self.has_head and not self._is_delimited:
            self.is_complete = True
        if not self.is_complete:
            raise TruncatedResponseError("the peer closed the connection before its response ended")

    def _renew(self) -> None:
        self._llhttp = HttpResponseParser(self)
        self._llhttp.set_dangerous_leniencies(lenient_spaces_after_chunk_size=True)

    def _refuse(self, reason: str) -> None:
        self._refusal = reason
        raise NotHttpError(reason)


def to_dict(headers: RawHeaders) -> dict[str, str]:
    """Return headers by lower-case name; values of the same name are joined by commas."""
    result: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = _name(raw_name), raw_value.decode("latin-1").rstrip(" \t")
        result[name] = f"{result[name]}, {value}" if name in result else value
    return result


@lru_cache(maxsize=512)
def _name(raw: bytes) -> str:
    return raw.decode("ascii").lower()
