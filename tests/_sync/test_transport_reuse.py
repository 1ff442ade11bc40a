# Generated from tests/_async/test_transport_reuse.py by scripts/generate_sync.py. Do not edit.
"""Which connections are used again, and what becomes of those that are not."""

import httpx
import pytest

from sessionbay._sync.http.pool import PoolCounts

from ..raw_server import BOUND, Peer, RawServer, always, answer
from ..threads._sync import Background, until
from .carrier import Carrier
from .clock import FakeClock


def answer_then(last: str) -> RawServer:
    """Return a server that ends its first connection, once it has answered, in this way; the later ones it keeps."""

    def script(peer: Peer) -> None:
        peer.read()
        peer.write(answer())
        getattr(peer, last)()
        peer.server.reached.set()
        if last == "finish":
            peer.wait_for_end()

    return RawServer(script, always(answer()))


@pytest.mark.parametrize("last", ["close", "finish", "reset"])
def test_a_connection_that_the_peer_ended_is_noticed_before_the_next_request(last: str) -> None:
    with answer_then(last) as server:
        with Carrier() as carrier:
            carrier.ask(server.url)
            assert server.reached.wait(BOUND)
            assert carrier.ask_often(server.url, 2) == [200, 200]
        assert server.accepted == 2


def test_a_connection_that_waits_too_long_is_closed() -> None:
    clock = FakeClock()
    with RawServer() as server:
        with Carrier(kept=20, clock=clock.monotonic) as carrier:
            carrier.ask(server.url)
            clock.now += 20.5
            carrier.ask(server.url)
            assert (server.accepted, carrier.counts) == (2, PoolCounts(idle=1, origins=1))
            until(lambda: server.open == 1)


def test_a_connection_that_does_not_wait_too_long_is_used_again() -> None:
    clock = FakeClock()
    with RawServer() as server:
        with Carrier(kept=20, clock=clock.monotonic) as carrier:
            for _ in range(3):
                carrier.ask(server.url)
                clock.now += 19.5
        assert server.accepted == 1


def test_a_request_to_another_origin_closes_what_waits_too_long() -> None:
    clock = FakeClock()
    with RawServer() as server, RawServer() as other:
        with Carrier(kept=20, clock=clock.monotonic) as carrier:
            carrier.ask(server.url)
            clock.now += 20.5
            carrier.ask(other.url)
            until(lambda: server.open == 0)
            assert carrier.counts == PoolCounts(idle=1, origins=1)


def test_the_connection_that_waits_longest_makes_room_for_one_to_another_origin() -> None:
    with RawServer() as first, RawServer() as second, RawServer() as third:
        with Carrier(most=2) as carrier:
            for server in (first, second, third):
                carrier.ask(server.url)
            until(lambda: (first.open, second.open, third.open) == (0, 1, 1))
            assert carrier.counts == PoolCounts(idle=2, origins=2)


def test_an_origin_whose_connections_are_gone_leaves_nothing_behind() -> None:
    def leave(peer: Peer) -> None:
        peer.read()
        peer.write(answer(b"", "Connection: close"))

    with RawServer(leave) as server:
        with Carrier() as carrier:
            carrier.ask(server.url)
            assert carrier.counts == PoolCounts()


def test_closing_closes_what_is_idle_at_once() -> None:
    with RawServer() as server:
        with Carrier() as carrier:
            carrier.ask(server.url)
            carrier.transport.close()
            until(lambda: server.open == 0)


def test_closing_leaves_what_is_busy_until_it_is_given_back() -> None:
    with RawServer(always(answer(b"x" * 100_000))) as server:
        with Carrier() as carrier:
            response = carrier.begin(server.url)
            carrier.transport.close()
            assert server.open == 1
            assert len(b"".join([piece for piece in response.stream])) == 100_000  # type: ignore[union-attr]
            until(lambda: server.open == 0)


def test_a_body_that_was_not_read_to_its_end_makes_room_for_the_next_request() -> None:
    with RawServer(always(answer(b"x" * 10_000_000))) as server:
        with Carrier(most=1) as carrier:
            response = carrier.begin(server.url)
            response.close()
            assert carrier.ask_often(server.url, 1) == [200]
            assert server.accepted == 2


def test_there_are_never_more_connections_than_the_limit() -> None:
    with RawServer() as server:
        with Carrier(most=3) as carrier:
            with Background() as beside:
                for _ in range(40):
                    beside.start(carrier.ask, server.url)
            assert carrier.counts == PoolCounts(idle=3, origins=1)
        assert (len(server.requests), server.most) == (40, 3)


def test_a_request_waits_for_a_connection_no_longer_than_its_limit() -> None:
    with RawServer() as server:
        with Carrier(most=1) as carrier:
            response = carrier.begin(server.url)
            with pytest.raises(httpx.PoolTimeout, match=r"all 1 connections were busy for 0\.05 s"):
                carrier.ask(server.url, pool=0.05)
            response.close()
            assert carrier.ask_often(server.url, 2) == [200, 200]


def test_a_request_waits_for_a_connection_no_longer_than_its_deadline() -> None:
    with RawServer() as server:
        with Carrier(most=1) as carrier:
            response = carrier.begin(server.url)
            with pytest.raises(httpx.PoolTimeout):
                carrier.ask(server.url, within=0.05)
            response.close()
            assert carrier.counts == PoolCounts()
