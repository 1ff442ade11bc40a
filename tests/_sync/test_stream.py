# Generated from tests/_async/test_stream.py by scripts/generate_sync.py. Do not edit.
"""A stream by itself: to send and to receive at the same time."""

from sessionbay._concurrency._sync import connect

from ..raw_server import BOUND, Peer, RawServer
from ..threads._sync import Background

SIZE = 8_000_000  # bytes; more than the buffers of both systems take


def test_a_receiver_waits_on_while_the_peer_takes_what_is_sent() -> None:
    def script(peer: Peer) -> None:
        remaining = SIZE
        while remaining:
            remaining -= len(peer.sock.recv(65536))
        peer.server.reached.wait(BOUND)
        peer.write(b"all of it")

    received: list[bytes] = []
    with RawServer(script) as server:
        stream = (connect("127.0.0.1", server.port, None, BOUND)).full_duplex()

        def receive() -> None:
            received.append(stream.receive(BOUND))

        with Background() as beside:
            beside.start(receive)
            stream.send(bytes(SIZE), BOUND)
            server.reached.set()
        stream.close()
    assert received == [b"all of it"]
