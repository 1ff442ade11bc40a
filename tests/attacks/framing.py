"""Attacks on links by messages of which two servers see different ends.

The links are the engine's own. Behind them are servers of this process, which do what a session's server might do.
"""

import asyncio
import re
import socket
from collections import Counter
from collections.abc import Callable
from typing import Any

import h11
import httpx
from h11 import _readers, _util
from h11._receivebuffer import ReceiveBuffer
from uvicorn.protocols.http.h11_impl import H11Protocol
from websockets.asyncio.client import ClientConnection
from websockets.sync.client import connect
from websockets.utils import accept_key

from sessionbay.engine import http_protocol, websocket_input
from sessionbay.engine.port_forward import http, upstream_request, websocket
from sessionbay.engine.port_forward.port_proxy import PortProxy

from ..engine.links import Inner, ScriptedServer, cookie_of, forwards, scripted
from .attack import add, attack
from .contexts import ContextWithFile
from .defences_off import both
from .scene import PATIENCE, Scene

FRAMING = "framing of links"
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
HIDDEN = b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
ONE_MEANING = "what has two meanings is refused, and nothing of it is passed on"


def behind(scene: Scene, answer: Callable[[Inner], None] | bytes) -> tuple[httpx.URL, ScriptedServer]:
    """Return a link to a server; both end with the scene."""
    server = scene.ending.enter_context(scripted(answer))
    made = forwards()
    link = httpx.URL(scene.on_loop(lambda: made.open(server.port)))
    scene.ending.callback(scene.on_loop, made.close)
    return link, server


def post(link: httpx.URL, head: str) -> bytes:
    """Return the head of a request, the last of its connection."""
    begin = f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{link.port}\r\nCookie: {cookie_of(link)}\r\nConnection: close\r\n"
    return f"{begin}{head}\r\n".encode("latin-1")


def lenient(scene: Scene) -> None:
    """Read as h11 does by itself."""
    for module in (http_protocol, upstream_request):
        scene.patch.setattr(module, "StrictBuffer", lambda *_: ReceiveBuffer())


def copied(scene: Scene) -> None:
    """Copy the framing of requests as it came."""

    def head(self: Any, target: str) -> h11.Request:
        scope = self._asgi[0]
        pairs = [(name, value) for name, value in scope["headers"] if name not in (b"host", b"cookie", b"connection")]
        return h11.Request(method=scope["method"], target=target, headers=[(b"host", b"localhost"), *pairs])

    scene.patch.setattr(http._Forwarding, "_head", head)


def ignores_chunks(inner: Inner) -> None:
    """Answer requests of which Content-Length alone says where they end."""
    while True:
        head = inner.until(b"\r\n\r\n")
        length = LENGTH.search(head)
        inner.exactly(int(length[1]) if length else 0)
        inner.say(OK)
        if b"connection: close" in head.lower():
            return


SMUGGLING = {
    "two-framings": ("A length and a coding.", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
    "a-removed-length": ("A length that Connection names.", "Connection: Content-Length\r\nContent-Length: 0\r\n"),
    "two-lengths": ("The same length twice.", "Content-Length: 48\r\nContent-Length: 48\r\n"),
    "a-list-of-lengths": ("A list of lengths.", "Content-Length: 48, 48\r\n"),
    "a-folded-line": ("A coding in a continued line.", "Transfer-Encoding:\r\n chunked\r\n"),
    "a-bare-line-feed": ("A length behind a bare line feed.", "X-Bare: a\nContent-Length: 48\r\n"),
    "an-underscore": ("A length that some servers read with a dash.", "Content_Length: 48\r\n"),
}


def smuggling(head: str) -> Callable[[Scene], str | None]:
    def attempt(scene: Scene) -> str | None:
        link, server = behind(scene, ignores_chunks)
        scene.raw(link.port or 0, post(link, head) + b"0\r\n\r\n" + HIDDEN)
        return b"".join(inner.received for inner in server.inners).decode("latin-1") or None

    return attempt


for _name, (_about, _head) in SMUGGLING.items():
    add(
        f"smuggling-by-{_name}",
        FRAMING,
        ONE_MEANING,
        smuggling(_head),
        both(lenient, copied),
        f"{_about} The session's server ignores chunked requests.",
    )


def unannounced(scene: Scene) -> None:
    """Do not say that a connection into the session ends with the request."""
    real = http._Forwarding._head

    def head(self: Any, target: str) -> h11.Request:
        made = real(self, target)
        kept = [(name, value) for name, value in made.headers if name != b"connection"]
        return h11.Request(method=made.method, target=made.target, headers=kept)

    scene.patch.setattr(http._Forwarding, "_head", head)


@attack(FRAMING, "each request has a connection of its own, and says so", unannounced)
def smuggling_by_a_chunk(scene: Scene) -> str | None:
    """A valid request in chunks, to a server that ignores chunks and looks for the next request in them."""

    def looks_for_more(inner: Inner) -> None:
        if b"connection: close" not in inner.until(b"\r\n\r\n").lower():
            served.append(inner.until(HIDDEN))
        inner.say(OK)

    served: list[bytes] = []
    link, server = behind(scene, looks_for_more)
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(HIDDEN), HIDDEN)
    scene.raw(link.port or 0, post(link, "Transfer-Encoding: chunked\r\n") + chunks)
    server.inners[0].ended.wait(PATIENCE)
    return served[0].decode() if served else None


