"""What peers do wrong, and what takes too long: each ends in time, by httpx's name, and leaves no connection behind."""

import socket
import time
from typing import Any

import httpx
import pytest

from sessionbay import AsyncAgentBay, RetryPolicy, SessionError
from sessionbay._async.http.pool import PoolCounts

from ..fake_cloud import KEY
from ..raw_server import (
    BEYOND,
    BOUND,
    Peer,
    RawServer,
    Script,
    always,
    answer,
    black_hole,
    once,
    once_and_close,
    silence,
)
from .carrier import Carrier

HEAD = b"HTTP/1.1 200 OK\r\n"
CUT_OFF = {
    "closed without an answer": b"",
    "closed in the head": HEAD + b"Content-Le",
    "closed in the body": HEAD + b"Content-Length: 10\r\n\r\nabc",
    "closed in a chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab",
    "closed between chunks": HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
    "closed after a hint": b"HTTP/1.1 103 Early Hints\r\n\r\n",
}
NO_HTTP = {
    "garbage": b"\x00\x01\x02\xff" * 10,
    "another protocol": b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
    "no number for a status": b"HTTP/1.1 OK 200\r\n\r\n",
    "a header without a colon": HEAD + b"no colon\r\n\r\n",
    "lengths that differ": HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "a chunk without a size": HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    "an unasked upgrade": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
}


def reset_at_once(peer: Peer) -> None:
    peer.read()
    peer.reset()


def reset_in_the_body(peer: Peer) -> None:
    peer.read()
    peer.write(HEAD + b"Content-Length: 10\r\n\r\nabc")
    peer.server.reached.wait(0.05)
    peer.reset()


def huge_head(peer: Peer) -> None:
    peer.read()
    peer.write(HEAD + b"X-Large: " + b"x" * 1_000_000 + b"\r\n\r\n")


def endless_head(peer: Peer) -> None:
    peer.read()
    while True:
        peer.write(b"X-More: more\r\n" * 1000 if peer.server.reached.is_set() else HEAD)
        peer.server.reached.set()


def read_nothing(peer: Peer) -> None:
    peer.server.ending.wait(BOUND)


def endless_hints(peer: Peer) -> None:
    peer.read()
    while True:
        peer.write(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100)


