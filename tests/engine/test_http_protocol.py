"""The engine's HTTP/1.1 connections: what is bounded, and that all else arrives as it was sent."""

import asyncio
import errno
import socket
from collections.abc import Coroutine
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from sessionbay.engine import connections, http_protocol
from sessionbay.engine.listener import Listener

from .processes import ENOUGH


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the body, or at once on the path ``/early``."""
    request = Request(scope, receive)
    body = b"" if scope["path"] == "/early" else await request.body()
    await PlainTextResponse(body)(scope, receive, send)


async def exchange(*sent: bytes) -> bytes:
    """Send bytes to a listener; return all that comes until it closes."""
    listener = Listener()
    await listener.start(echo)
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        writer.writelines(sent)
        came = await reader.read(-1)
        writer.close()
        return came
    finally:
        await listener.stop()


def run(work: Coroutine[Any, Any, bytes]) -> bytes:
    """Run ``work`` within a bound."""
    return asyncio.run(asyncio.wait_for(work, ENOUGH))


def post(*lines: str, path: str = "/") -> bytes:
    return "\r\n".join([f"POST {path} HTTP/1.1", "Host: x", *lines, "", ""]).encode()


CLOSE = "Connection: close"
LAST = post(CLOSE, "Content-Length: 4") + b"last"


def test_many_small_chunks_arrive_in_order_and_so_does_the_next_request() -> None:
    pieces = [str(number).encode() for number in range(3000)]
    chunked = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    came = run(exchange(post("Transfer-Encoding: chunked"), chunked, b"0\r\n\r\n", LAST))
    assert b"".join(pieces) in came
    assert came.endswith(b"\r\n\r\nlast")


def test_a_large_body_arrives_whole_and_so_does_the_next_request() -> None:
    body = bytes(range(256)) * 4096
    came = run(exchange(post(f"Content-Length: {len(body)}"), body, LAST))
    assert body in came
    assert came.endswith(b"\r\n\r\nlast")


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ([f"X-{number}: a" for number in range(90)], b"200"),
        ([f"X-{number}: a" for number in range(100)], b"431"),
        (["X: " + "a" * 60_000], b"200"),
        (["X: " + "a" * 66_000], b"431"),
    ],
    ids=["93 lines", "103 lines", "60 kB", "66 kB"],
)
def test_a_head_has_a_bound(lines: list[str], status: bytes) -> None:
    assert run(exchange(post(CLOSE, *lines)))[9:12] == status


def test_trailers_have_a_bound() -> None:
    body = b"1\r\nx\r\n0\r\n" + b"a: b\r\n" * 101 + b"\r\n"
    assert run(exchange(post(CLOSE, "Transfer-Encoding: chunked"), body))[9:12] == b"431"


def test_a_body_that_goes_on_after_the_response_does_not_keep_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_protocol, "UNREAD_BODY_TIMEOUT", 0.05)

    async def talk() -> bytes:
        listener = Listener()
        await listener.start(echo)
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
            writer.write(post("Content-Length: 1000000000", path="/early"))
            status = (await reader.readline())[9:12]
            with pytest.raises(ConnectionError):
                while True:
                    writer.write(b"x")
                    await writer.drain()
                    await asyncio.sleep(0)
            writer.close()
            return status
        finally:
            await listener.stop()

    assert run(talk()) == b"200"


def test_a_connection_without_a_key_makes_room_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MAX_KEYLESS", 2)
    monkeypatch.setattr(connections, "GRACE", 0.0)

    async def talk() -> bytes:
        listener = Listener()
        await listener.start(echo)
        try:
            opened = [await asyncio.open_connection("127.0.0.1", listener.port) for _ in range(3)]
            came = await opened[0][0].read(-1)
            opened[2][1].write(LAST)
            came += await opened[2][0].read(-1)
            for _, writer in opened:
                writer.close()
            return came
        finally:
            await listener.stop()

    assert run(talk()).endswith(b"\r\n\r\nlast")


def test_without_descriptors_a_client_is_refused_once_and_served_later(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def talk() -> bytes:
        listener = Listener()
        await listener.start(echo)
        accept, failures = socket.socket.accept, [errno.EMFILE]

        def out_of_descriptors(sock: socket.socket) -> Any:
            if sock.getsockname()[1] == listener.port and failures:
                raise OSError(failures.pop(), "Too many open files")
            return accept(sock)

        monkeypatch.setattr(socket.socket, "accept", out_of_descriptors)
        try:
            came = b""
            for _ in range(2):
                reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
                writer.write(LAST)
                came += await reader.read(-1)
                writer.close()
            return came
        finally:
            await listener.stop()

    came = run(talk())
    assert came.startswith(b"HTTP/1.1 429 ")
    assert b"Nothing was done" in came
    assert came.endswith(b"\r\n\r\nlast")
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_a_new_connection_is_not_closed_for_a_newer_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MAX_KEYLESS", 1)

    async def talk() -> bytes:
        listener = Listener()
        await listener.start(echo)
        try:
            first = await asyncio.open_connection("127.0.0.1", listener.port)
            second = await asyncio.open_connection("127.0.0.1", listener.port)
            came = b""
            for reader, writer in (first, second):
                writer.write(LAST)
                came += await reader.read(-1)
                writer.close()
            return came
        finally:
            await listener.stop()

    assert run(talk()).count(b"\r\n\r\nlast") == 2
