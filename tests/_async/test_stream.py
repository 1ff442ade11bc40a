"""A stream by itself: to send and to receive at the same time."""

from sessionbay._concurrency._async import connect

from ..raw_server import BOUND, Peer, RawServer
from ..threads._async import Background

SIZE = 8_000_000  # bytes; more than the buffers of both systems take


async def test_a_receiver_waits_on_while_the_peer_takes_what_is_sent() -> None:
    def script(peer: Peer) -> None:
        remaining = SIZE
        while remaining:
            remaining -= len(peer.sock.recv(65536))
        peer.server.reached.wait(BOUND)
        peer.write(b"all of it")

    received: list[bytes] = []
    with RawServer(script) as server:
        stream = (await connect("127.0.0.1", server.port, None, BOUND)).full_duplex()

        async def receive() -> None:
            received.append(await stream.receive(BOUND))

        async with Background() as beside:
            beside.start(receive)
            await stream.send(bytes(SIZE), BOUND)
            server.reached.set()
        await stream.aclose()
    assert received == [b"all of it"]
