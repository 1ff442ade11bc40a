"""Commands and starts of processes, cancelled at each place where they wait: nothing stays inside the session."""

from collections.abc import Callable, Coroutine
from itertools import count
from typing import Any

import anyio
import pytest

from sessionbay import AsyncAgentBay, AsyncSession
from sessionbay.engine import LocalEngine

from .._async.conftest import connect
from .interrupting import MOST_WAITS, Cancel, by_scope, by_task, by_task_when_done

RUNNING = "pgrep -f '^sleep 7[0-9][.]5'"


async def process(session: AsyncSession) -> None:
    async with session.command.start("exec sleep 70.5"):
        pass


async def process_by_the_shell(session: AsyncSession) -> None:
    await process(AsyncSession(session.agent_bay, session.session_id))


async def is_quiet(session: AsyncSession) -> bool:
    """Return whether no command runs, now or soon: a killed one takes a moment to end."""
    for _ in range(200):
        if not (await session.command.run(RUNNING)).stdout:
            return True
    return False


async def check(
    engine: LocalEngine, scenario: Callable[[AsyncSession], Coroutine[Any, Any, None]], cancel: Cancel
) -> None:
    async with connect(engine, AsyncAgentBay) as bay, bay.session() as session:
        for at in count(1):
            reached = await cancel(lambda: scenario(session), at)
            assert await is_quiet(session), f"cancelled at {at}"
            if not reached:
                return
            assert at < MOST_WAITS


async def test_a_cancelled_scope_leaves_no_process(engine: LocalEngine) -> None:
    await check(engine, process, by_scope)


@pytest.mark.slow
async def test_a_cancelled_scope_leaves_no_process_on_the_clouds(engine: LocalEngine) -> None:
    await check(engine, process_by_the_shell, by_scope)


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize("cancel", [by_task, by_task_when_done])
async def test_a_cancelled_task_leaves_no_process(engine: LocalEngine, cancel: Cancel) -> None:
    await check(engine, process, cancel)


@pytest.mark.parametrize("max_output", [None, 100, 2**21])
async def test_a_cancelled_command_is_killed(engine: LocalEngine, max_output: int | None) -> None:
    async with connect(engine, AsyncAgentBay) as bay, bay.session() as session:
        async with anyio.create_task_group() as group:
            group.start_soon(lambda: session.command.run("exec sleep 71.5", max_output=max_output))
            while not (await session.command.run(RUNNING)).stdout:
                pass
            group.cancel_scope.cancel()
        assert await is_quiet(session)


@pytest.mark.parametrize("options", [{}, {"on_stdout": print}])
async def test_a_detached_command_outlives_its_call(engine: LocalEngine, options: dict[str, Any]) -> None:
    async with connect(engine, AsyncAgentBay) as bay, bay.session() as session:
        waiting = "until [ -e go ]; do sleep 0.02; done; echo done >result"
        async with anyio.create_task_group() as group:
            group.start_soon(lambda: session.command.run(f"touch begun; {waiting}", detach_on_cancel=True, **options))
            while not (await session.command.run("ls begun")).success:
                pass
            group.cancel_scope.cancel()
        result = await session.command.run("touch go; until [ -s result ]; do sleep 0.02; done; cat result")
        assert result.stdout == "done\n"


async def test_a_callback_may_be_a_coroutine_function(engine: LocalEngine) -> None:
    pieces: list[str] = []

    async def take(text: str) -> None:
        await anyio.lowlevel.checkpoint()
        pieces.append(text)

    async with connect(engine, AsyncAgentBay) as bay, bay.session() as session:
        await session.command.run("echo a", on_stdout=take)
    assert pieces == ["a\n"]
