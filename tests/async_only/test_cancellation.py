"""Cancellation, which only async code knows: nothing is left running."""

import asyncio

import anyio
import pytest

from sessionbay import AgentBay, AsyncAgentBay, Session
from sessionbay.engine import LocalEngine

from .._async.conftest import connect
from .._sync.conftest import connect as connect_sync
from ..engine.transitions import held
from ..raw_server import BOUND
from ..requirements import promise
from ..threads._async import until


async def left(bay: AsyncAgentBay, labels: dict[str, str]) -> int | None:
    """Return how many sessions with these labels run."""
    return (await bay.list(labels=labels)).total_count


async def test_a_cancelled_block_deletes_its_session(engine: LocalEngine) -> None:
    labels = {"test": "cancelled block"}
    async with connect(engine, AsyncAgentBay) as bay:
        with anyio.move_on_after(0.5) as scope:
            async with bay.session(labels=labels) as session:
                await session.command.run("sleep 60", timeout_ms=60_000)
        assert scope.cancelled_caught
        assert await left(bay, labels) == 0


async def test_a_cancelled_block_resumes_its_paused_session_to_delete_it(engine: LocalEngine) -> None:
    labels = {"test": "cancelled pause"}
    async with connect(engine, AsyncAgentBay) as bay:
        with anyio.move_on_after(1):
            async with bay.session(labels=labels) as session:
                await session.pause(poll_interval=0.01)
                await anyio.sleep_forever()
        assert await left(bay, labels) == 0


async def test_a_cancelled_wait_leaves_the_client_usable(engine: LocalEngine) -> None:
    async with connect(engine, AsyncAgentBay) as bay, bay.session() as session:
        known, go_on = engine._engine.sessions.get(session.session_id), held(engine, session.session_id)
        async with anyio.create_task_group() as group:
            group.start_soon(session.pause)
            await until(lambda: known.status == "PAUSING")
            group.cancel_scope.cancel()
        with anyio.fail_after(BOUND):
            assert (await session.get_status()).status == "PAUSING"
        go_on.set()


async def test_many_sessions_run_beside_each_other(engine: LocalEngine) -> None:
    outputs: list[str] = []

    async def one(bay: AsyncAgentBay, number: int) -> None:
        async with bay.session() as session:
            outputs.append((await session.command.run(f"echo {number}")).output)

    async with connect(engine, AsyncAgentBay) as bay, anyio.create_task_group() as group:
        for number in range(10):
            group.start_soon(one, bay, number)
    assert sorted(map(int, outputs)) == list(range(10))


async def test_commands_of_one_session_run_beside_each_other(engine: LocalEngine) -> None:
    async with connect(engine, AsyncAgentBay) as bay, bay.session() as session:
        with anyio.fail_after(BOUND):
            async with anyio.create_task_group() as group:
                group.start_soon(session.command.run, "touch one; until [ -e other ]; do sleep 0.02; done")
                group.start_soon(session.command.run, "touch other; until [ -e one ]; do sleep 0.02; done")


@pytest.mark.asyncio
async def test_asyncios_own_timeout_deletes_the_session_of_a_block(engine: LocalEngine) -> None:
    labels = {"test": "asyncio timeout"}
    async with connect(engine, AsyncAgentBay) as bay:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5), bay.session(labels=labels) as session:
                await session.command.run("sleep 60", timeout_ms=60_000)
        assert await left(bay, labels) == 0


@pytest.mark.asyncio
async def test_a_cancelled_task_of_asyncio_deletes_the_session_of_its_block(engine: LocalEngine) -> None:
    labels = {"test": "asyncio cancel"}
    there = asyncio.Event()

    async def work(bay: AsyncAgentBay) -> None:
        async with bay.session(labels=labels):
            there.set()
            await asyncio.sleep(60)

    async with connect(engine, AsyncAgentBay) as bay:
        task = asyncio.create_task(work(bay))
        await there.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await left(bay, labels) == 0


@promise("pages.get_link_async")
async def test_a_coroutine_for_a_link_can_be_awaited(engine: LocalEngine) -> None:
    async with connect(engine, AsyncAgentBay) as bay, bay.session() as session:
        assert (await session.get_link_async("https", 30100)).success


@promise("pages.get_link_async")
async def test_the_sync_twins_coroutine_for_a_link_can_be_awaited(engine: LocalEngine) -> None:
    async with connect(engine, AsyncAgentBay) as bay, bay.session() as session:
        with connect_sync(engine, AgentBay) as sync_bay:
            pending = Session(sync_bay, session.session_id).get_link_async("https", 30100)
            assert str(await pending).startswith("http://127.0.0.1:")


async def test_cancelled_code_is_interrupted_and_its_variables_stay(engine: LocalEngine) -> None:
    code = "import time\nopen('running', 'w').close()\nwhile True: time.sleep(0.01)"
    async with connect(engine, AsyncAgentBay) as bay, bay.session() as session:
        await session.code.run_code("x = 7", "python")
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(session.code.run_code, code, "python", 600)
            await session.command.run("until [ -e running ]; do sleep 0.01; done", check=True)
            tasks.cancel_scope.cancel()
        assert (await session.code.run_code("x", "python")).result == "7"
