# Generated from tests/_async/test_transport.py by scripts/generate_sync.py. Do not edit.
"""Answers, whole and well-formed, in each of the ways HTTP/1.1 has to say where they end."""

import pytest

from ..http_requests import Late, request
from ..raw_server import BOUND, Peer, RawServer, always, answer, eager, once, once_and_close
from ..threads._sync import until
from .carrier import Carrier

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;ext=1\r\nde\r\n0\r\n"
WHOLE = {
    "length": (answer(b"abcde"), b"abcde"),
    "nothing": (answer(b""), b""),
    "chunked": (CHUNKED + b"\r\n", b"abcde"),
    "trailers": (CHUNKED + b"X-Trailer: after\r\nX-Other: too\r\n\r\n", b"abcde"),
    "continue": (b"HTTP/1.1 100 Continue\r\n\r\n" + answer(b"abcde"), b"abcde"),
    "early hints": (b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + answer(b"abcde"), b"abcde"),
    "hints": (b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n" + answer(b"abcde"), b"abcde"),
    "no reason": (b"HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nabcde", b"abcde"),
    "an error": (answer(b"abcde", status="500 Internal Server Error"), b"abcde"),
    "not modified": (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", b""),
    "no content": (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
}
LAST = {
    "connection: close": (answer(b"abcde", "Connection: close"), b"abcde"),
    "http/1.0": (b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nabcde", b"abcde"),
    "http/1.0 to the end": (b"HTTP/1.0 200 OK\r\n\r\nabcde", b"abcde"),
    "to the end": (b"HTTP/1.1 200 OK\r\n\r\nabcde", b"abcde"),
    "bytes after it": (answer(b"abcde") + b"HTTP/1.1 200 OK\r\n", b"abcde"),
    "an answer after it": (answer(b"abcde") * 2, b"abcde"),
    "bytes after chunks": (CHUNKED + b"\r\nmore", b"abcde"),
    "a body after no content": (b"HTTP/1.1 204 No Content\r\n\r\nabcde", b""),
}

every_whole = pytest.mark.parametrize(("reply", "body"), WHOLE.values(), ids=WHOLE)
every_last = pytest.mark.parametrize(("reply", "body"), LAST.values(), ids=LAST)


@every_whole
def test_an_answer_is_read_to_its_end_however_that_is_marked(reply: bytes, body: bytes) -> None:
    with RawServer(always(reply)) as server:
        with Carrier() as carrier:
            assert (carrier.ask(server.url)).content == body


@every_whole
def test_a_connection_is_used_again_after_a_whole_answer(reply: bytes, body: bytes) -> None:
    with RawServer(always(reply)) as server:
        with Carrier() as carrier:
            carrier.ask_often(server.url, 3)
        assert server.accepted == 1


def test_requests_on_one_connection_get_their_own_answers() -> None:
    def count(peer: Peer) -> None:
        while sent := peer.read():
            peer.write(answer(sent.split()[1]))

    with RawServer(count) as server:
        with Carrier() as carrier:
            reported = [(carrier.ask(f"{server.url}/{number}")).text for number in range(5)]
    assert reported == ["/0", "/1", "/2", "/3", "/4"]


def test_an_answer_that_comes_byte_by_byte_is_the_same() -> None:
    with RawServer(once(*(bytes([byte]) for byte in WHOLE["trailers"][0]))) as server:
        with Carrier() as carrier:
            assert (carrier.ask(server.url)).content == b"abcde"


def test_the_answer_to_head_has_no_body_whatever_length_it_tells() -> None:
    head = answer(b"abcde")[: -len(b"abcde")]
    with RawServer(always(head)) as server:
        with Carrier() as carrier:
            reported = [carrier.ask(server.url, "HEAD") for _ in range(2)]
        assert [(one.content, one.headers["content-length"]) for one in reported] == [(b"", "5")] * 2
        assert server.accepted == 1


@every_last
def test_an_answer_that_is_a_connections_last_counts(reply: bytes, body: bytes) -> None:
    with RawServer(once_and_close(reply)) as server:
        with Carrier() as carrier:
            assert (carrier.ask(server.url)).content == body


@every_last
def test_a_connection_is_not_used_again_after_its_last_answer(reply: bytes, body: bytes) -> None:
    with RawServer(once_and_close(reply)) as server:
        with Carrier() as carrier:
            carrier.ask_often(server.url, 2)
        assert server.accepted == 2


def test_bytes_that_come_after_the_answer_do_not_answer_the_next_request() -> None:
    with RawServer(eager, always(answer(b"second"))) as server:
        with Carrier() as carrier:
            first = carrier.ask(server.url)
            assert server.reached.wait(BOUND)
            assert [first.text, (carrier.ask(server.url)).text] == ["first", "second"]


def test_head_and_status_are_reported_as_they_came() -> None:
    reply = b"HTTP/1.1 418 I'm a teapot\r\nX-One: 1\r\nx-one: 2\r\nContent-Length: 0\r\n\r\n"
    with RawServer(always(reply)) as server:
        with Carrier() as carrier:
            reported = carrier.ask(server.url)
    assert (reported.status_code, reported.reason_phrase, reported.http_version) == (418, "I'm a teapot", "HTTP/1.1")
    assert reported.headers.get_list("x-one") == ["1", "2"]


def test_a_large_answer_arrives_whole() -> None:
    large = bytes(range(256)) * 16 * 1024
    with RawServer(always(answer(large))) as server:
        with Carrier() as carrier:
            assert (carrier.ask(server.url)).content == large


def test_a_large_request_arrives_whole() -> None:
    large = bytes(range(256)) * 16 * 1024
    with RawServer() as server:
        with Carrier() as carrier:
            carrier.ask(server.url, "POST", large)
        assert server.requests[0].partition(b"\r\n\r\n")[2] == large


def test_cookies_are_not_kept() -> None:
    with RawServer(always(answer(b"", "Set-Cookie: a=b"))) as server:
        with Carrier() as carrier:
            carrier.ask(server.url)
            assert dict(carrier.client.cookies) == {}
            carrier.client.get(server.url)
        assert b"cookie" not in server.requests[1].lower()


def test_the_answer_counts_when_the_peer_closes_while_a_large_request_is_on_its_way() -> None:
    def refuse(peer: Peer) -> None:
        peer.read_head()
        peer.write(answer(b"too large", "Connection: close", status="413 Content Too Large"))

    with RawServer(refuse) as server:
        with Carrier() as carrier:
            reported = carrier.ask(server.url, "POST", b"x" * 16_000_000)
    assert (reported.status_code, reported.text) == (413, "too large")


def test_the_answer_counts_when_the_peer_says_it_will_send_no_more() -> None:
    def half(peer: Peer) -> None:
        peer.read()
        peer.write(answer())
        peer.finish()
        peer.wait_for_end()

    with RawServer(half) as server:
        with Carrier() as carrier:
            assert (carrier.ask(server.url)).text == "ok"


def test_the_answer_counts_that_came_before_the_request_was_sent() -> None:
    body = Late()

    def hurried(peer: Peer) -> None:
        assert body.wanted.wait(BOUND)
        peer.write(answer(b"busy", "Connection: close", status="503 Service Unavailable"))
        peer.reset()
        body.there.set()

    with RawServer(hurried) as server:
        with Carrier() as carrier:
            sent = request(server.url, "POST", b"x")
            sent.stream = body
            response = carrier.transport.handle_request(sent)
            assert response.status_code == 503
            response.close()


def test_a_body_that_was_not_read_to_its_end_closes_its_connection() -> None:
    with RawServer(once(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")) as server:
        with Carrier() as carrier:
            response = carrier.begin(server.url)
            assert carrier.counts.busy == 1
            response.close()
            assert carrier.counts.busy == 0
            until(lambda: server.open == 0)


def test_a_body_can_be_read_piece_by_piece() -> None:
    with RawServer(once(CHUNKED + b"\r\n")) as server:
        with Carrier() as carrier:
            response = carrier.begin(server.url)
            assert b"".join([piece for piece in response.stream]) == b"abcde"  # type: ignore[union-attr]
            assert carrier.counts.idle == 1
