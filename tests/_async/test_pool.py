from typing import Any

import pytest

from sessionbay import (
    AsyncAgentBay,
    AsyncSession,
    SessionError,
    SessionGoneError,
    SessionTimeoutError,
    SessionUsageError,
)
from sessionbay.engine import LocalEngine

from .clock import ShiftedClock
from .conftest import connect

LABELS = {"test": "pool"}


async def left(bay: AsyncAgentBay) -> int | None:
    return (await bay.list(labels=LABELS)).total_count


async def lent_twice(bay: AsyncAgentBay, **rules: Any) -> bool:
    """Return whether the second user of a pool of one gets the first one's session."""
    async with bay.pool(max=1, labels=LABELS, **rules) as pool:
        async with pool.lease() as first:
            await first.command.run("touch used")
        async with pool.lease() as second:
            return first.session_id == second.session_id


async def test_entering_makes_the_first_sessions_and_leaving_deletes_all(bay: AsyncAgentBay) -> None:
    async with bay.pool(min=2, max=3, labels=LABELS) as pool:
        assert (pool.size, await left(bay)) == (2, 2)
    assert await left(bay) == 0


async def test_a_session_that_came_back_is_lent_again(bay: AsyncAgentBay) -> None:
    assert await lent_twice(bay)


async def test_a_session_whose_user_failed_is_deleted(bay: AsyncAgentBay) -> None:
    async with bay.pool(max=1, labels=LABELS) as pool:
        with pytest.raises(KeyError):
            async with pool.lease():
                raise KeyError
        assert (pool.size, await left(bay)) == (0, 0)


@pytest.mark.parametrize(
    ("rules", "again"),
    [
        ({"reset": "rm -f used"}, True),
        ({"reset": "exit 1"}, False),
        ({"check": "test -e used"}, True),
        ({"check": "test ! -e used"}, False),
        ({"max_uses": 2}, True),
        ({"max_uses": 1}, False),
    ],
)
async def test_the_rules_say_whether_a_session_is_lent_again(
    bay: AsyncAgentBay, rules: dict[str, Any], again: bool
) -> None:
    assert await lent_twice(bay, **rules) is again
    assert await left(bay) == 0


async def test_a_session_beyond_its_age_is_not_lent_again(engine: LocalEngine) -> None:
    clock = ShiftedClock()
    async with connect(engine, AsyncAgentBay, clock=clock) as bay, bay.pool(max=1, max_age=60, labels=LABELS) as pool:
        async with pool.lease() as first:
            clock.shift += 61
        async with pool.lease() as second:
            assert first.session_id != second.session_id


async def test_waiting_too_long_for_a_session_is_reported(bay: AsyncAgentBay) -> None:
    async with bay.pool(max=1, labels=LABELS) as pool, pool.lease():
        with pytest.raises(SessionTimeoutError, match="all 1 sessions were in use"):
            async with pool.lease(timeout=0.05):
                pass


async def test_leaving_deletes_what_is_lent_out_too(bay: AsyncAgentBay) -> None:
    async with bay.pool(max=1, labels=LABELS) as pool:
        lease = pool.lease()
        session: AsyncSession = await lease.__aenter__()
    assert await left(bay) == 0
    await lease.__aexit__(None, None, None)
    with pytest.raises(SessionGoneError):
        await session.get_status()


async def test_a_closed_pool_lends_nothing(bay: AsyncAgentBay) -> None:
    async with bay.pool(max=1) as pool:
        pass
    with pytest.raises(SessionUsageError, match="the pool is closed"):
        async with pool.lease():
            pass


async def test_a_pool_whose_first_sessions_cannot_be_made_says_why(engine: LocalEngine) -> None:
    async with AsyncAgentBay("wrong-key", endpoint=engine.endpoint) as bay:
        with pytest.raises(SessionError, match="NOT_LOGIN"):
            async with bay.pool(min=2):
                pass


@pytest.mark.parametrize(
    "wrong",
    [
        {"min": -1},
        {"min": 3, "max": 2},
        {"max": 0},
        {"max_age": 0},
        {"max_uses": 0},
        {"create_rate": 0},
        {"check": ""},
        {"reset": 5},
    ],
)
async def test_a_rule_that_makes_no_sense_is_refused(bay: AsyncAgentBay, wrong: dict[str, Any]) -> None:
    with pytest.raises(SessionUsageError):
        bay.pool(**wrong)


@pytest.mark.parametrize("wrong", [-1, float("nan"), "5"])
async def test_a_lease_waits_for_a_length_of_time(bay: AsyncAgentBay, wrong: Any) -> None:
    pool = bay.pool(max=1)
    with pytest.raises(SessionUsageError, match="timeout must be"):
        pool.lease(timeout=wrong)


async def test_sessions_are_created_no_faster_than_the_rate(engine: LocalEngine) -> None:
    clock = ShiftedClock()
    bay = connect(engine, AsyncAgentBay, clock=clock)
    begin = clock.time()
    async with bay, bay.pool(min=4, max=4, create_rate=20, labels=LABELS):
        assert clock.time() - begin >= 3 / 20


async def test_nothing_is_lent_outside_of_the_block(bay: AsyncAgentBay) -> None:
    with pytest.raises(SessionUsageError, match=r"pool\(\) is a block"):
        async with bay.pool(max=1).lease():
            pytest.fail("nobody would delete it")


async def test_a_pool_is_entered_once(bay: AsyncAgentBay) -> None:
    pool = bay.pool(max=1)
    async with pool:
        pass
    with pytest.raises(SessionUsageError, match=r"call pool\(\) for each"):
        async with pool:
            pytest.fail("it is closed")
