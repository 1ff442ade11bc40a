"""What goes over the line to a session, cancelled at each place where it waits: the line goes on, and nothing stays."""

from collections.abc import Callable, Coroutine
from itertools import count
from typing import Any

import pytest

from sessionbay import AsyncAgentBay, AsyncSession
from sessionbay.engine import LocalEngine

from .._async.conftest import connect
from ..raw_server import BOUND
from .interrupting import Cancel, by_scope, by_task, by_task_when_done

Scenario = Callable[[AsyncSession], Coroutine[Any, Any, object]]
MOST_WAITS = 100


async def terminal(session: AsyncSession) -> None:
    async with await session.pty.create() as made:
        await made.send_input("exit 3\r")
        await made.wait(BOUND)


async def output(session: AsyncSession) -> None:
    async with await session.pty.create() as made:
        await made.send_input("head -c 100000 /dev/zero | tr '\\0' x; exit\r")
        async for _ in made:
            pass


async def stream(session: AsyncSession) -> None:
    async with session.code.stream("for n in range(2): print(n)", "python") as events:
        async for _ in events:
            pass


async def watch(session: AsyncSession) -> None:
    async with session.file_system.watch("/tmp") as changes:
        await changes.changes(timeout_s=0.01)


async def listing(session: AsyncSession) -> None:
    await session.pty.list()


every_scenario = pytest.mark.parametrize(
    "scenario", [terminal, output, stream, watch, listing], ids=lambda scenario: scenario.__name__
)


async def check(engine: LocalEngine, scenario: Scenario, cancel: Cancel) -> None:
    """Interrupt a scenario wherever it waits, until it comes to its end; each time the line is as before."""
    async with connect(engine, AsyncAgentBay) as bay, bay.session() as session:
        for at in count(1):
            reached = await cancel(lambda: scenario(session), at)
            assert await session.pty.list() == [], f"cancelled at {at}"
            (line,) = bay.core.api.multiplexers.get().values()
            assert (line._waiting, line._reader) == ([], None)
            assert (line._dispatcher._calls, line._dispatcher._subscriptions) == ({}, [])
            if not reached:
                return
            assert at < MOST_WAITS


@every_scenario
async def test_a_cancelled_scope_leaves_nothing_on_the_line(engine: LocalEngine, scenario: Scenario) -> None:
    await check(engine, scenario, by_scope)


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize("cancel", [by_task, by_task_when_done])
@every_scenario
async def test_a_cancelled_task_leaves_nothing_on_the_line(
    engine: LocalEngine, scenario: Scenario, cancel: Cancel
) -> None:
    await check(engine, scenario, cancel)
