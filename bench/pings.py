"""How fast the engine answers a ping, idle and beside four loads: ``python -m bench.pings``."""

import argparse
import asyncio
import contextlib
import http.client
import json
import logging
import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from typing import IO
from urllib.parse import urlsplit

from sessionbay.engine import EngineConfig
from sessionbay.engine.engine import Engine
from sessionbay.engine.limits import GIB, MIB, Limits
from sessionbay.engine.loop_meter import LoopMeter, MeteredSelector

from .loads import LOADS
from .machinery import ROOT
from .report import table

GOAL = 50.0  # ms, the 99th of 100 pings
ROUNDS = 3
IDLE_SECONDS = 3.0
INTERVAL = 0.005  # seconds between two pings
TIMEOUT = 60.0  # seconds for one ping

Process = subprocess.Popen[str]


@dataclass(frozen=True)
class Stretch:
    """Pings during one load.

    Attributes:
        pings: How long each took, in ms.
        turn: The processor time of the longest turn of the engine's loop, in ms.
        took: What the load reported of itself, in seconds; 0 if it reports nothing.
    """

    pings: Sequence[float]
    turn: float = 0.0
    took: float = 0.0

    def percentile(self, number: int) -> float:
        """Return a percentile of the pings."""
        return quantiles(self.pings, n=100)[number - 1]


def main() -> None:
    """Measure round by round, print the medians, and fail if a load is over the goal."""
    parser = argparse.ArgumentParser(prog="bench.pings", description=__doc__)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--loads", nargs="*", choices=tuple(LOADS), default=tuple(LOADS))
    given = parser.parse_args()
    if given.serve:
        serve()
        return
    print(f"{given.rounds} rounds. The machine's load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.\n")
    found = [measured(given.loads) for _ in range(given.rounds)]
    rows = [(name, [one[name] for one in found], [one["idle"] for one in found]) for name in ("idle", *given.loads)]
    heads = ["Beside", "Pings", "p50, ms", "p99, ms", "Longest, ms", "p99 of idle", "Turn, ms", "Load took, s"]
    print(table(heads, [row(*each) for each in rows]))
    over = [name for name, stretches, _ in rows if median(one.percentile(99) for one in stretches) > GOAL]
    if over:
        sys.exit(f"over {GOAL:g} ms: {', '.join(over)}")


def row(name: str, stretches: Sequence[Stretch], idle: Sequence[Stretch]) -> list[str]:
    """Return the medians over the rounds, and the ratio to the idle engine in the same round."""
    ratio = median(one.percentile(99) / other.percentile(99) for one, other in zip(stretches, idle, strict=True))
    took = median(one.took for one in stretches)
    return [
        name,
        str(sum(len(one.pings) for one in stretches)),
        *(f"{median(one.percentile(number) for one in stretches):.1f}" for number in (50, 99)),
        f"{max(max(one.pings) for one in stretches):.1f}",
        f"{ratio:.1f} ×",  # noqa: RUF001  # times, not the letter
        f"{max(one.turn for one in stretches):.1f}",
        f"{took:.1f}" if took else "",
    ]


def measured(loads: Sequence[str]) -> dict[str, Stretch]:
    """Ping a new engine, idle and beside each load."""
    with engine() as (child, endpoint, key):
        longest_turn(child)  # without that of its start
        end = time.monotonic() + IDLE_SECONDS
        found = {"idle": Stretch(list(pings(endpoint, lambda: time.monotonic() > end)), longest_turn(child))}
        for name in loads:
            found[name] = beside(name, child, endpoint, key)
            print(f"{name}: slowest ping {max(found[name].pings):.0f} ms", file=sys.stderr)
    return found


def beside(name: str, engine: Process, endpoint: str, key: str) -> Stretch:
    """Ping while a load runs in a process of its own."""
    argv = [sys.executable, "-W", "ignore", "-m", "bench.loads", name, endpoint, key]
    with subprocess.Popen(argv, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as load:
        output = pipe(load.stdout)
        output.readline()  # it is ready
        longest_turn(engine)
        request(load, "begin")
        times = list(pings(endpoint, lambda: bool(select.select([output], [], [], 0)[0])))
        longest = longest_turn(engine)
        took = float(output.readline() or "nan")
        load.communicate()  # it cleans up
    return Stretch(times, longest, took)


def pings(endpoint: str, over: Callable[[], bool]) -> Iterator[float]:
    """Ping over one connection until a time, or until a load reports; yield the milliseconds."""
    connection = http.client.HTTPConnection(urlsplit(endpoint).netloc, timeout=TIMEOUT)
    with contextlib.closing(connection):
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while not over():
            begun = time.perf_counter()
            connection.request("GET", "/health")
            connection.getresponse().read()
            yield (time.perf_counter() - begun) * 1000
            time.sleep(INTERVAL)


def longest_turn(engine: Process) -> float:
    """Return the processor time of the longest turn of the engine's loop since the last call, in ms."""
    request(engine, "turn")
    return float(pipe(engine.stdout).readline()) * 1000


def request(process: Process, line: str) -> None:
    """Send a line to a process."""
    stdin = pipe(process.stdin)
    stdin.write(f"{line}\n")
    stdin.flush()


def pipe(end: IO[str] | None) -> IO[str]:
    """Return the end of a pipe that there is."""
    assert end
    return end


@contextlib.contextmanager
def engine() -> Generator[tuple[Process, str, str]]:
    """Run an engine in a process of its own; yield it with its endpoint and its key."""
    argv = [sys.executable, "-W", "ignore", "-m", "bench.pings", "--serve"]
    with subprocess.Popen(argv, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        endpoint, key = json.loads(pipe(child.stdout).readline())
        yield child, endpoint, key
        child.communicate()


def serve() -> None:
    """Be an engine, and print the longest turn of its loop for each line of standard input.

    With ``SESSIONBAY_SLOW_TURN``, longer turns are logged with their places.
    """
    slow_turn = EngineConfig().slow_turn
    if not slow_turn:
        logging.disable()
    meter = LoopMeter(slow_turn or 3600.0)

    async def run() -> None:
        served = Engine(EngineConfig(limits=Limits(memory=GIB, disk=500 * MIB)))
        await served.start()
        print(json.dumps([served.endpoint, served.api_key.reveal()]), flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            print(meter.longest, flush=True)
            meter.longest = 0.0
        await served.stop()

    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(MeteredSelector(meter))) as runner:
        runner.run(run())


if __name__ == "__main__":
    main()