def endless_body(peer: Peer) -> None:
    peer.read()
    peer.write(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    while True:
        peer.write(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")


WRONG: dict[str, tuple[Script, type[httpx.TransportError]]] = {
    **{name: (once_and_close(data), httpx.RemoteProtocolError) for name, data in CUT_OFF.items()},
    **{name: (once(data), httpx.RemoteProtocolError) for name, data in NO_HTTP.items()},
    "reset at once": (reset_at_once, httpx.ReadError),
    "reset in the body": (reset_in_the_body, httpx.ReadError),
    "a huge head": (huge_head, httpx.RemoteProtocolError),
    "an endless head": (endless_head, httpx.RemoteProtocolError),
    "endless hints": (endless_hints, httpx.RemoteProtocolError),
}
every_wrong = pytest.mark.parametrize(("script", "error"), WRONG.values(), ids=WRONG)


def dripping(data: bytes) -> Script:
    """Return the script that sends ``data`` so slowly that it never ends, and never pauses for long."""

    def script(peer: Peer) -> None:
        peer.read()
        peer.drip(data, 0.05)

    return script


NEVER_DONE: dict[str, Script] = {
    "silence": silence,
    "a dripping head": dripping(answer(b"ok", "X-Long: " + "x" * 1000)),
    "a dripping body": dripping(answer(b"x" * 1000)),
    "dripping chunks": dripping(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 1000),
    "an endless body": endless_body,
}


@every_wrong
async def test_what_a_peer_does_wrong_has_httpxs_name(script: Script, error: type[httpx.TransportError]) -> None:
    with RawServer(script) as server:
        async with Carrier() as carrier:
            with pytest.raises(error):
                await carrier.ask(server.url)


@every_wrong
async def test_a_failure_leaves_no_connection_behind(script: Script, error: type[httpx.TransportError]) -> None:
    with RawServer(script, always(answer())) as server:
        async with Carrier(most=1) as carrier:
            with pytest.raises(error):
                await carrier.ask(server.url)
            assert carrier.counts == PoolCounts()
            assert await carrier.ask_often(server.url, 1) == [200]


async def test_a_peer_that_closes_without_an_answer_is_reported_in_plain_words() -> None:
    with RawServer(once_and_close()) as server:
        async with Carrier() as carrier:
            with pytest.raises(httpx.RemoteProtocolError, match="closed the connection before its response ended"):
                await carrier.ask(server.url)


@pytest.mark.parametrize("script", NEVER_DONE.values(), ids=NEVER_DONE)
async def test_a_call_ends_at_its_deadline_whatever_the_peer_does(script: Script) -> None:
    with RawServer(script) as server:
        async with Carrier() as carrier:
            began = time.monotonic()
            with pytest.raises(httpx.TimeoutException):
                await carrier.ask(server.url, within=0.2)
            assert 0.198 <= time.monotonic() - began < 0.2 + BEYOND  # uvloop's clock counts milliseconds
            assert carrier.counts == PoolCounts()


async def test_a_read_takes_no_longer_than_its_limit() -> None:
    with RawServer(silence) as server:
        async with Carrier() as carrier:
            with pytest.raises(httpx.ReadTimeout, match=r"nothing came within 0\.05 s"):
                await carrier.ask(server.url, read=0.05)


async def test_a_body_has_the_limit_for_each_of_its_pieces() -> None:
    def slow(peer: Peer) -> None:
        peer.read()
        peer.write(answer(b"")[:-4].replace(b": 0", b": 5") + b"\r\n\r\n")
        peer.drip(b"abcde", 0.7)

    with RawServer(slow) as server:
        async with Carrier() as carrier:
            assert (await carrier.ask(server.url, read=3.0)).text == "abcde"


@pytest.mark.parametrize("limit", ["write", "within"])
async def test_sending_takes_no_longer_than_its_limit(limit: str) -> None:
    with RawServer(read_nothing) as server:
        async with Carrier() as carrier:
            with pytest.raises(httpx.WriteTimeout, match=r"not sent within 0\.\d+ s"):
                await carrier.ask(server.url, "POST", b"x" * 16_000_000, **{limit: 0.9})


@pytest.mark.parametrize("limit", ["connect", "within"])
async def test_connecting_takes_no_longer_than_its_limit(limit: str) -> None:
    with black_hole() as url:
        async with Carrier() as carrier:
            began = time.monotonic()
            with pytest.raises(httpx.ConnectTimeout, match=r"no connection to 127\.0\.0\.1 within 0\.\d+ s"):
                await carrier.ask(url, **{limit: 0.5})
            assert time.monotonic() - began < 0.5 + BEYOND
            assert carrier.counts == PoolCounts()


async def test_the_next_address_of_a_host_is_tried_when_one_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    original = socket.getaddrinfo

    def two_addresses(host: Any, port: Any, *args: Any, **options: Any) -> list[Any]:
        names = ["127.0.0.2", "127.0.0.1"] if host in ("two.example", b"two.example") else [host]
        return [found for name in names for found in original(name, port, *args, **options)]

    with RawServer() as server, black_hole("127.0.0.2", server.port) as url:
        monkeypatch.setattr(socket, "getaddrinfo", two_addresses)
        async with Carrier() as carrier:
            assert (await carrier.ask(url.replace("127.0.0.2", "two.example"), connect=3.0)).text == "ok"


async def test_a_refused_connection_has_httpxs_name() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with Carrier() as carrier:
        with pytest.raises(httpx.ConnectError, match=r"no connection to 127\.0\.0\.1"):
            await carrier.ask(url)
        assert carrier.counts == PoolCounts()


async def test_a_host_that_no_name_server_could_know_has_httpxs_name() -> None:
    async with Carrier() as carrier:
        with pytest.raises(httpx.ConnectError):
            await carrier.ask(f"http://{'a' * 64}.invalid")
        assert carrier.counts == PoolCounts()


@pytest.mark.parametrize("headers", [[("Bad Name", "x")], [("X-Bad", "line\nbreak")]], ids=["name", "value"])
async def test_a_header_that_cannot_be_sent_is_not_sent(headers: list[tuple[str, str]]) -> None:
    with RawServer() as server:
        async with Carrier(most=1) as carrier:
            with pytest.raises(httpx.LocalProtocolError):
                await carrier.ask(server.url, headers=headers)
            assert carrier.counts == PoolCounts()
            assert await carrier.ask_often(server.url, 1) == [200]
        assert len(server.requests) == 1


async def test_a_body_that_is_shorter_than_its_length_is_an_error() -> None:
    with RawServer() as server:
        async with Carrier() as carrier:
            with pytest.raises(httpx.LocalProtocolError):
                await carrier.ask(server.url, headers=[("Content-Length", "5")])
            assert carrier.counts == PoolCounts()


@pytest.mark.parametrize(
    ("payload", "kind"),
    [(payload, "invalid_response") for payload in NO_HTTP.values()]
    + [(payload, "unreachable") for payload in CUT_OFF.values()],
    ids=[*NO_HTTP, *CUT_OFF],
)
async def test_a_client_distinguishes_nonsense_from_a_connection_that_broke(payload: bytes, kind: str) -> None:
    with RawServer(once_and_close(payload)) as server:
        async with AsyncAgentBay(KEY, endpoint=server.url, retry=RetryPolicy(attempts=1)) as bay:
            with pytest.raises(SessionError) as raised:
                await bay.list()
    assert (raised.value.kind, raised.value.outcome) == (kind, "unknown")
