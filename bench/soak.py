"""Ten thousand mixed calls on the engine, one in twenty of them hit by a fault: what is left over afterwards?

``nox -s soak`` runs it. It fails if a session, a connection, a task, a thread or a file is left, or memory grows.
The faults are on the connections of the client's own core, with ``SESSIONBAY_HTTPX`` in a transport of httpx's.
"""

import argparse
import gc
import os
import random
import sys
import threading
from asyncio import all_tasks
from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import anyio

from sessionbay import AgentBayError, AsyncAgentBay, AsyncSession, RetryPolicy
from sessionbay.engine import EngineConfig, LocalEngine
from sessionbay.testing import AsyncFaultTransport, Fault, FaultPlan, Rule

from .broken_stream import Breaker
from .meter import memory

SHARE = 0.05  # of all requests
WORKERS = 8
CALLS_A_SESSION = 25
GROWTH = 5.0  # MB
LABELS = {"job": "soak"}
OF_THE_ENGINE = "sessionbay-files"  # its pool of threads, which grows as far as it is used at once
FAULTS = [
    Fault.drop(),
    Fault.reset(),
    Fault.reset(processed=False),
    Fault.bad_gateway(),
    Fault.bad_gateway(processed=True),
    Fault.garbage(),
    Fault.truncate(),
    Fault.cut(),
    Fault.throttle(0.01, milliseconds=True),
]
BRISK = RetryPolicy(base=0.01, cap=0.05, throttle_base=0.01, throttle_cap=0.05)


@dataclass
class Tally:
    """What became of the calls."""

    left: int
    outcomes: Counter[str] = field(default_factory=Counter[str])
    unknown: list[str] = field(default_factory=list[str])


async def main(calls: int, warm_up: int) -> bool:
    """Run, print, and return whether nothing was left over."""
    plan = FaultPlan(*[Rule(fault=fault, times=None, probability=SHARE / len(FAULTS)) for fault in FAULTS], seed=7)
    engine = LocalEngine(EngineConfig(isolation="process")).start()
    key, breaker = engine.api_key.reveal(), Breaker(SHARE, seed=7)
    through_httpx = bool(os.environ.get("SESSIONBAY_HTTPX"))
    transport, broken = (AsyncFaultTransport(plan), nullcontext) if through_httpx else (None, breaker.installed)
    try:
        async with AsyncAgentBay(key, endpoint=engine.endpoint) as quiet:
            faulty = AsyncAgentBay(key, endpoint=engine.endpoint, retry=BRISK, transport=transport, timeout=20)
            async with faulty:
                with broken():
                    await load(faulty, Tally(warm_up))
                await settle(quiet)
                before = state()
                tally = Tally(calls)
                with broken():
                    await load(faulty, tally)
                await settle(quiet, *tally.unknown)
                after = state()
            left = (await quiet.list(labels=LABELS)).total_count or 0
    finally:
        engine.stop()
    return told(tally, len(plan.fired) + breaker.fired, left, before, after)


async def load(bay: AsyncAgentBay, tally: Tally) -> None:
    """Make the calls, in sessions that live for a while, some workers beside each other."""
    async with anyio.create_task_group() as group:
        for number in range(WORKERS):
            group.start_soon(work, bay, tally, random.Random(number))


async def work(bay: AsyncAgentBay, tally: Tally, chance: random.Random) -> None:
    """Use session after session until all calls are made."""
    while tally.left > 0:
        try:
            async with bay.session(labels=LABELS) as session:
                for _ in range(CALLS_A_SESSION):
                    tally.left -= 1
                    tally.outcomes[await one(bay, session, chance.randrange(6))] += 1
        except AgentBayError as exc:
            tally.outcomes[f"session: {exc.kind}"] += 1
            if exc.attempt:
                tally.unknown.append(exc.attempt)


async def one(bay: AsyncAgentBay, session: AsyncSession, which: int) -> str:
    """Make one call; return what became of it."""
    calls = (
        lambda: session.command.run("echo hello"),
        lambda: session.file_system.write_file("file.txt", "hello"),
        session.get_status,
        session.get_labels,
        lambda: bay.list(labels=LABELS),
        lambda: session.set_labels(LABELS),
    )
    try:
        return "yes" if (await calls[which]()).success else "no"
    except AgentBayError as exc:
        return f"{exc.kind}, {exc.outcome}"


async def settle(quiet: AsyncAgentBay, *attempts: str) -> None:
    """Reap what the errors said may be there."""
    for attempt in attempts:
        await quiet.reap(attempt=attempt)
    gc.collect()


def state() -> dict[str, float]:
    """Return what this process holds."""
    return {
        "tasks": len(all_tasks()),
        "threads": len([thread for thread in threading.enumerate() if thread.name != OF_THE_ENGINE]),
        "files": len(list(Path("/proc/self/fd").iterdir())),
        "memory": memory("VmRSS"),
    }


def told(tally: Tally, faults: int, left: int, before: dict[str, float], after: dict[str, float]) -> bool:
    """Print what happened; return whether it was good."""
    for outcome, number in tally.outcomes.most_common():
        print(f"{number:6}  {outcome}")
    print(f"{faults} faults, {len(tally.unknown)} attempts named as unknown and reaped, {left} sessions left")
    for name, value in before.items():
        print(f"{name}: {value:g} before, {after[name]:g} after")
    same = all(after[name] <= before[name] for name in ("tasks", "threads"))
    few_files = after["files"] <= before["files"] + 2 * WORKERS  # connections that are kept for the next call
    return same and few_files and not left and after["memory"] - before["memory"] <= GROWTH


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="bench.soak", description=__doc__)
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--warm-up", type=int, default=10_000, help="until the memory that is kept for good is there")
    given = parser.parse_args()
    sys.exit(not anyio.run(main, given.calls, given.warm_up))
