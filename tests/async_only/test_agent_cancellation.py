"""Tasks of agents, cancelled at each place where they wait: what was started is terminated."""

from itertools import count

import pytest

from .._async.test_agent import called, on
from .interrupting import MOST_WAITS, Cancel, by_scope, by_task, by_task_when_done


async def check(cancel: Cancel) -> None:
    for at in count(1):
        session, cloud, _ = on({"task_id": "t1"}, {"status": "running"}, {"status": "finished"})
        reached = await cancel(lambda: session.agent.computer.execute_task_and_wait("x", 60), at)  # noqa: B023
        tools = called(cloud)
        ended = tools.count("flux_get_task_status") == 2 or tools[-1:] == ["flux_terminate_task"] or tools == []
        assert ended, f"cancelled at {at}: {tools}"
        if not reached:
            return
        assert at < MOST_WAITS


async def test_a_cancelled_scope_leaves_no_task() -> None:
    await check(by_scope)


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize("cancel", [by_task, by_task_when_done])
async def test_a_cancelled_task_leaves_no_task(cancel: Cancel) -> None:
    await check(cancel)
