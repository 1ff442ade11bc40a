"""Threads that share one sync transport, and a fork's child, which must not."""

import os
import threading

import httpx
import pytest

from sessionbay._sync.http.pool import PoolCounts

from .._sync.carrier import Carrier
from ..certificates import client_context, server_context
from ..raw_server import BOUND, Peer, RawServer, answer, once
from ..threads._sync import Background


def echo(peer: Peer) -> None:
    while request := peer.read():
        peer.write(answer(request.split()[1] * 500))


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_threads_that_share_a_transport_get_their_own_answers(tls: bool) -> None:
    with RawServer(echo, tls=server_context() if tls else None) as server:
        with Carrier(most=4, verify=client_context()) as carrier:

            def ask(thread: int) -> None:
                for number in range(20):
                    target = f"/{thread}-{number}"
                    assert carrier.ask(server.url + target).text == target * 500

            with Background() as beside:
                for thread in range(12):
                    beside.start(ask, thread)
            assert carrier.counts == PoolCounts(idle=carrier.counts.idle, origins=1)
        assert server.most <= 4
        assert len(server.requests) == 240


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_closing_an_answer_wakes_the_thread_that_reads_it(tls: bool) -> None:
    begun = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"
    tls_of_server = server_context() if tls else None
    with RawServer(once(begun), tls=tls_of_server) as server, Carrier(verify=client_context()) as carrier:
        response = carrier.begin(server.url)
        pieces = response.iter_raw()
        assert next(pieces) == b"abc"
        reading = threading.Event()

        def read() -> None:
            reading.set()
            with pytest.raises(httpx.TransportError):
                next(pieces)

        with Background() as beside:
            beside.start(read)
            assert reading.wait(BOUND)
            response.close()
        assert carrier.counts == PoolCounts()


def test_closing_a_transport_while_threads_use_it_leaves_no_connection() -> None:
    with RawServer(echo) as server, Carrier(most=4) as carrier:
        busy = [carrier.begin(f"{server.url}/{number}") for number in range(4)]
        carrier.transport.close()
        with Background() as beside:
            for response in busy:
                beside.start(response.read)
        assert carrier.counts == PoolCounts()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")  # of threads, which are the server's
def test_a_forks_child_makes_connections_of_its_own() -> None:
    with RawServer() as server, Carrier() as carrier:
        carrier.ask(server.url)
        child = os.fork()
        if not child:
            os._exit(0 if carrier.counts == PoolCounts() else 1)
        assert os.waitpid(child, 0)[1] == 0
        assert carrier.counts == PoolCounts(idle=1, origins=1)
