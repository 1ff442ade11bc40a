"""What strangers can cost the engine's event loop: ``python -m bench.door``."""

import asyncio
import contextlib
import logging
import socket
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from sessionbay import AgentBay
from sessionbay.engine import EngineConfig
from sessionbay.engine.engine import Engine
from sessionbay.engine.loop_meter import LoopMeter, MeteredSelector

MIB = 2**20
TRIES = 3
GOAL = 5.0  # ms of the loop's own processor time in one turn, without a key
FIELDS = b"&".join(b"f%d=" % number for number in range(900_000))[: 8 * MIB]


def head(port: int, first: str = "POST /mcp/getSession HTTP/1.1", *lines: str) -> bytes:
    """Return the head of a request."""
    return "\r\n".join([first, f"Host: 127.0.0.1:{port}", *lines, "", ""]).encode()


def sized(port: int, path: str, body: bytes) -> bytes:
    """Return a request with a body."""
    return head(port, f"POST {path} HTTP/1.1", f"Content-Length: {len(body)}") + body


UPGRADE = (
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: " + "A" * 22 + "==",
)
REQUESTS: dict[str, Callable[[int], bytes]] = {
    "GET /health": lambda port: head(port, "GET /health HTTP/1.1"),
    "a head of 1 MiB in short lines": lambda port: head(port, "GET / HTTP/1.1", *["a:"] * 250_000),
    "a head of 60 KiB in 90 lines": lambda port: head(port, "GET / HTTP/1.1", *["x: " + "a" * 670] * 90),
    "a path of 60 KiB in percent signs": lambda port: head(port, f"GET /{'%41' * 20_000} HTTP/1.1"),
    "a query of 60 KiB in fields": lambda port: head(port, f"GET /health?{'a&' * 30_000} HTTP/1.1"),
    "a query of 60 KiB in percent signs": lambda port: head(port, f"GET /health?challenge={'%41' * 20_000} HTTP/1.1"),
    "60 KiB of cookies": lambda port: head(port, "GET / HTTP/1.1", "Cookie: " + "a=b;" * 15_000),
    "1 MiB of trailers": lambda port: (
        head(port, "POST / HTTP/1.1", "Transfer-Encoding: chunked") + b"1\r\nx\r\n0\r\n" + b"a:\r\n" * 260_000
    ),
    "1 MiB in chunks of a byte": lambda port: (
        head(port, "POST / HTTP/1.1", "Transfer-Encoding: chunked") + b"1\r\nx\r\n" * 170_000
    ),
    "a form of 8 MiB in fields": lambda port: sized(port, "/?Action=ListSession", FIELDS[: 8 * MIB - 20]),
    "the same, with a wrong key at its end": lambda port: sized(
        port, "/?Action=ListSession", FIELDS[: 8 * MIB - 40] + b"&Authorization=x"
    ),
    "JSON of 8 MiB": lambda port: sized(port, "/mcp/getSession", b"[" + b"[]," * (8 * MIB // 3)),
    "a WebSocket of 60 KiB of head": lambda port: head(port, "GET /ws/x HTTP/1.1", *UPGRADE, *["x: " + "a" * 670] * 90),
}


def main() -> None:
    """Measure each request at each listener: the loop's processor time, in its longest turn and in all."""
    warnings.simplefilter("ignore")
    logging.disable()
    with engine() as (served, meter), client(served) as bay, bay.session() as session:
        link = session.get_link("https", 30100).unwrap()
        ports = {"engine": urlsplit(served.endpoint).port or 0, "link": urlsplit(str(link)).port or 0}
        rows = [row for listener, port in ports.items() for row in measured(meter, listener, port)]
    print(
        "| Listener | Request without a key | Answer | Longest turn, ms | In all, ms |\n| --- | --- | --- | --- | --- |"
    )
    for listener, request, answer, longest, total in rows:
        print(f"| {listener} | {request} | {answer} | {longest:.1f} | {total:.1f} |")
    if missed := [f"{row[0]}, {row[1]}" for row in rows if row[3] > GOAL]:
        sys.exit(f"over {GOAL:g} ms in one turn: {'; '.join(missed)}")


def measured(meter: LoopMeter, listener: str, port: int) -> Iterator[tuple[str, str, str, float, float]]:
    """Send each request; yield the answer's status and the milliseconds that it took; the best of some tries."""
    for name, request in REQUESTS.items():
        data, answer, figures = request(port), "", []
        for _ in range(TRIES):
            meter.longest = meter.total = 0.0
            answer = send(port, data)
            figures.append((meter.longest * 1000, meter.total * 1000))
        yield listener, name, answer, *min(figures)


def send(port: int, data: bytes) -> str:
    """Send a request; return the status of the answer, once the other side closes or is silent."""
    came = b""
    with socket.create_connection(("127.0.0.1", port), 30) as sock, contextlib.suppress(TimeoutError, ConnectionError):
        sock.sendall(data)
        while part := sock.recv(65536):
            came += part
            sock.settimeout(0.3)
    return came[9:12].decode() or "closed"


def client(served: Engine) -> AgentBay:
    """Return a client of an engine."""
    return AgentBay(endpoint=served.endpoint, api_key=served.api_key.reveal())


@contextmanager
def engine() -> Iterator[tuple[Engine, LoopMeter]]:
    """Run an engine in a thread, whose event loop is measured."""
    served, ready, stop = Engine(EngineConfig()), threading.Event(), asyncio.Event()
    loops: list[asyncio.AbstractEventLoop] = []
    meters: list[LoopMeter] = []

    async def serve() -> None:
        loops.append(asyncio.get_running_loop())
        await served.start()
        ready.set()
        await stop.wait()
        await served.stop()

    def loop() -> asyncio.AbstractEventLoop:
        meters.append(LoopMeter(3600.0))
        return asyncio.SelectorEventLoop(MeteredSelector(meters[0]))

    def run() -> None:
        with asyncio.Runner(loop_factory=loop) as runner:
            runner.run(serve())

    thread = threading.Thread(target=run)
    thread.start()
    ready.wait(60)
    try:
        yield served, meters[0]
    finally:
        loops[0].call_soon_threadsafe(stop.set)
        thread.join()


if __name__ == "__main__":
    main()
