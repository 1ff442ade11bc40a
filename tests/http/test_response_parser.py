"""What is a response and what is not, however it arrives."""

import pytest
from hypothesis import given, strategies as st

from sessionbay._http.errors import NotHttpError, TruncatedResponseError
from sessionbay._http.response_parser import MAX_HEAD_SIZE, ResponseParser, to_dict

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
ACCEPTED = {
    "a length": (OK + b"Content-Length: 2\r\n\r\nab", b"ab", True),
    "no body": (b"HTTP/1.1 204 No Content\r\n\r\n", b"", True),
    "chunks": (CHUNKED + b"1\r\na\r\n1;x=y\r\nb\r\n0\r\n\r\n", b"ab", True),
    "white space before a chunk extension": (CHUNKED + b"1 ;x\r\na\r\n0\t;y\r\n\r\n", b"a", True),
    "trailers": (CHUNKED + b"1\r\na\r\n0\r\nX-Sum: 1\r\n\r\n", b"a", True),
    "a hint before": (b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + OK + b"Content-Length: 1\r\n\r\na", b"a", True),
    "no reason": (b"HTTP/1.1 200\r\nContent-Length: 1\r\n\r\na", b"a", True),
    "the end of the connection": (OK + b"\r\nab", b"ab", False),
    "a connection to close": (OK + b"Connection: close\r\nContent-Length: 1\r\n\r\na", b"a", False),
    "an older version": (b"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na", b"a", False),
    "data after it": (OK + b"Content-Length: 1\r\n\r\naHTTP/1.1 200 OK\r\n\r\n", b"a", False),
    "data after a last response": (OK + b"Connection: close\r\nContent-Length: 1\r\n\r\nabc", b"a", False),
}
REFUSED = {
    "garbage": b"\x00\x01\x02\xff" * 10,
    "another protocol": b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
    "a blank line before": b"\r\n" + OK + b"Content-Length: 0\r\n\r\n",
    "another version": b"HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n",
    "another version after a hint": b"HTTP/1.1 103 x\r\n\r\nHTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n",
    "a status below 100": b"HTTP/1.1 099 OK\r\nContent-Length: 0\r\n\r\n",
    "a status of four digits": b"HTTP/1.1 2000 OK\r\n\r\n",
    "another protocol to switch to": b"HTTP/1.1 101 x\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    "another coding": OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "a coding twice": OK + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a length and a coding": OK + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a length twice": OK + b"Content-Length: 1\r\nContent-Length: 1\r\n\r\na",
    "a list of lengths": OK + b"Content-Length: 1, 1\r\n\r\na",
    "a length with a sign": OK + b"Content-Length: +1\r\n\r\na",
    "a continued line": OK + b"X: a\r\n b\r\nContent-Length: 0\r\n\r\n",
    "a bare line feed": b"HTTP/1.1 200 OK\nContent-Length: 0\n\n",
    "a control character": OK + b"X: a\x01\r\nContent-Length: 0\r\n\r\n",
    "a blank before a colon": OK + b"X : a\r\nContent-Length: 0\r\n\r\n",
    "a chunk without a size": CHUNKED + b"zz\r\n",
    "a head without an end": OK + b"X-More: more\r\n" * (MAX_HEAD_SIZE // 10),
    "trailers without an end": CHUNKED + b"0\r\n" + b"X-More: more\r\n" * (MAX_HEAD_SIZE // 10),
    "hints without an end": b"HTTP/1.1 103 Early Hints\r\n\r\n" * (MAX_HEAD_SIZE // 20),
}


def fed(data: bytes, size: int, method: str = "GET") -> ResponseParser:
    """Return a parser that was given ``data`` in pieces, and then the end of the connection."""
    parser = ResponseParser()
    parser.expect(method)
    for start in range(0, len(data), size):
        parser.feed(data[start : start + size])
        if parser.is_complete:
            break
    if not parser.is_complete:
        parser.feed(b"")
    return parser


@pytest.mark.parametrize(("data", "body", "reusable"), ACCEPTED.values(), ids=ACCEPTED)
def test_a_response_is_read(data: bytes, body: bytes, reusable: bool) -> None:
    parser = fed(data, len(data))
    assert (parser.is_complete, parser.take_body(), parser.is_reusable) == (True, body, reusable)
    assert all(name.lower() not in (b"x-sum", b"link") for name, _ in parser.headers)
    assert fed(data, 1).take_body() == body


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED)
def test_what_is_no_response_is_refused(data: bytes) -> None:
    with pytest.raises(NotHttpError):
        fed(data, 1024)


@pytest.mark.parametrize("data", [b"", OK, OK + b"Content-Length: 2\r\n\r\na", CHUNKED + b"1\r\na\r\n"])
def test_a_response_that_ends_early_is_truncated(data: bytes) -> None:
    with pytest.raises(TruncatedResponseError):
        fed(data, 1024)


def test_the_response_to_head_has_no_body() -> None:
    head = OK + b"Content-Length: 5\r\n\r\n"
    parser = fed(head, len(head), "HEAD")
    assert (parser.take_body(), parser.is_reusable) == (b"", True)
    parser.expect("GET")
    parser.feed(OK + b"Content-Length: 1\r\n\r\na")
    assert parser.take_body() == b"a"


def test_headers_of_one_name_are_joined() -> None:
    assert to_dict([(b"Via", b"a "), (b"VIA", b"b"), (b"X", b"")]) == {"via": "a, b", "x": ""}


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=5), st.integers(1, 50), st.booleans())
def test_a_body_arrives_as_it_was_sent(parts: list[bytes], size: int, chunked: bool) -> None:
    body = b"".join(parts)
    if chunked:
        data = CHUNKED + b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
    else:
        data = OK + b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
    parser = fed(data, size)
    assert (parser.take_body(), parser.body_size, parser.is_reusable) == (body, len(body), True)
