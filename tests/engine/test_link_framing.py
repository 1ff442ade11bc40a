"""Links: where messages end. What one side means is what the other side sees, or it is refused."""

import itertools
import json
import logging
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import h11
import httpx
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from sessionbay.engine.port_forward import http, token_middleware, upstream_request
from sessionbay.engine.port_forward.port_proxy import PortProxy

from .links import SERVERS, Inner, Links, cookie_of, links, said, scripted
from .processes import ENOUGH, eventually

few = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture(scope="module")
def opened() -> Iterator[Links]:
    with links() as made:
        yield made


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=ENOUGH) as made:
        yield made


@pytest.fixture(scope="module", params=list(SERVERS))
def server(request: pytest.FixtureRequest, opened: Links) -> Iterator[tuple[str, httpx.URL]]:
    """Give the link to a server of each kind in turn."""
    with SERVERS[request.param]() as port:
        yield request.param, opened.open(port)


@dataclass(frozen=True)
class Sent:
    """A request as a client means it, and one of the ways to write it."""

    method: str
    target: str
    body: bytes
    framing: str
    cuts: tuple[int, ...]
    extension: str

    def written(self, link: httpx.URL, more: str = "") -> bytes:
        """Return the bytes of the request."""
        head = f"{self.method} {self.target} HTTP/1.1\r\nHost: 127.0.0.1:{link.port}\r\nCookie: {cookie_of(link)}\r\n"
        if self.framing == "length":
            return f"{head}{more}Content-Length: {len(self.body)}\r\n\r\n".encode() + self.body
        if self.framing == "chunked":
            return f"{head}{more}Transfer-Encoding: chunked\r\n\r\n".encode() + self._chunks()
        return f"{head}{more}\r\n".encode()

    def _chunks(self) -> bytes:
        marks = sorted({0, *(cut for cut in self.cuts if cut < len(self.body)), len(self.body)})
        parts = [self.body[begin:end] for begin, end in itertools.pairwise(marks)]
        chunks = [b"%X%s\r\n%s\r\n" % (len(part), self.extension.encode(), part) for part in parts]
        return b"".join(chunks) + b"0\r\nX-Trailer: 1\r\n\r\n"


TEXT = st.text("abc/%20.;=~!$'()*+,:@-_", max_size=20)
BODIES = st.one_of(st.binary(max_size=60), st.just(SMUGGLED), st.just(b"0\r\n\r\n" + SMUGGLED))


@st.composite
def requests(draw: st.DrawFn) -> Sent:
    framing = draw(st.sampled_from(["none", "length", "chunked"]))
    return Sent(
        method=draw(st.sampled_from(["GET", "POST", "PUT"])),
        target="/" + draw(TEXT).replace("%", "%2").lstrip("/") + draw(st.sampled_from(["", "?a=%20b", "?/../x", "?"])),
        body=b"" if framing == "none" else draw(BODIES),
        framing=framing,
        cuts=tuple(draw(st.lists(st.integers(1, 60), max_size=3))),
        extension=draw(st.sampled_from(["", ";a=b", ' ;a="b"'])),
    )


def answers(came: bytes, methods: list[str]) -> list[tuple[int, bytes]]:
    """Return the status and the body of each response to requests of these methods."""
    found: list[tuple[int, bytes]] = []
    parser = h11.Connection(h11.CLIENT)
    parser.receive_data(came)
    for method in methods:
        parser.send(h11.Request(method=method, target="/", headers=[("host", "a")]))
        parser.send(h11.EndOfMessage())
        status, body = 0, b""
        while not isinstance(event := parser.next_event(), h11.EndOfMessage):
            if isinstance(event, h11.Data):
                body += bytes(event.data)
            else:
                assert isinstance(event, h11.Response), (event, came)
                status = event.status_code
        found.append((status, body))
        if parser.their_state is h11.DONE:
            parser.start_next_cycle()
    assert parser.trailing_data[0] == b""
    return found


