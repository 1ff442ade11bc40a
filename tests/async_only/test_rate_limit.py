"""A cloud that allows five creations a second, asked for two hundred at once."""

from collections.abc import Callable

import anyio
import httpx
import pytest

from sessionbay import AsyncAgentBay

from ..fake_cloud import KEY, no, session_data, yes
from .virtual import VirtualClock

SESSIONS = 200
RATE = 5.0
BURST = 10.0
Refusal = Callable[[float], httpx.Response]


class LimitedCloud(httpx.AsyncBaseTransport):
    """Lets so many requests a second through, and refuses the others."""

    def __init__(self, clock: VirtualClock, refusal: Refusal) -> None:
        self._clock = clock
        self._refusal = refusal
        self._tokens = BURST
        self._at = clock.now
        self.requests = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        await self._clock.sleep(0.02)
        self._tokens = min(BURST, self._tokens + (self._clock.now - self._at) * RATE)
        self._at = self._clock.now
        if self._tokens < 1:
            return self._refusal((1 - self._tokens) / RATE)
        self._tokens -= 1
        return yes(session_data())


@pytest.mark.parametrize(
    "refusal",
    [
        lambda wait: httpx.Response(429, json={"Code": "Throttling.User"}),
        lambda wait: httpx.Response(
            429, json={"Code": "Throttling.User"}, headers={"x-acs-retry-after": f"{wait:.0f}000"}
        ),
        lambda wait: no("Throttling.Api", "request was denied due to api flow control", status=400),
    ],
    ids=["429", "429 with a time", "400 in Alibaba's words"],
)
async def test_all_of_them_succeed_and_hardly_any_is_asked_for_twice(refusal: Refusal) -> None:
    clock = VirtualClock()
    cloud = LimitedCloud(clock, refusal)
    begin = clock.now
    made = 0

    async def create(bay: AsyncAgentBay) -> None:
        nonlocal made
        result = await bay.create()
        made += result.success

    bay = AsyncAgentBay(KEY, transport=cloud, clock=clock)
    async with clock.running(), bay, anyio.create_task_group() as group:
        for _ in range(SESSIONS):
            group.start_soon(create, bay)
    assert made == SESSIONS
    assert cloud.requests <= 1.6 * SESSIONS
    assert clock.now - begin <= 60