def used_again(scene: Scene) -> None:
    """Use one connection into the session for all requests of a link."""
    real = PortProxy.connect
    sockets: dict[PortProxy, socket.socket] = {}
    parsers: list[Any] = []

    async def connect(self: PortProxy) -> socket.socket:
        if self not in sockets:
            sockets[self] = scene.ending.enter_context(await real(self))
        return sockets[self].dup()

    def upstream(sock: socket.socket) -> upstream_request.UpstreamRequest:
        made = upstream_request.UpstreamRequest(sock)
        if parsers:
            made._parser = parsers[0]
            made._parser.start_next_cycle()
        parsers[:] = [made._parser]
        return made

    scene.patch.setattr(PortProxy, "connect", connect)
    scene.patch.setattr(http, "UpstreamRequest", upstream)


@attack(FRAMING, "each request has a connection of its own", both(unannounced, used_again))
def response_for_the_next_request(scene: Scene) -> str | None:
    """A server that sends a second response behind the first, for the next client."""

    def two(inner: Inner) -> None:
        inner.until(b"\r\n\r\n")
        inner.say(OK + OK.replace(b"ok", b"no"))
        inner.rest()

    link, _ = behind(scene, two)
    for _attempt in range(2):
        came = scene.http("GET", str(link)).text
    return came if came != "ok" else None


RESPONSES = {
    "two-framings": (
        "A length and a coding.",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    ),
    "a-folded-line": ("A continued line.", OK.replace(b"\r\n\r\n", b"\r\nX: a\r\n Set-Cookie: a=b\r\n\r\n")),
    "bare-line-feeds": ("Bare line feeds.", OK.replace(b"\r\n", b"\n")),
    "an-older-version": (
        "A coding in HTTP/1.0.",
        b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    ),
}


def responding(answer: bytes) -> Callable[[Scene], str | None]:
    def attempt(scene: Scene) -> str | None:
        link, _ = behind(scene, answer)
        came = scene.http("GET", str(link))
        return came.text if came.status_code == 200 else None

    return attempt


for _name, (_about, _answer) in RESPONSES.items():
    add(
        f"response-with-{_name}",
        FRAMING,
        ONE_MEANING,
        responding(_answer),
        lenient,
        f"A session's server responds: {_about[0].lower()}{_about[1:]}",
    )


@attack(FRAMING, ONE_MEANING, lenient)
def upload_of_two_framings(scene: Scene) -> str | None:
    """An upload to a signed address, of a length and in chunks."""
    url = ContextWithFile(scene).address("Upload")
    head = f"PUT {url.raw_path.decode()} HTTP/1.1\r\nHost: 127.0.0.1:{url.port}\r\nConnection: close\r\n"
    framing = "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nevil\r\n0\r\n\r\n"
    came = scene.raw(url.port or 0, f"{head}{framing}".encode())
    return came.decode() if came.startswith(b"HTTP/1.1 200 ") else None


def any_size(scene: Scene) -> None:
    """Read heads of any size from a session's server."""
    scene.patch.setattr(upstream_request, "MAX_HEAD", 2**40)
    scene.patch.setattr(upstream_request, "MAX_LINES", 2**40)


@attack(FRAMING, "the head of a response is bounded in bytes and in lines", any_size)
def response_head_without_end(scene: Scene) -> str | None:
    """A server that sends a header field for as long as it is read, up to 16 MiB."""

    def endless(inner: Inner) -> None:
        inner.until(b"\r\n\r\n")
        inner.say(b"HTTP/1.1 200 OK\r\nX: ")
        for _ in range(256):
            inner.say(b"x" * 65536)
        finished.append("16 MiB were read")

    finished: list[str] = []
    link, server = behind(scene, endless)
    scene.http("GET", str(link))
    server.inners[0].ended.wait(PATIENCE)
    return finished[0] if finished else None


