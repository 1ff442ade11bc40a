"""Attacks by input that is made to be expensive: heads, chunks and bodies of strangers. Work is counted, not timed."""

import contextlib
import errno
import json
import logging
import socket
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import h11
import uvicorn
from h11 import _readers

from sessionbay import AgentBayError, Session
from sessionbay.core.http import HttpRequest
from sessionbay.dialects.agb import AGBDialect
from sessionbay.dialects.agentbay import AgentBayDialect
from sessionbay.engine import acceptor, connections, http_protocol, listener, query_limit, request_body

from .attack import add, attack
from .files import LogCapture
from .scene import PATIENCE, Scene

HEADS = "expensive requests"
STRANGERS = "bodies without a key"
MIB = 2**20


class Count:
    """How much of something was done, and the most of it in one go."""

    def __init__(self) -> None:
        self.total = 0
        self.most = 0
        self._now = 0

    def add(self, many: int) -> None:
        """Count what was done."""
        self.total += many
        self._now += many
        self.most = max(self.most, self._now)

    def pause(self) -> None:
        """Begin to count what is done in one go."""
        self._now = 0


def parsed_lines(scene: Scene) -> Count:
    """Count the lines of heads and of trailers that are parsed from now on."""
    count, real = Count(), _readers._decode_header_lines

    def decode(lines: Iterable[bytes]) -> Iterable[tuple[bytes, bytes]]:
        found = list(lines)
        count.add(len(found))
        return real(found)

    scene.patch.setattr(_readers, "_decode_header_lines", decode)
    return count


def link_port(scene: Scene) -> int:
    """Return the port of a link."""
    known = scene.known(scene.session())
    return int(scene.on_loop(lambda: known.links.open(3010)).split(":")[2].partition("/")[0])


def head(port: int, *lines: str) -> bytes:
    """Return the head of a request to AGB's wire, with more lines."""
    first = ["POST /mcp/getSession HTTP/1.1", f"Host: 127.0.0.1:{port}"]
    return "\r\n".join([*first, *lines, "", ""]).encode()


def many_lines(port: int) -> bytes:
    """Return 40,000 short lines, as one head."""
    return head(port, "Connection: close", *["a:"] * 40_000)


def many_trailers(port: int) -> bytes:
    """Return a body with 40,000 trailers."""
    return head(port, "Transfer-Encoding: chunked") + b"1\r\nx\r\n0\r\n" + b"a:\r\n" * 40_000 + b"\r\n"


def bounds_off(scene: Scene) -> None:
    """Take heads of any size and number of lines, as much of them at once as comes."""
    for name in ("MAX_HEAD", "MAX_LINES", "HEAD_READ"):
        scene.patch.setattr(http_protocol, name, MIB)


def sends_lines(port: Callable[[Scene], int], request: Callable[[int], bytes]) -> Callable[[Scene], str | None]:
    def attempt(scene: Scene) -> str | None:
        count, at = parsed_lines(scene), port(scene)
        scene.raw(at, request(at))
        return f"{count.total} lines were parsed" if count.total > 1000 else None

    return attempt


LINES: dict[str, tuple[str, Callable[[Scene], int], Callable[[int], bytes]]] = {
    "lines-of-a-head": ("A head of 40,000 lines.", lambda scene: scene.port, many_lines),
    "lines-of-trailers": ("A body with 40,000 trailers.", lambda scene: scene.port, many_trailers),
    "lines-of-a-head-to-a-link": ("A head of 40,000 lines, to a link.", link_port, many_lines),
    "lines-of-trailers-to-a-link": ("A body with 40,000 trailers, to a link.", link_port, many_trailers),
}
for _name, (_about, _port, _request) in LINES.items():
    add(
        _name,
        HEADS,
        "heads and trailers are bounded in size and in lines before a line is parsed",
        sends_lines(_port, _request),
        bounds_off,
        _about,
    )