@few
@given(batch=st.lists(requests(), min_size=1, max_size=3), cut=st.integers(1, 200))
def test_a_server_sees_the_requests_that_were_sent_and_no_others(
    server: tuple[str, httpx.URL], batch: list[Sent], cut: int
) -> None:
    name, link = server
    before = _number(link)
    last = len(batch) - 1
    data = b"".join(sent.written(link, "Connection: close\r\n" if at == last else "") for at, sent in enumerate(batch))
    came = answers(said(link, data[:cut], data[cut:]), [sent.method for sent in batch])
    for at, (sent, (status, body)) in enumerate(zip(batch, came, strict=True)):
        expected = b"" if sent.framing == "chunked" and name == "http.server" else sent.body  # which reads no chunks
        assert (status, json.loads(body)) == (
            200,
            {
                "number": before + 1 + at,
                "method": sent.method,
                "target": sent.target.removesuffix("?"),
                "body": expected.decode("latin-1"),
            },
        )
    assert _number(link) == before + len(batch) + 1


@pytest.fixture(scope="module")
def forwarded() -> Iterator[list[str]]:
    """Give the requests that links take for one and forward."""
    seen: list[str] = []
    real = http.forward

    async def forward(proxy: PortProxy, target: str, *args: Any, **more: Any) -> None:
        seen.append(target)
        await real(proxy, target, *args, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(token_middleware, "forward", forward)
        yield seen


DAMAGE = [b"\r", b"\n", b"\r\n", b" ", b"\t", b"\0", b":", b",", b"_", b"\x0b", b"\xa0", b"0\r\n\r\n", b"chunked"]
DAMAGE += [b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: identity\r\n"]


@few
@given(sent=requests(), damage=st.lists(st.tuples(st.floats(0, 1), st.sampled_from(DAMAGE)), min_size=1, max_size=3))
def test_a_damaged_request_is_no_more_inside_than_outside(
    server: tuple[str, httpx.URL], forwarded: list[str], sent: Sent, damage: list[tuple[float, bytes]]
) -> None:
    _, link = server
    before, outside = _number(link), len(forwarded)
    data = sent.written(link)
    for place, what in damage:
        at = round(place * len(data))
        data = data[:at] + what + data[at:]
    said(link, data + Sent("GET", "/last", b"", "none", (), "").written(link, "Connection: close\r\n"), patience=0.1)
    assert _number(link) - before <= len(forwarded) - outside


def _number(link: httpx.URL) -> int:
    """Return how many requests a server has seen, this one included."""
    asked = Sent("GET", "/", b"", "none", (), "").written(link, "Connection: close\r\n")
    ((_, body),) = answers(said(link, asked), ["GET"])
    number: int = json.loads(body)["number"]
    return number


HEADS = {
    "length and coding": "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
    "coding and length": "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
    "two lengths": "Content-Length: 0\r\nContent-Length: 44\r\n",
    "the same length twice": "Content-Length: 0\r\nContent-Length: 0\r\n",
    "a list of lengths": "Content-Length: 0, 0\r\n",
    "a signed length": "Content-Length: +5\r\n",
    "a length of another base": "Content-Length: 0x5\r\n",
    "an empty length": "Content-Length:\r\n",
    "a length in another script": "Content-Length: \xb2\r\n",
    "a length with an underscore": "Content_Length: 5\r\n",
    "blank before the colon": "Content-Length : 5\r\n",
    "blank before the name": " Content-Length: 5\r\n",
    "a folded length": "X-Folded: a\r\n Content-Length: 5\r\n",
    "a folded coding": "Transfer-Encoding:\r\n chunked\r\n",
    "two codings": "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
    "a coding behind chunked": "Transfer-Encoding: chunked, identity\r\n",
    "an unknown coding": "Transfer-Encoding: xchunked\r\n",
    "a coding with a parameter": "Transfer-Encoding: chunked;a=b\r\n",
    "a coding with a vertical tab": "Transfer-Encoding: \x0bchunked\r\n",
    "a coding with an underscore": "Transfer_Encoding: chunked\r\n",
    "a bare line feed": "X-Bare: a\nContent-Length: 5\r\n",
    "a bare carriage return": "X-Bare: a\rContent-Length: 5\r\n",
    "a null byte": "X-Null: a\0b\r\n",
    "a line without a colon": "Content-Length 5\r\n",
    "a name with a blank": "Content Length: 5\r\n",
    "connection: content-length": "Connection: close, Content-Length\r\nContent-Length: 4\r\n",
    "connection: transfer-encoding": "Connection: TRANSFER-ENCODING\r\nTransfer-Encoding: chunked\r\n",
}


@pytest.fixture(scope="module")
def silent(opened: Links) -> Iterator[tuple[httpx.URL, list[Inner]]]:
    """Give the link to a server, and its connections."""
    with scripted(b"HTTP/1.1 204 No Content\r\n\r\n") as server:
        yield opened.open(server.port), server.inners


@pytest.mark.parametrize("head", HEADS)
def test_a_request_of_two_meanings_is_refused(silent: tuple[httpx.URL, list[Inner]], head: str) -> None:
    link, inners = silent
    begin = f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{link.port}\r\nCookie: {cookie_of(link)}\r\n{HEADS[head]}\r\n"
    came = said(link, begin.encode("latin-1") + b"0\r\n\r\n" + SMUGGLED)
    assert came.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 501 ")), came
    assert inners == []


@pytest.mark.parametrize(
    "request_line",
    ["POST /  HTTP/1.1", "POST / HTTP/2.0", "POST / HTTP/1.2", "POST /a b HTTP/1.1", "POST /", " POST / HTTP/1.1"],
)
def test_a_request_line_of_two_meanings_is_refused(silent: tuple[httpx.URL, list[Inner]], request_line: str) -> None:
    link, inners = silent
    came = said(link, f"{request_line}\r\nHost: 127.0.0.1:{link.port}\r\nCookie: {cookie_of(link)}\r\n\r\n".encode())
    assert came.startswith(b"HTTP/1.1 400 "), came
    assert inners == []


def test_a_coding_in_an_older_version_is_refused(silent: tuple[httpx.URL, list[Inner]]) -> None:
    link, inners = silent
    head = f"POST / HTTP/1.0\r\nHost: 127.0.0.1:{link.port}\r\nCookie: {cookie_of(link)}\r\n"
    came = said(link, f"{head}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n".encode())
    assert came.startswith(b"HTTP/1.1 400 "), came
    assert inners == []


@pytest.mark.parametrize(
    "body",
    [
        b"0\r\nContent-Length: 5\r\n\r\n",
        b"0\r\nx:" + b" " * 30_000 + b"\0\r\n\r\n",
        b"5;" + b" " * 30_000 + b"\nx\r\n\r\n",
        b"+5\r\nhello\r\n0\r\n\r\n",
        b"0x5\r\nhello\r\n0\r\n\r\n",
        b"5\nhello\n0\n\n\r\n",
        b"5\r\nhelloX\r\n0\r\n\r\n",
        b"00000000000000005\r\nhello\r\n0\r\n\r\n",
    ],
)
def test_a_body_of_two_meanings_never_ends_inside(opened: Links, body: bytes) -> None:
    with scripted(Inner.rest) as server:
        link = opened.open(server.port)
        head = f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{link.port}\r\nCookie: {cookie_of(link)}\r\n"
        said(link, f"{head}Transfer-Encoding: chunked\r\n\r\n".encode(), body)
        assert eventually(lambda: all(inner.ended.is_set() for inner in server.inners), ENOUGH)
        assert not [inner for inner in server.inners if inner.received.endswith(b"0\r\n\r\n")]


def test_a_requests_framing_is_written_anew(opened: Links) -> None:
    with scripted(b"HTTP/1.1 204 No Content\r\n\r\n") as server:
        link = opened.open(server.port)
        head = f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{link.port}\r\nCookie: {cookie_of(link)}\r\n"
        hop = "TE: trailers\r\nTrailer: X-A\r\nKeep-Alive: 5\r\nUpgrade: h2c\r\nX-Mine: 1\r\n"
        said(link, f"{head}{hop}Connection: close, X-Mine, host\r\nContent-Length: 0004\r\n\r\nbody".encode())
        (inner,) = server.inners
        assert inner.received.lower().split(b"\r\n")[1:4] == [
            b"host: localhost:%d" % server.port,
            b"connection: close",
            b"content-length: 4",
        ]


# Responses.


@dataclass(frozen=True)
class Answer:
    """A response as a server means it, and one of the ways to write it."""

    status: int
    body: bytes
    framing: str
    before: bytes
    version: bytes
    cut: int

    def written(self) -> list[bytes]:
        """Return the bytes of the response, in two pieces."""
        head = self.before + b"%s %d Fine\r\nX-Mine:  a b \r\nX-Mine: c\r\n" % (self.version, self.status)
        if self.framing == "length":
            data = head + b"Content-Length: %d\r\n\r\n" % len(self.body) + self.body
        elif self.framing == "chunked":
            chunks = b"%x ;a=b\r\n%s\r\n" % (len(self.body), self.body) if self.body else b""
            data = head + b"Transfer-Encoding: Chunked\r\n\r\n" + chunks + b"0\r\nX-Trailer: 1\r\n\r\n"
        else:
            data = head + b"\r\n" + self.body
        return [data[: self.cut], data[self.cut :]]


@st.composite
def responses(draw: st.DrawFn) -> Answer:
    framing = draw(st.sampled_from(["length", "chunked", "close"]))
    return Answer(
        status=draw(st.sampled_from([200, 206, 302, 404, 500, 599])),
        body=draw(st.one_of(st.binary(max_size=60), st.just(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))),
        framing=framing,
        before=draw(st.sampled_from([b"", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early\r\nLink: a\r\n\r\n"])),
        version=b"HTTP/1.1" if framing == "chunked" else draw(st.sampled_from([b"HTTP/1.0", b"HTTP/1.1"])),
        cut=draw(st.integers(1, 150)),
    )


def test_a_client_sees_the_response_that_was_sent(opened: Links, client: httpx.Client) -> None:
    script: list[Answer] = []

    def answer(inner: Inner) -> None:
        inner.until(b"\r\n\r\n")
        for piece in script[-1].written():
            inner.say(piece)

    @few
    @given(sent=responses())
    def check(sent: Answer) -> None:
        script.append(sent)
        came = client.get(link)
        assert (came.status_code, came.content) == (sent.status, sent.body)
        assert came.headers.get_list("x-mine") == ["a b", "c"]
        assert {"link", "x-trailer"} & set(came.headers) == set()

    with scripted(answer) as server:
        link = opened.open(server.port)
        check()


BAD_ANSWERS = {
    "length and coding": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    "a list of lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\nhello",
    "a negative length": b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello",
    "an unknown coding": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "a coding in an older version": b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a folded line": b"HTTP/1.1 200 OK\r\nX-A: b\r\n Content-Length: 5\r\n\r\nhello",
    "bare line feeds": b"HTTP/1.1 200 OK\nContent-Length: 5\n\nhello",
    "a bare carriage return": b"HTTP/1.1 200 OK\r\nX-A: b\rSet-Cookie: c=d\r\n\r\n",
    "connection: content-length": b"HTTP/1.1 200 OK\r\nConnection: Content-Length\r\nContent-Length: 5\r\n\r\nhello",
    "a name with a blank": b"HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\nhello",
    "no head": b"hello\r\n\r\n",
    "another version": b"HTTP/2.0 200 OK\r\n\r\n",
    "a switch of protocols": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n",
    "nothing": b"",
    "half a head": b"HTTP/1.1 200 OK\r\nContent-Le",
    "a control character": b"HTTP/1.1 200 OK\r\nx:\0\r\n\r\n",
    "a head that is too long": b"HTTP/1.1 200 OK\r\nx: " + b"x" * upstream_request.MAX_HEAD + b"\r\n\r\n",
    "a head of too many lines": b"HTTP/1.1 200 OK\r\n" + b"x: x\r\n" * upstream_request.MAX_LINES + b"\r\n",
    "too many heads": b"HTTP/1.1 103 Early\r\n\r\n" * (upstream_request.MAX_INFORMATIONAL + 1),
}


@pytest.mark.parametrize("answer", BAD_ANSWERS)
def test_a_response_of_two_meanings_is_a_bad_gateway(opened: Links, client: httpx.Client, answer: str) -> None:
    with scripted(BAD_ANSWERS[answer]) as server:
        came = client.get(opened.open(server.port))
    assert (came.status_code, came.headers.get("set-cookie")) == (502, None)
    assert came.text.startswith("The session's server sent no valid response: ")


@pytest.mark.parametrize(
    ("method", "answer", "status", "length"),
    [
        ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 05\r\n\r\n", 200, "5"),
        ("HEAD", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", 200, None),
        ("GET", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\nhello", 304, "5"),
        ("GET", b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello", 204, None),
        ("GET", b"HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", 204, None),
    ],
)
def test_a_response_without_a_body_has_none(
    opened: Links, client: httpx.Client, method: str, answer: bytes, status: int, length: str | None
) -> None:
    with scripted(answer) as server:
        link = opened.open(server.port)
        for _ in range(2):  # the second on the same connection of the client
            came = client.request(method, link)
            assert (came.status_code, came.content) == (status, b"")
            if method != "HEAD" or length:
                assert came.headers.get("content-length") == length


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nsome",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n32\r\nsome",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsome\r\nz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsome\r\n0\r\nContent-Length: 5\r\n\r\n",
    ],
)
def test_a_response_that_breaks_off_is_seen_to(
    opened: Links, client: httpx.Client, answer: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with scripted(answer) as server, pytest.raises(httpx.RemoteProtocolError):
        client.get(opened.open(server.port))
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_what_follows_a_response_is_not_the_next_one(opened: Links, client: httpx.Client) -> None:
    extra = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst" + b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfake"
    with scripted(extra) as server:
        link = opened.open(server.port)
        assert [client.get(link).text for _ in range(3)] == ["first"] * 3


def test_a_response_may_come_before_the_end_of_the_request(opened: Links) -> None:
    def refuse(inner: Inner) -> None:
        inner.until(b"\r\n\r\n")
        inner.say(b"HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nno!")
        inner.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # ends with a reset

    with scripted(refuse) as server:
        link = opened.open(server.port)
        head = f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{link.port}\r\nCookie: {cookie_of(link)}\r\nConnection: close\r\n"
        came = said(link, f"{head}Content-Length: 2000000\r\n\r\n".encode(), b"x" * 2_000_000)
    assert answers(came, ["POST"]) == [(413, b"no!")]


def test_a_response_may_come_while_the_request_waits(opened: Links) -> None:
    """A server that answers and does not read on, to a client that sends on once it has the answer."""

    def answer(inner: Inner) -> None:
        inner.until(b"\r\n\r\n")
        inner.say(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone")
        inner.rest()

    with scripted(answer) as server:
        link = opened.open(server.port)
        head = f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{link.port}\r\nCookie: {cookie_of(link)}\r\nConnection: close\r\n"
        assert answers(said(link, f"{head}Content-Length: 20\r\n\r\nhalf".encode()), ["POST"]) == [(200, b"done")]


def test_a_client_that_leaves_ends_the_request_inside(opened: Links, client: httpx.Client) -> None:
    with scripted(Inner.rest) as server:
        link = opened.open(server.port)
        with pytest.raises(httpx.ReadTimeout):
            client.get(link, timeout=httpx.Timeout(ENOUGH, read=0.05))
        assert eventually(lambda: bool(server.inners), ENOUGH)
        assert server.inners[0].ended.wait(ENOUGH)


def test_a_link_has_room_for_so_many_requests_at_once(
    opened: Links, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "MAX_REQUESTS", 1)

    def answer(inner: Inner) -> None:
        inner.until(b"\r\n\r\n")
        inner.say(b"HTTP/1.1 200 OK\r\n\r\n")
        inner.rest()

    with scripted(answer) as server:
        link = opened.open(server.port)
        with client.stream("GET", link):
            assert client.get(link).status_code == 503
        assert eventually(lambda: server.inners[0].ended.is_set(), ENOUGH)


@pytest.mark.parametrize(
    "line", ["CONNECT {path} HTTP/1.1", "CONNECT localhost:22 HTTP/1.1", "GET {path}a#b HTTP/1.1", "OPTIONS * HTTP/1.1"]
)
def test_a_target_that_is_no_path_is_refused(silent: tuple[httpx.URL, list[Inner]], line: str) -> None:
    link, inners = silent
    head = f"{line.format(path=link.path)}\r\nHost: 127.0.0.1:{link.port}\r\nCookie: {cookie_of(link)}\r\n"
    came = said(link, f"{head}Connection: close\r\n\r\n".encode())
    assert came.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 501 ")), came
    assert inners == []