@attack(FRAMING, "the head of a response is bounded in bytes and in lines", any_size)
def response_head_of_many_lines(scene: Scene) -> str | None:
    """A head of a few bytes a line: parsing the lines would hold up all other sessions."""
    link, _ = behind(scene, OK.replace(b"\r\n\r\n", b"\r\n" + b"x: x\r\n" * 5000 + b"\r\n", 1))
    return "5,000 lines were parsed" if scene.http("GET", str(link)).status_code == 200 else None


@attack(
    FRAMING,
    "a bounded part of a response is parsed in one turn of the event loop",
    lambda scene: scene.patch.setattr(upstream_request, "MAX_EVENTS", 2**40),
)
def response_of_tiny_chunks(scene: Scene) -> str | None:
    """A server that sends 30,000 chunks of a byte: while they are parsed, nothing else would run."""
    turns, parsed = [0], Counter[int]()
    real = upstream_request._Parser.next_event

    def next_event(self: Any) -> Any:
        parsed[turns[0]] += 1
        return real(self)

    def turn() -> None:
        turns[0] += 1
        if not finished:
            scene.engine._loop.call_soon(turn)

    finished: list[bool] = []
    link, _ = behind(
        scene, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 30_000 + b"0\r\n\r\n"
    )
    scene.patch.setattr(upstream_request._Parser, "next_event", next_event, raising=False)
    scene.engine._loop.call_soon_threadsafe(turn)
    try:
        assert scene.http("GET", str(link)).text == "x" * 30_000
    finally:
        finished.append(True)
    most = max(parsed.values())
    return f"{most} chunks were parsed in one turn" if most > 1000 else None


BLANKS = b" " * 20
INVALID = {
    "field": ("A header field", b"Host: a\r\nx:%s\0\r\n\r\n" % BLANKS),
    "trailer": ("A trailer field", b"Transfer-Encoding: chunked\r\n\r\n0\r\nx:%s\0\r\n\r\n" % BLANKS),
    "chunk": ("A chunk header", b"Transfer-Encoding: chunked\r\n\r\n5;%s\nx\r\n" % BLANKS),
}


def invalid(rest: bytes) -> Callable[[Scene], str | None]:
    def attempt(scene: Scene) -> str | None:
        real = _util.validate
        seen: list[int] = []

        def validate(regex: Any, data: bytes, *more: Any) -> Any:
            if BLANKS in data:
                seen.append(len(data))
            return real(regex, data, *more)

        scene.patch.setattr(_readers, "validate", validate)
        head = f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{scene.port}\r\n".encode()
        scene.raw(scene.port, head + rest.removeprefix(b"Host: a\r\n"))
        link, _ = behind(scene, b"HTTP/1.1 200 OK\r\n" + rest)
        scene.raw(link.port or 0, post(link, ""))
        return f"a line of {seen[0]} bytes was matched" if seen else None

    return attempt


for _name, (_about, _rest) in INVALID.items():
    add(
        f"invalid-{_name}",
        FRAMING,
        "lines are checked in linear time before the parser sees them",
        invalid(_rest),
        lenient,
        f"{_about} with a control character, to the engine without a key, and from a session's server.",
    )


def read_to_the_end(scene: Scene) -> None:
    """Read what a server sends after a failed handshake."""
    scene.patch.setattr(websocket, "_Connection", lambda _, *args, **more: ClientConnection(*args, **more))


@attack(FRAMING, "a failed handshake ends the connection into the session", read_to_the_end)
def refusal_without_end(scene: Scene) -> str | None:
    """A server that refuses a WebSocket with a body of 64 MiB."""

    def endless(inner: Inner) -> None:
        inner.until(b"\r\n\r\n")
        inner.say(b"HTTP/1.1 403 Forbidden\r\n\r\n")
        for _ in range(1024):
            inner.say(b"x" * 65536)
        finished.append("64 MiB were read")

    finished: list[str] = []
    link, server = behind(scene, endless)
    head = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{link.port}\r\nCookie: {cookie_of(link)}\r\nConnection: Upgrade\r\n"
    key = "Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    scene.raw(link.port or 0, f"{head}{key}".encode())
    server.inners[0].ended.wait(PATIENCE)
    return finished[0] if finished else None


