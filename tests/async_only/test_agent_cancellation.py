"""Tasks of agents, cancelled at each place where they wait: what was started is terminated."""

from itertools import count

import anyio.lowlevel
import httpx
import pytest

from sessionbay import AsyncAgentBay, AsyncSession

from .._async.clock import FakeClock
from .._async.test_agent import called, text
from ..fake_cloud import KEY, FakeCloud
from .interrupting import MOST_WAITS, Cancel, by_scope, by_task, by_task_when_done


class Pausing(httpx.AsyncBaseTransport):
    """Sends requests to a cloud, and waits before each answer."""

    def __init__(self, cloud: FakeCloud) -> None:
        self._cloud = cloud

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._cloud.handle_async_request(request)
        await anyio.lowlevel.checkpoint()
        return response


async def check(cancel: Cancel) -> None:
    for at in count(1):
        cloud = FakeCloud(
            CallMcpTool=[text({"task_id": "t1"}), text({"status": "running"}), text({"status": "finished"})]
        )
        async with AsyncAgentBay(KEY, transport=Pausing(cloud), clock=FakeClock()) as bay:
            agent = AsyncSession(bay, "s1").agent.computer
            reached = await cancel(lambda: agent.execute_task_and_wait("x", 60), at)  # noqa: B023
        tools = called(cloud)
        assert not tools or tools[-1] == ("flux_terminate_task" if reached else "flux_get_task_status"), (
            f"{at}: {tools}"
        )
        if not reached:
            return
        assert at < MOST_WAITS


async def test_a_cancelled_scope_leaves_no_task() -> None:
    await check(by_scope)


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize("cancel", [by_task, by_task_when_done])
async def test_a_cancelled_task_leaves_no_task(cancel: Cancel) -> None:
    await check(cancel)