@attack(HEADS, "heads and trailers are bounded in size and in lines before a line is parsed", bounds_off)
def line_without_an_end(scene: Scene) -> str | None:
    """A head whose only line goes on for half a mebibyte."""
    with socket.create_connection(("127.0.0.1", scene.port), PATIENCE) as sock, contextlib.suppress(ConnectionError):
        sock.sendall(b"GET /" + b"x" * (MIB // 2))
        sock.settimeout(scene.slack)
        try:
            return None if sock.recv(100)[9:12] in (b"431", b"") else "an answer"
        except TimeoutError:
            return "it is kept"
    return None


@contextlib.contextmanager
def parsed_chunks(scene: Scene) -> Iterator[Count]:
    """Count the chunks that are parsed, and the most of them in one go."""
    count, real, handle = Count(), h11.Connection.next_event, http_protocol.HttpProtocol.handle_events

    def next_event(self: h11.Connection) -> Any:
        event = real(self)
        count.add(isinstance(event, h11.Data))
        return event

    def handle_events(self: http_protocol.HttpProtocol) -> None:
        count.pause()
        handle(self)

    with scene.patch.context() as patch:
        patch.setattr(h11.Connection, "next_event", next_event)
        patch.setattr(http_protocol.HttpProtocol, "handle_events", handle_events)
        yield count


def all_events(scene: Scene) -> None:
    """Parse all that has come before others get their turn."""
    scene.patch.setattr(http_protocol, "MAX_EVENTS", MIB)


@attack(HEADS, "a bounded number of chunks is parsed per turn, however small they are", all_events)
def chunks_of_a_byte(scene: Scene) -> str | None:
    """A body of 10,000 chunks of a byte each."""
    with parsed_chunks(scene) as count:
        scene.raw(scene.port, head(scene.port, "Transfer-Encoding: chunked") + b"1\r\nx\r\n" * 10_000 + b"0\r\n\r\n")
    return f"{count.most} chunks were parsed at once" if count.most > 1000 else None


KEY_FIRST = "the key is found in the head or the raw body, and checked before anything is parsed"


def keys_off(scene: Scene) -> None:
    """Take every request for one with the right key."""
    scene.patch.setattr(request_body.KeyGuard, "_check", lambda *_: True)


def parsed_bodies(scene: Scene) -> Count:
    """Count the bytes of the bodies that are parsed from now on."""
    count = Count()
    for dialect in (AgentBayDialect, AGBDialect):

        def parse(request: HttpRequest, catalogue: Any, real: Any = dialect.parse_request) -> Any:
            count.add(len(request.body))
            return real(request, catalogue)

        scene.patch.setattr(dialect, "parse_request", parse)
    return count


def kept_bodies(scene: Scene) -> Count:
    """Record the largest body that is kept from now on."""
    count, real = Count(), request_body._check_size

    def check(body: bytearray, limit: int) -> None:
        count.most = max(count.most, len(body))
        real(body, limit)

    scene.patch.setattr(request_body, "_check_size", check)
    return count


FIELDS = b"&".join(b"f%d=" % number for number in range(20_000))
BODIES: dict[str, tuple[str, str, bytes]] = {
    "form-of-many-fields": ("A form of 20,000 fields, without a key.", "/?Action=ListSession", FIELDS),
    "form-with-a-wrong-key": ("The same, after a wrong key.", "/?Action=ListSession", b"Authorization=x&" + FIELDS),
    "form-with-a-wrong-key-at-its-end": ("The same, before it.", "/?Action=ListSession", FIELDS + b"&Authorization=x"),
    "form-for-no-action": ("The same, for an action that there is not.", "/?Action=None", FIELDS),
    "json-of-many-values": ("JSON of 100,000 values.", "/mcp/getSession", json.dumps([[]] * 100_000).encode()),
    "json-that-is-deep": ("JSON of 100,000 lists in each other.", "/mcp/callTool", b"[" * 100_000),
    "json-for-no-path": ("The same, to a path that there is not.", "/mcp/none", b"[" * 100_000),
}


def sends_body(path: str, body: bytes) -> Callable[[Scene], str | None]:
    def attempt(scene: Scene) -> str | None:
        count = parsed_bodies(scene)
        scene.http("POST", path, content=body)
        return f"{count.total} bytes were parsed" if count.total else None

    return attempt


for _name, (_about, _path, _body) in BODIES.items():
    add(_name, STRANGERS, KEY_FIRST, sends_body(_path, _body), keys_off, _about)


@attack(STRANGERS, "a key that stands in the head is checked before the body is read", keys_off)
def body_after_a_wrong_key(scene: Scene) -> str | None:
    """A mebibyte to AGB's wire, whose key stands in the head."""
    count = kept_bodies(scene)
    scene.http("POST", "/mcp/getSession", content=bytes(MIB), headers={"authorization": "Bearer x"})
    return f"{count.most} bytes were kept" if count.most else None


def any_size(scene: Scene) -> None:
    """Keep bodies of any size, as many as come."""
    for name in ("MAX_KEYLESS_BODY", "MAX_WAITING"):
        scene.patch.setattr(request_body, name, 2**40)


@attack(STRANGERS, "the key must come within a bound", any_size)
def body_without_a_key(scene: Scene) -> str | None:
    """A body of two mebibytes in which no key comes, where one is allowed."""
    if request_body.MAX_KEYLESS_BODY < 2**40:
        scene.patch.setattr(request_body, "MAX_KEYLESS_BODY", MIB)
    count = kept_bodies(scene)
    scene.http("POST", "/?Action=ListSession", content=b"Args=" + b"x" * 2 * MIB)
    return f"{count.most} bytes were kept" if count.most > 1.5 * MIB else None


@attack(STRANGERS, "what waits for its key is bounded for all requests together", any_size)
def many_bodies_without_a_key(scene: Scene) -> str | None:
    """Eight bodies of half a mebibyte that do not end, where two mebibytes are allowed for all."""
    if request_body.MAX_WAITING < 2**40:
        scene.patch.setattr(request_body, "MAX_WAITING", 2 * MIB)
    with contextlib.ExitStack() as stack:
        for _ in range(8):
            sock = stack.enter_context(socket.create_connection(("127.0.0.1", scene.port), PATIENCE))
            first = f"POST /?Action=X HTTP/1.1\r\nHost: 127.0.0.1:{scene.port}\r\nContent-Length: {MIB}\r\n\r\n"
            sock.sendall(first.encode() + b"x" * (MIB // 2))
        last = stack.pop_all()
        with last:
            sock.settimeout(scene.slack)
            try:
                return None if b" 429 " in sock.recv(100) else "an answer"
            except TimeoutError:
                return "all are kept"


def parsed_queries(scene: Scene) -> Count:
    """Count the fields of queries that are parsed from now on."""
    count, real = Count(), parse_qsl

    def parse(*args: Any, **more: Any) -> list[tuple[str, str]]:
        found = real(*args, **more)
        count.add(len(found))
        return found

    scene.patch.setattr("starlette.datastructures.parse_qsl", parse)
    return count


@attack(
    HEADS,
    "a query of too many fields is refused before a field is parsed",
    lambda scene: scene.patch.setattr(query_limit, "MAX_FIELDS", MIB),
)
def fields_of_a_query(scene: Scene) -> str | None:
    """Queries of 10,000 fields, on each route that reads its query before a key."""
    count = parsed_queries(scene)
    for path in ("/health", "/instance/x/dashboard", "/contexts/x/files/y"):
        scene.http("GET", f"{path}?{'a&' * 10_000}")
    return f"{count.total} fields were parsed" if count.total > 1000 else None


@attack("wrong keys and tokens", KEY_FIRST, keys_off)
def which_operations_exist(scene: Scene) -> str | None:
    """Ask without a key for what there is, for what there is not, and with parameters that are none; compare."""
    forms = [("ListSession", {}), ("None", {}), ("GetAdbLink", {}), ("ListSession", {"MaxResults": "many"})]
    bay = {told(scene, f"/?Action={action}", data=form) for action, form in forms}
    paths = ["/mcp/getSession", "/mcp/none", "/browser/init", "/mcp/getSession?sessionId=%5B"]
    agb = {told(scene, path, json={"sessionId": 1}) for path in paths}
    return f"{bay | agb}" if len(bay) > 1 or len(agb) > 1 else None


def told(scene: Scene, path: str, **more: Any) -> str:
    """Return all of an answer that could tell one request from another."""
    answer = scene.http("POST", path, **more)
    body = {name: value for name, value in answer.json().items() if name.lower() != "requestid"}
    return f"{answer.status_code} {body}"


CONNECTIONS = "too many connections"


def idle(scene: Scene, port: int, many: int) -> list[socket.socket]:
    """Open connections that say nothing."""
    enter = scene.ending.enter_context
    return [enter(socket.create_connection(("127.0.0.1", port), PATIENCE)) for _ in range(many)]


def is_open(sock: socket.socket) -> bool:
    """Return whether the other side keeps a connection."""
    sock.settimeout(0)
    try:
        return bool(sock.recv(1))
    except BlockingIOError:
        return True
    except OSError:
        return False


def runs(session: Session) -> bool:
    """Return whether a command runs: none may while all other connections are too new to be closed for it."""
    try:
        return session.command.run("true").success
    except AgentBayError:
        return False


def holds(port: Callable[[Scene], int]) -> Callable[[Scene], str | None]:
    def attempt(scene: Scene) -> str | None:
        if connections.MAX_KEYLESS < MIB:
            scene.patch.setattr(connections, "MAX_KEYLESS", 20)
        at, session = port(scene), scene.session()
        open_ones = idle(scene, at, 60)
        if not scene.eventually(lambda: runs(session), 30):
            return "no command runs any more"
        closed = scene.eventually(lambda: sum(map(is_open, open_ones)) <= 20, 1)
        return None if closed and is_open(open_ones[-1]) else "all are kept"

    return attempt


def any_number(scene: Scene) -> None:
    """Keep as many connections as come."""
    scene.patch.setattr(connections, "MAX_KEYLESS", MIB)


for _name, _port in {"hundreds-of-idle-connections": lambda scene: scene.port, "and-to-a-link": link_port}.items():
    add(
        _name,
        CONNECTIONS,
        "connections without a key are bounded: a new one takes the place of the oldest idle one",
        holds(_port),
        any_number,
        f"60 connections that say nothing{', to a link' if 'link' in _name else ''}, where 20 are allowed.",
    )


@attack(
    CONNECTIONS,
    "the last descriptors are not for connections: the oldest idle one is closed for a new one",
    lambda scene: scene.patch.setattr(acceptor, "RESERVE", -MIB),
)
def descriptors_of_the_engine(scene: Scene) -> str | None:
    """Take all descriptors that the engine may have, by 60 connections where 30 are left."""
    session = scene.session()
    limit = max(int(found.name) for found in Path("/proc/self/fd").iterdir()) + 92
    scene.patch.setattr(acceptor, "descriptor_limit", lambda: limit)
    open_ones = idle(scene, scene.port, 60)
    if not scene.eventually(lambda: runs(session), 30):
        return "no command runs any more"
    return None if scene.eventually(lambda: not all(map(is_open, open_ones)), 1) else "all are kept"


def accept_as_asyncio(scene: Scene) -> None:
    """Accept connections as uvicorn does, by asyncio's own server."""
    scene.patch.setattr(listener._Server, "startup", uvicorn.Server.startup)


@attack(CONNECTIONS, "an engine that is out of descriptors pauses, and says so once", accept_as_asyncio)
def log_without_an_end(scene: Scene) -> str | None:
    """Connect while there are no descriptors: each attempt to accept is to write a traceback."""
    other, real = scene.apart(), socket.socket.accept
    left = list(range(50))

    def accept(sock: socket.socket) -> Any:
        if sock.getsockname()[1] == other.port and left:
            left.pop()
            raise OSError(errno.EMFILE, "Too many open files")
        return real(sock)

    with logged() as lines, scene.patch.context() as patch:
        patch.setattr(socket.socket, "accept", accept)
        other.http("GET", "/health")
    return f"{len(lines)} lines" if len(lines) > 2 else None


@contextlib.contextmanager
def logged() -> Iterator[list[str]]:
    """Collect what is logged, as warnings or worse."""
    handler, root = LogCapture(), logging.getLogger()
    root.addHandler(handler)
    try:
        yield handler.lines
    finally:
        root.removeHandler(handler)


def all_of_it(scene: Scene) -> None:
    """Read on, whatever comes after the response."""
    scene.patch.setattr(http_protocol, "MAX_UNREAD_EVENTS", MIB)


@attack(HEADS, "a body that goes on after the response is read for a bounded while", all_of_it)
def chunks_after_the_response(scene: Scene) -> str | None:
    """20,000 chunks of a byte each, which go on after the refusal."""
    with parsed_chunks(scene) as count:
        scene.raw(scene.port, head(scene.port, "Transfer-Encoding: chunked") + b"1\r\nx\r\n" * 20_000 + b"0\r\n\r\n")
    return f"{count.total} chunks were parsed" if count.total > 5000 else None


@attack(STRANGERS, "a body in which the key is to come must have a length", keys_off)
def chunks_without_a_key(scene: Scene) -> str | None:
    """A form of 20,000 chunks of a byte each, in which no key comes."""
    first = f"POST /?Action=ListSession HTTP/1.1\r\nHost: 127.0.0.1:{scene.port}\r\nTransfer-Encoding: chunked\r\n\r\n"
    with parsed_chunks(scene) as count:
        scene.raw(scene.port, first.encode() + b"1\r\nx\r\n" * 20_000 + b"0\r\n\r\n")
    return f"{count.total} chunks were parsed" if count.total > 5000 else None