def upgraded(inner: Inner) -> None:
    """Open a WebSocket."""
    key = re.search(rb"Sec-WebSocket-Key: (\S+)", inner.until(b"\r\n\r\n"))
    assert key is not None
    accept = accept_key(key[1].decode()).encode()
    inner.say(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n")
    inner.say(b"Sec-WebSocket-Accept: %s\r\n\r\n" % accept)


def websocket_url(link: httpx.URL) -> str:
    return f"ws://127.0.0.1:{link.port}/websocket_ai/{link.path.split('/')[2]}"


@attack(
    FRAMING,
    "a bounded part of the frames is parsed in one turn of the event loop",
    lambda scene: scene.patch.setattr(websocket_input, "READ_SIZE", 2**18),
)
def frames_of_two_bytes(scene: Scene) -> str | None:
    """A server that sends 40,000 empty messages: while they are parsed, nothing else would run."""
    most = [0]

    def buffer_updated(self: Any, nbytes: int) -> None:
        most[0] = max(most[0], nbytes)
        real(self, nbytes)

    def flood(inner: Inner) -> None:
        upgraded(inner)
        inner.until(b"\x81")  # the client's message: the handshake is over
        inner.say(b"\x81\x00" * 40_000)
        inner.rest()

    real = websocket._Connection.buffer_updated
    scene.patch.setattr(websocket._Connection, "buffer_updated", buffer_updated)
    link, _ = behind(scene, flood)
    with connect(websocket_url(link), proxy=None, open_timeout=PATIENCE, close_timeout=0.1) as client:
        client.send("go")
        for _ in range(2000):
            client.recv(PATIENCE)
    return f"{most[0]} bytes of frames in one turn" if most[0] > 4096 else None


@attack(
    FRAMING,
    "a link holds so much of its messages and no more",
    lambda scene: scene.patch.setattr(websocket_input, "MAX_HELD", 2**40),
)
def messages_that_never_end(scene: Scene) -> str | None:
    """A server that sends a part of a large message on each of its WebSockets, for the engine to keep."""
    scene.patch.setattr(websocket_input, "MAX_HELD", websocket_input.MAX_HELD >> 8)  # 1 MiB, without the patch above

    def begin(inner: Inner) -> None:
        upgraded(inner)
        inner.say(b"\x82\x7f" + (2**20).to_bytes(8) + b"x" * (2**20 - 1))
        inner.rest()

    link, server = behind(scene, begin)
    for _ in range(3):
        scene.ending.enter_context(connect(websocket_url(link), proxy=None, open_timeout=PATIENCE))
    if scene.eventually(lambda: any(inner.ended.is_set() for inner in server.inners), 0.5):
        return None
    return "3 MiB are kept"


def left_to_uvicorn(scene: Scene) -> None:
    """Leave invalid handshakes to uvicorn."""
    upgrade = H11Protocol.handle_websocket_upgrade
    scene.patch.setattr(http_protocol.HttpProtocol, "handle_websocket_upgrade", upgrade)


@attack(FRAMING, "a handshake that cannot be parsed is refused", left_to_uvicorn)
def handshake_that_gets_no_response(scene: Scene) -> str | None:
    """A WebSocket handshake with a body, or with a long line, without a token: the connection would stay open."""
    link, _ = behind(scene, OK)
    head = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{link.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    for more in ("Content-Length: 5\r\n", f"Cookie: {'x' * 9000}\r\n"):
        with socket.create_connection(("127.0.0.1", link.port or 0), PATIENCE) as sock:
            sock.sendall(f"{head}{more}\r\n".encode())
            sock.shutdown(socket.SHUT_WR)
            if not sock.recv(100):
                return f"no response to {more[:20]!r}"
    return None


def deaf(scene: Scene) -> None:
    """Take no notice of clients that leave."""
    real = http._Forwarding._upload

    async def upload(self: Any, *args: Any) -> None:
        await real(self, *args)
        await self._left.wait()

    scene.patch.setattr(http._Forwarding, "_left", asyncio.Event(), raising=False)
    scene.patch.setattr(http._Forwarding, "_upload", upload)


@attack(FRAMING, "a request ends with its client", deaf)
def requests_of_clients_that_left(scene: Scene) -> str | None:
    """20 requests to a server that does not respond, by clients that leave: their connections would stay."""
    link, server = behind(scene, Inner.rest)
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", link.port or 0), PATIENCE) as sock:
            sock.sendall(post(link, ""))
    arrived = scene.eventually(lambda: len(server.inners) == 20, 3)
    ended = arrived and scene.eventually(lambda: all(inner.ended.is_set() for inner in server.inners), 0.5)
    return None if ended else f"{sum(not inner.ended.is_set() for inner in server.inners)} connections are open"
