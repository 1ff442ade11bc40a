"""One client on several event loops, one after the other: each has connections of its own."""

import asyncio

import anyio
import pytest

from .._async.carrier import Carrier
from ..garbage import collect
from ..http_requests import request
from ..raw_server import Peer, RawServer, answer, until

unclosed = pytest.mark.filterwarnings(
    "ignore:unclosed:ResourceWarning", "ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning"
)  # anyone who leaves a loop without closing is reported so


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@unclosed
def test_a_second_event_loop_makes_connections_of_its_own(backend: str) -> None:
    with RawServer() as server:
        carrier = Carrier()
        for _ in range(2):
            assert anyio.run(carrier.ask_often, server.url, 2, backend=backend) == [200, 200]
        assert server.accepted == 2
        anyio.run(carrier.transport.aclose, backend=backend)
    del carrier
    collect()


@unclosed
def test_the_connections_of_an_event_loop_that_ended_are_not_held_for_ever() -> None:
    with RawServer() as server:
        carrier = Carrier()
        for _ in range(3):
            asyncio.run(carrier.ask_often(server.url, 1))
            collect()
        until(lambda: server.open <= 1)
        del carrier
        collect()


def test_a_transport_that_was_closed_on_one_loop_serves_the_next() -> None:
    async def use(carrier: Carrier, url: str) -> int:
        status = (await carrier.ask(url)).status_code
        await carrier.transport.aclose()
        return status

    with RawServer() as server:
        carrier = Carrier()
        assert [anyio.run(use, carrier, server.url, backend=backend) for backend in ("asyncio", "trio")] == [200, 200]


async def test_a_large_answer_holds_its_peer_back_until_it_is_read() -> None:
    def much(peer: Peer) -> None:
        peer.read()
        peer.write(answer(b"x" * 30_000_000))
        peer.server.reached.set()

    with RawServer(much) as server, RawServer() as other:
        async with Carrier() as carrier:
            response = await carrier.transport.handle_async_request(request(server.url))
            await carrier.ask_often(other.url, 50)
            assert not server.reached.is_set()
            size = 0
            async for piece in response.stream:  # type: ignore[union-attr]
                size += len(piece)
            assert size == 30_000_000
