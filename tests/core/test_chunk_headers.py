"""White space before a chunk's extension is skipped, however the response arrives, and all else stays as it is."""

from itertools import pairwise

import h11
import pytest
from hypothesis import given, strategies as st

from sessionbay._http.chunk_headers import ChunkHeaderFilter

HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
BLANKS = HEAD + b"5 ; a=b\r\nhello\r\n6\t;c\r\n ; \r\nx\r\n0 \r\nTrailer: 1 ; 2\r\n\r\n"


def read(parts: list[bytes]) -> bytes:
    """Return the body of a response that arrives in these parts."""
    protocol, chunk_headers, body = h11.Connection(h11.CLIENT), ChunkHeaderFilter(), b""
    protocol.send(h11.Request(method="GET", target="/", headers=[("host", "x")]))
    protocol.send(h11.EndOfMessage())
    for received in [*parts, b""]:
        for part in chunk_headers.feed(received):
            protocol.receive_data(part)
            while not isinstance(event := protocol.next_event(), h11.EndOfMessage):
                if event in (h11.NEED_DATA, h11.PAUSED):
                    break
                body += event.data if isinstance(event, h11.Data) else b""
            else:
                return body
    raise EOFError


def split(data: bytes, cuts: set[int]) -> list[bytes]:
    """Return the data in the pieces between the cuts."""
    ends = [0, *sorted(cuts), len(data)]
    return [data[start:end] for start, end in pairwise(ends) if start < end]


@given(st.sets(st.integers(0, len(BLANKS))))
def test_blanks_before_an_extension_are_skipped_wherever_the_response_is_cut(cuts: set[int]) -> None:
    assert read(split(BLANKS, cuts)) == b"hello ; \r\nx"


@pytest.mark.parametrize(
    "response",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n5 ; a\r\n\r",
        b"HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n5 ; a\r\n\r",
        b"HTTP/1.1 200 OK\nContent-Length: 8\n\n5 ; a\r\n\r",
    ],
)
def test_a_body_that_is_not_chunked_is_left_as_it_is(response: bytes) -> None:
    for cut in range(len(response)):
        assert read(split(response, {cut})) == b"5 ; a\r\n\r"


@pytest.mark.parametrize("header", [b"-5", b"5_5", b"", b" 5", b"5 5", b"g", b"5 \n;"])
def test_an_invalid_chunk_header_is_left_to_h11(header: bytes) -> None:
    with pytest.raises(h11.RemoteProtocolError):
        read([HEAD + header + b"\r\nhello\r\n0\r\n\r\n"])


def test_the_end_of_the_connection_is_passed_on() -> None:
    chunk_headers = ChunkHeaderFilter()
    assert chunk_headers.feed(b"HTTP/1.1 2") == []
    assert chunk_headers.feed(b"") == [b"HTTP/1.1 2", b""]
    assert chunk_headers.feed(b"") == [b""]


def test_what_is_no_http_is_left_to_h11_at_once() -> None:
    assert ChunkHeaderFilter().feed(b"\x00\x01") == [b"\x00\x01"]
    assert ChunkHeaderFilter().feed(b"HT") == []


def test_no_more_than_a_head_is_held_back() -> None:
    assert ChunkHeaderFilter().feed(b"HTTP/" + b"x" * 300_000) == [b"HTTP/" + b"x" * 300_000]
