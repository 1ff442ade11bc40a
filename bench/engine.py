"""What sessions of the local engine cost, and what a hog in one does to the rest: ``python -m bench.engine``."""

import argparse
import json
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median
from typing import TypeVar

import httpx
import psutil

from sessionbay import AgentBay, CommandResult, Session
from sessionbay.engine import EngineConfig, LocalEngine
from sessionbay.engine.limits import GIB, MIB, Limits

from .files import files
from .machinery import ROOT
from .meter import Figures

T = TypeVar("T")
READY, ANSWERED, MEMORY, PING = 60, 8, 15, 50  # ms, ms, MB, ms: what was aimed at
MANY = 200
BUDGET, COST = 2000, 1.2  # bytes; times
AT_ONCE = 8
HOG_SECONDS = 10
HOGS = {
    "fork bomb": "bomb() { bomb | bomb & }; bomb; sleep 10",
    "memory hog": "for _ in 1 2 3 4; do python3 -c 'held = [bytearray(50_000_000) for _ in range(99)]' & done; wait",
    "disk filler": "while :; do cat /dev/zero >>filler; done",
    "yes": "yes",
}


def main() -> None:
    """Measure, and print the figures with what was aimed at."""
    parser = argparse.ArgumentParser(prog="bench.engine", description=__doc__)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--sessions", type=int, default=MANY, help="how many are alive at once")
    given = parser.parse_args()
    if given.serve:
        serve()
        return
    with engine() as (bay, process, key):
        figures = {
            **alone(bay),
            **budgets(bay),
            **files(bay.endpoint, key),
            **many(bay, process, given.sessions),
            **hogs(bay, process),
        }
    for name, value in figures.items():
        print(f"{name}: {value:.2f}")


def serve() -> None:
    """Be the engine, until standard input ends."""
    warnings.simplefilter("ignore")
    limits = Limits(memory=GIB, disk=500 * MIB)
    with LocalEngine(EngineConfig(max_sessions=1000, limits=limits)) as served:
        print(json.dumps([served.endpoint, served.api_key.reveal()]), flush=True)
        sys.stdin.read()


@contextmanager
def engine() -> Iterator[tuple[AgentBay, psutil.Process, str]]:
    """Run an engine in a process of its own."""
    argv = [sys.executable, "-m", "bench.engine", "--serve"]
    with subprocess.Popen(argv, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        endpoint, key = json.loads(child.stdout.readline())
        with AgentBay(endpoint=endpoint, api_key=key, timeout=120) as bay:
            yield bay, psutil.Process(child.pid), key
        child.communicate()


def alone(bay: AgentBay) -> Figures:
    """Measure one session at a time."""
    ready = [timed(lambda: bay.create().unwrap().delete)[0] for _ in range(15)]
    for session_id in bay.list().session_ids:
        bay.get(session_id).session.delete()
    with bay.session() as session:
        session.command.run("true")
        answered = [timed(lambda: session.command.run("true"))[0] for _ in range(100)]
    return {f"session ready, ms (<= {READY})": median(ready), f"command, ms (<= {ANSWERED})": median(answered)}


def budgets(bay: AgentBay) -> Figures:
    """Measure commands with a small ``max_output``, in multiples of the time without one, in alternation."""
    figures: Figures = {}
    with bay.session() as session:
        for size in (4_000_000, 50_000_000):
            for kind, command in (
                ("lines", f"yes | head -c {size}"),
                ("one line", f"head -c {size} /dev/zero | tr '\\0' x"),
            ):

                def wait(command: str = command) -> CommandResult:
                    with session.command.start(command, max_output=BUDGET) as process:
                        return process.wait()

                whole, cut, waited = zip(
                    *(
                        (
                            timed(lambda: session.command.run(command))[0],  # noqa: B023
                            timed(lambda: session.command.run(command, max_output=BUDGET))[0],  # noqa: B023
                            timed(wait)[0],
                        )
                        for _ in range(5)
                    ),
                    strict=True,
                )
                of = f"{size // 1_000_000} MB, {kind}: time of the run without a budget, ×"  # noqa: RUF001
                figures[f"run with a budget, {of} (<= {COST})"] = median(cut) / median(whole)
                figures[f"process with a budget, {of} (<= {COST})"] = median(waited) / median(whole)
    return figures


def many(bay: AgentBay, process: psutil.Process, count: int) -> Figures:
    """Measure many sessions that are alive at once, and idle."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        took, sessions = timed(lambda: list(pool.map(lambda _: bay.create().unwrap(), range(count))))
        held = sum(map(proportional, process.children(recursive=True))) / count
        before = used(process)
        time.sleep(5)
        idle = (used(process) - before) / 5
        ended, _ = timed(lambda: list(pool.map(Session.delete, sessions)))
    return {
        f"{count} sessions made, ms": took,
        f"{count} sessions deleted, ms": ended,
        f"memory of an idle session, MB (<= {MEMORY})": held / MIB,
        f"processor that {count} idle sessions take, %": 100 * idle,
    }


def hogs(bay: AgentBay, process: psutil.Process) -> Figures:
    """Measure how the engine and another session answer while one does its worst."""
    figures: Figures = {}
    with bay.session() as other:
        for name, hog in HOGS.items():
            with bay.session() as session, ThreadPoolExecutor(1) as pool:
                before = process.memory_info().rss
                running = pool.submit(session.command.run, hog, timeout_ms=HOG_SECONDS * 1000)
                pings, echoes = beside(bay, other, running)
                grown = (process.memory_info().rss - before) / MIB
            figures[f"{name}: slowest answer of the engine, ms (<= {PING})"] = max(pings)
            figures[f"{name}: slowest echo of another session, ms"] = max(echoes)
            figures[f"{name}: growth of the engine, MB"] = grown
    return figures


def beside(bay: AgentBay, other: Session, running: Future[CommandResult]) -> tuple[list[float], list[float]]:
    """Ask the engine and another session, as long as a command runs; return the times in ms."""
    pings: list[float] = []
    echoes: list[float] = []

    def echo() -> None:
        while not running.done():
            echoes.append(timed(lambda: other.command.run("echo x"))[0])
            time.sleep(0.05)

    thread = threading.Thread(target=echo)
    thread.start()
    with httpx.Client(trust_env=False, timeout=30) as client:
        while not running.done() or not pings:
            pings.append(timed(lambda: client.get(f"{bay.endpoint}/health"))[0])
            time.sleep(0.02)
    thread.join()
    return pings, echoes or [0.0]


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Do something; return the milliseconds that it took, and what came of it."""
    begun = time.perf_counter()
    done = work()
    return (time.perf_counter() - begun) * 1000, done


def proportional(process: psutil.Process) -> int:
    """Return the bytes of memory that a process holds, with its part of what it shares."""
    with suppress(OSError):
        lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return 0


def used(process: psutil.Process) -> float:
    """Return the seconds of processor that the sessions of an engine have used."""
    total = 0.0
    for child in [process, *process.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):
            times = child.cpu_times()
            total += times.user + times.system
    return total


if __name__ == "__main__":
    main()
