"""A fan-out that is cancelled, which only async code can be: nothing stays, wherever it is hit."""

import asyncio
from itertools import count
from typing import Any

import anyio
import pytest

from sessionbay import AsyncAgentBay, AsyncSession, SessionUsageError
from sessionbay.engine import LocalEngine

from .._async.conftest import connect
from ..raw_server import BOUND

LABELS = {"test": "cancelled map"}


async def echo(session: AsyncSession, number: int) -> str:
    return (await session.command.run(f"echo {number}")).output


def plain(session: object, number: int) -> int:
    return number


async def left(bay: AsyncAgentBay) -> int | None:
    return (await bay.list(labels=LABELS)).total_count


@pytest.mark.parametrize("after", [0.0, 0.01, 0.05, 0.1, 0.2, 0.4])
async def test_a_cancelled_map_leaves_no_session(engine: LocalEngine, after: float) -> None:
    async with connect(engine, AsyncAgentBay) as bay:
        with anyio.move_on_after(after) as scope:
            async with bay.map(echo, count(), concurrency=4, labels=LABELS) as results:
                async for _ in results:
                    pass
        assert scope.cancelled_caught
        assert await left(bay) == 0


@pytest.mark.parametrize("after", [0.0, 0.02, 0.1])
async def test_a_pool_that_is_cancelled_while_it_fills_leaves_no_session(engine: LocalEngine, after: float) -> None:
    async with connect(engine, AsyncAgentBay) as bay:
        with anyio.move_on_after(after):
            async with bay.pool(min=4, max=4, labels=LABELS):
                await anyio.sleep_forever()
        assert await left(bay) == 0


async def test_a_cancelled_lease_deletes_its_session_and_frees_its_place(engine: LocalEngine) -> None:
    async with connect(engine, AsyncAgentBay) as bay, bay.pool(max=1, labels=LABELS) as pool:
        with anyio.move_on_after(0.3):
            async with pool.lease() as session:
                await session.command.run("sleep 60", timeout_ms=70_000)
        assert await left(bay) == 0
        async with pool.lease(timeout=BOUND) as session:
            assert (await session.command.run("true")).success


async def test_a_task_group_around_a_map_sees_the_loops_own_exception(engine: LocalEngine) -> None:
    async with connect(engine, AsyncAgentBay) as bay:
        with pytest.raises(KeyError):
            async with bay.map(echo, count(), concurrency=2, labels=LABELS) as results:
                async for done in results:
                    raise KeyError(done.item)


@pytest.mark.asyncio
async def test_asyncios_own_timeout_ends_a_map(engine: LocalEngine) -> None:
    async with connect(engine, AsyncAgentBay) as bay:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3), bay.map(echo, count(), concurrency=4, labels=LABELS) as results:
                async for _ in results:
                    pass
        assert await left(bay) == 0


async def test_a_function_that_is_not_async_is_reported_by_its_items(engine: LocalEngine) -> None:
    mistaken: Any = plain
    async with connect(engine, AsyncAgentBay) as bay, bay.map(mistaken, [1], labels=LABELS) as results:
        (done,) = [done async for done in results]
    assert isinstance(done.error, SessionUsageError)
    assert "write it with 'async def'" in str(done.error)
