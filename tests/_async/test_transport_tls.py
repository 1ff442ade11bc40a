"""TLS: certificate verification, and connections that are used again."""

import ssl
import time

import httpx
import pytest

from sessionbay._async.http.pool import PoolCounts
from sessionbay._concurrency._async import checkpoint, connect

from ..certificates import client_context, server_context
from ..raw_server import BEYOND, BOUND, Peer, RawServer, Script, always, answer, eager, once_and_close
from ..threads._async import until
from .carrier import Carrier

LARGE = bytes(range(256)) * 4096


def secured(*scripts: Script) -> RawServer:
    return RawServer(*scripts, tls=server_context())


async def test_a_peer_with_a_certificate_of_a_trusted_authority_is_talked_to() -> None:
    with secured() as server:
        async with Carrier(verify=client_context()) as carrier:
            assert (await carrier.ask(server.url)).text == "ok"


async def test_a_peer_that_nobody_vouches_for_is_refused() -> None:
    with secured() as server:
        async with Carrier(verify=ssl.create_default_context()) as carrier:
            with pytest.raises(httpx.ConnectError, match="certificate verify failed"):
                await carrier.ask(server.url)
            assert carrier.counts == PoolCounts()
        assert server.requests == []


async def test_a_peer_whose_certificate_names_another_host_is_refused() -> None:
    with secured() as server:
        async with Carrier(verify=client_context()) as carrier:
            with pytest.raises(httpx.ConnectError):
                await carrier.ask(server.url.replace("127.0.0.1", "127.0.0.2"))


async def test_a_peer_is_not_verified_where_that_is_not_wanted() -> None:
    with secured() as server:
        async with Carrier(verify=False) as carrier:
            assert (await carrier.ask(server.url)).text == "ok"


async def test_a_peer_that_does_not_speak_tls_has_httpxs_name() -> None:
    def plain(peer: Peer) -> None:
        peer.read_head()
        peer.write(answer(status="400 Bad Request"))

    with RawServer(plain) as server:
        async with Carrier(verify=client_context()) as carrier:
            with pytest.raises(httpx.ConnectError):
                await carrier.ask(server.url.replace("http:", "https:"))


async def test_a_handshake_that_never_ends_is_given_up_at_its_limit() -> None:
    with RawServer(lambda peer: peer.drip(b"\x16\x03\x03\x40\x00" + b"\x02" * 1000, 0.02)) as server:
        async with Carrier(verify=client_context()) as carrier:
            began = time.monotonic()
            with pytest.raises((httpx.ConnectTimeout, httpx.ConnectError)):
                await carrier.ask(server.url.replace("http:", "https:"), within=0.2)
            assert time.monotonic() - began < 0.2 + BEYOND


async def test_a_connection_over_tls_is_used_again() -> None:
    with secured() as server:
        async with Carrier(verify=client_context()) as carrier:
            await carrier.ask_often(server.url, 3)
        assert server.accepted == 1


async def test_large_requests_and_answers_arrive_whole_over_tls() -> None:
    with secured(always(answer(LARGE))) as server:
        async with Carrier(verify=client_context()) as carrier:
            assert (await carrier.ask(server.url, "POST", LARGE)).content == LARGE
        assert server.requests[0].endswith(LARGE)


async def test_what_came_together_with_an_answer_over_tls_does_not_answer_the_next_request() -> None:
    with secured(eager, always(answer(b"second"))) as server:
        async with Carrier(verify=client_context()) as carrier:
            response = await carrier.begin(server.url)
            assert server.reached.wait(BOUND)
            reported = b"".join([piece async for piece in response.stream])  # type: ignore[union-attr]
            assert [reported, (await carrier.ask(server.url)).content] == [b"first", b"second"]


async def test_a_connection_over_tls_that_the_peer_closed_is_noticed_before_the_next_request() -> None:
    with secured(once_and_close(answer()), always(answer())) as server:
        async with Carrier(verify=client_context()) as carrier:
            await carrier.ask(server.url)
            await until(lambda: server.open == 0)
            assert await carrier.ask_often(server.url, 1) == [200]
        assert server.accepted == 2


async def test_looking_for_unread_data_over_tls_loses_none_of_it() -> None:
    sent = bytes(range(250)) * 80  # two records of TLS, which arrive together

    def script(peer: Peer) -> None:
        peer.write(sent)
        peer.flush()
        peer.server.reached.set()
        peer.wait_for_end()

    with secured(script) as server:
        url = httpx.URL(server.url)
        stream = await connect(url.host, url.port or 0, client_context(), BOUND)
        await checkpoint()  # uvloop sends the end of the handshake in its next turn
        assert server.reached.wait(BOUND)
        received = b""
        while len(received) < len(sent):
            assert not stream.is_quiet()
            received += await stream.receive(BOUND)
        assert stream.is_quiet()
        await stream.aclose()
    assert received == sent


async def test_an_answer_over_tls_that_is_cut_off_is_an_error() -> None:
    with secured(once_and_close(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")) as server:
        async with Carrier(verify=client_context()) as carrier:
            with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
                await carrier.ask(server.url)
            assert carrier.counts == PoolCounts()


async def test_a_call_over_tls_ends_at_its_deadline() -> None:
    def drip(peer: Peer) -> None:
        peer.read()
        peer.drip(answer(b"x" * 1000), 0.02)

    with secured(drip) as server:
        async with Carrier(verify=client_context()) as carrier:
            began = time.monotonic()
            with pytest.raises(httpx.ReadTimeout):
                await carrier.ask(server.url, within=2.0)
            assert time.monotonic() - began < 2.0 + BEYOND
