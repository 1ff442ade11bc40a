"""Attacks by input that is made to be expensive: heads, chunks and bodies of strangers. Work is counted, not timed."""

import contextlib
import socket
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import h11
from h11 import _readers

from sessionbay.engine import http_protocol

from .attack import add, attack
from .scene import PATIENCE, Scene

HEADS = "expensive requests"
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


@attack(HEADS, "so many chunks are parsed before others get their turn, however small they are", all_events)
def chunks_of_a_byte(scene: Scene) -> str | None:
    """A body of 10,000 chunks of a byte each."""
    with parsed_chunks(scene) as count:
        scene.raw(scene.port, head(scene.port, "Transfer-Encoding: chunked") + b"1\r\nx\r\n" * 10_000 + b"0\r\n\r\n")
    return f"{count.most} chunks were parsed at once" if count.most > 1000 else None
