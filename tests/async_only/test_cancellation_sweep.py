"""What makes or ends a session, cancelled at each place where it waits: none stays that nobody holds."""

from collections.abc import Callable, Coroutine
from itertools import count
from typing import Any

import pytest

from sessionbay import AsyncAgentBay, AsyncSession
from sessionbay.engine import LocalEngine

from .._async.conftest import connect
from .interrupting import Cancel, by_scope, by_task, by_task_when_done

Scenario = Callable[[AsyncAgentBay, list[AsyncSession]], Coroutine[Any, Any, None]]
MOST_WAITS = 200  # far beyond what any of them has
LABELS = {"test": "sweep"}


async def create(bay: AsyncAgentBay, held: list[AsyncSession]) -> None:
    held.append((await bay.create(labels=LABELS)).session)


async def block(bay: AsyncAgentBay, held: list[AsyncSession]) -> None:
    async with bay.session(labels=LABELS) as session:
        await session.command.run("true")


async def paused_block(bay: AsyncAgentBay, held: list[AsyncSession]) -> None:
    async with bay.session(labels=LABELS) as session:
        await session.pause(poll_interval=0.01)


async def deletion_with_contexts(bay: AsyncAgentBay, held: list[AsyncSession]) -> None:
    async with bay.session(labels=LABELS) as session:
        await session.delete(sync_context=True)


async def fan_out(bay: AsyncAgentBay, held: list[AsyncSession]) -> None:
    async with bay.map(use, range(3), concurrency=2, labels=LABELS) as results:
        async for _ in results:
            pass


async def use(session: AsyncSession, number: int) -> bool:
    return (await session.command.run("true")).success


async def lease(bay: AsyncAgentBay, held: list[AsyncSession]) -> None:
    async with bay.pool(min=1, max=2, reset="true", labels=LABELS) as pool, pool.lease() as session:
        await session.command.run("true")


SCENARIOS = [create, block, paused_block, deletion_with_contexts, fan_out, lease]
every_scenario = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)


async def check(engine: LocalEngine, scenario: Scenario, cancel: Cancel) -> None:
    """Interrupt a scenario wherever it waits, until it comes to its end."""
    async with connect(engine, AsyncAgentBay) as bay:
        for at in count(1):
            held: list[AsyncSession] = []
            reached = await cancel(lambda: scenario(bay, held), at)  # noqa: B023  # it is over when this returns
            listed = await bay.list(labels=LABELS)
            assert listed.session_ids == [session.session_id for session in held], f"cancelled at {at}"
            for session in held:
                await session.delete()
            if not reached:
                return
            assert at < MOST_WAITS


@every_scenario
async def test_a_cancelled_scope_leaves_no_session(engine: LocalEngine, scenario: Scenario) -> None:
    await check(engine, scenario, by_scope)


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize("cancel", [by_task, by_task_when_done])
@every_scenario
async def test_a_cancelled_task_leaves_no_session(engine: LocalEngine, scenario: Scenario, cancel: Cancel) -> None:
    await check(engine, scenario, cancel)
