"""What the contenders do while they are measured. Each scenario returns the figures of one run, in seconds and MB."""

import asyncio
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from statistics import median
from typing import Any

from .contenders import AsyncContender, Contender, Place
from .meter import Figures, Meter, counts, memory
from .server import LINE


async def sequential(who: AsyncContender, host: str, calls: int) -> Figures:
    """Make one call after the other."""
    async with session_of(who) as session:
        await _repeat(who, session, calls // 10)
        meter = Meter()
        await _repeat(who, session, calls)
        return meter.read(calls)


def sequential_sync(who: Contender, host: str, calls: int) -> Figures:
    """Make one call after the other, without an event loop."""
    session = who.create()
    for _ in range(calls // 10):
        who.call(session)
    meter = Meter()
    for _ in range(calls):
        who.call(session)
    return meter.read(calls)


async def concurrent(who: AsyncContender, host: str, at_once: int, calls: int, warm_up: int) -> Figures:
    """Keep so many calls under way at once."""
    counts(host)
    async with session_of(who) as session:

        async def call(_: int) -> None:
            await who.call(session)

        errors = await spread(call, range(warm_up), at_once)
        meter = Meter()
        errors += await spread(call, range(calls), at_once)
        return meter.read(calls) | seen(host) | {"errors": errors}


async def fan_out(who: AsyncContender, host: str, sessions: int, at_once: int) -> Figures:
    """Create many sessions, run one command in each, delete each."""
    counts(host)
    meter = Meter()
    errors = await spread(lambda _: _live(who), range(sessions), at_once)
    return meter.read() | seen(host) | {"errors": errors, "peak": memory("VmHWM")}


async def by_map(who: Any, host: str, sessions: int, at_once: int) -> Figures:
    """Do the same by ``map``."""
    meter = Meter()
    await who.map(sessions, at_once)
    return meter.read() | {"peak": memory("VmHWM")}


async def gathered(who: AsyncContender, host: str, sessions: int, at_once: int) -> Figures:
    """Do the same by a gather, as one writes it by hand."""
    turns = asyncio.Semaphore(at_once)

    async def use() -> None:
        async with turns:
            await _live(who)

    meter = Meter()
    await asyncio.gather(*(use() for _ in range(sessions)))
    return meter.read() | {"peak": memory("VmHWM")}


async def function_calls(who: AsyncContender, host: str, sessions: int, at_once: int) -> Figures:
    """Count the function calls of a fan-out, of Python's functions and those in C, for each request."""
    await fan_out(who, host, at_once, at_once)
    counter = Counter[str]()
    counts(host)
    sys.setprofile(lambda frame, event, argument: counter.update((event,)))
    try:
        await spread(lambda _: _live(who), range(sessions), at_once)
    finally:
        sys.setprofile(None)
    return {"calls": (counter["call"] + counter["c_call"]) / seen(host)["requests"]}


async def pause(who: Any, host: str, sessions: int, poll_interval: float) -> Figures:
    """Pause many sessions at once."""
    paused = [await who.create() for _ in range(sessions)]
    counts(host)
    meter = Meter()
    await asyncio.gather(*(who.pause(session, poll_interval) for session in paused))
    figures = meter.read()
    actions = counts(host)["actions"]
    return figures | {"looks": sum(actions.values()) - actions["PauseSessionAsync"]}


async def transfer(who: AsyncContender, host: str, size: int) -> Figures:
    """Write and read a file of so many bytes."""
    async with session_of(who) as session:
        await who.read(session, "/x/1")
        path, text = f"/x/{size}", (LINE * (size // len(LINE) + 1))[:size]
        counts(host)
        meter = Meter()
        await who.write(session, path, text)
        if await who.read(session, path) != text:
            raise RuntimeError("it read something else than it wrote")
        return meter.read() | seen(host)


async def growth(who: AsyncContender, host: str, calls: int, warm_up: int) -> Figures:
    """Tell how much memory many calls leave behind."""
    async with session_of(who) as session:
        await _repeat(who, session, warm_up)
        before = memory("VmRSS")
        await _repeat(who, session, calls)
        return {"growth": memory("VmRSS") - before}


@asynccontextmanager
async def session_of(who: AsyncContender) -> AsyncIterator[Any]:
    """Lend a session for the length of a measurement."""
    session = await who.create()
    yield session
    await who.delete(session)


async def spread(work: Callable[[int], Awaitable[None]], items: Iterable[int], at_once: int) -> int:
    """Do ``work`` for all items, so many at once; return how many failed."""
    left, errors = iter(items), 0

    async def worker() -> None:
        nonlocal errors
        for item in left:
            try:
                await work(item)
            except Exception:  # noqa: BLE001 - whatever a client raises is counted, and shown
                errors += 1

    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(worker())
    return errors


async def _live(who: AsyncContender) -> None:
    """Create a session, run a command in it, and delete it."""
    session = await who.create()
    await who.run(session)
    await who.delete(session)


async def _repeat(who: AsyncContender, session: Any, calls: int) -> None:
    for _ in range(calls):
        await who.call(session)


def seen(host: str) -> Figures:
    """Return how many requests and connections the server saw; one of the connections was the question itself."""
    counted = counts(host)
    opened, most = counted["connections"] - 1, counted["most"] - 1
    return {"requests": counted["requests"], "connections": opened, "most": most}


async def second_client(who: AsyncContender, host: str, clients: int) -> Figures:
    """Make another client beside a warm one: ``made`` is by itself, ``answered`` with its first call."""
    made, answered = [], []
    async with session_of(who):
        for _ in range(clients):
            begin = time.perf_counter()
            another: AsyncContender = type(who)(Place(host))  # type: ignore[call-arg]
            made.append(time.perf_counter() - begin)
            session = await another.create()
            answered.append(time.perf_counter() - begin)
            await another.delete(session)
            await another.aclose()
    return {"made": median(made), "answered": median(answered)}
