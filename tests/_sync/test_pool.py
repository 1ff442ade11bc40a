# Generated from tests/_async/test_pool.py by scripts/generate_sync.py. Do not edit.
from typing import Any

import pytest

from sessionbay import (
    AgentBay,
    Session,
    SessionError,
    SessionGoneError,
    SessionTimeoutError,
    SessionUsageError,
)
from sessionbay.engine import LocalEngine

from .clock import ShiftedClock
from .conftest import connect

LABELS = {"test": "pool"}


def left(bay: AgentBay) -> int | None:
    return (bay.list(labels=LABELS)).total_count


def lent_twice(bay: AgentBay, **rules: Any) -> bool:
    """Return whether the second user of a pool of one gets the first one's session."""
    with bay.pool(max=1, labels=LABELS, **rules) as pool:
        with pool.lease() as first:
            first.command.run("touch used")
        with pool.lease() as second:
            return first.session_id == second.session_id


def test_entering_makes_the_first_sessions_and_leaving_deletes_all(bay: AgentBay) -> None:
    with bay.pool(min=2, max=3, labels=LABELS) as pool:
        assert (pool.size, left(bay)) == (2, 2)
    assert left(bay) == 0


def test_a_session_that_came_back_is_lent_again(bay: AgentBay) -> None:
    assert lent_twice(bay)


def test_a_session_whose_user_failed_is_deleted(bay: AgentBay) -> None:
    with bay.pool(max=1, labels=LABELS) as pool:
        with pytest.raises(KeyError):
            with pool.lease():
                raise KeyError
        assert (pool.size, left(bay)) == (0, 0)


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
def test_the_rules_say_whether_a_session_is_lent_again(bay: AgentBay, rules: dict[str, Any], again: bool) -> None:
    assert lent_twice(bay, **rules) is again
    assert left(bay) == 0


def test_a_session_beyond_its_age_is_not_lent_again(engine: LocalEngine) -> None:
    clock = ShiftedClock()
    with connect(engine, AgentBay, clock=clock) as bay, bay.pool(max=1, max_age=60, labels=LABELS) as pool:
        with pool.lease() as first:
            clock.shift += 61
        with pool.lease() as second:
            assert first.session_id != second.session_id


def test_waiting_too_long_for_a_session_is_reported(bay: AgentBay) -> None:
    with bay.pool(max=1, labels=LABELS) as pool, pool.lease():
        with pytest.raises(SessionTimeoutError, match="all 1 sessions were in use"):
            with pool.lease(timeout=0.05):
                pass


def test_leaving_deletes_what_is_lent_out_too(bay: AgentBay) -> None:
    with bay.pool(max=1, labels=LABELS) as pool:
        lease = pool.lease()
        session: Session = lease.__enter__()
    assert left(bay) == 0
    lease.__exit__(None, None, None)
    with pytest.raises(SessionGoneError):
        session.get_status()


def test_a_closed_pool_lends_nothing(bay: AgentBay) -> None:
    with bay.pool(max=1) as pool:
        pass
    with pytest.raises(SessionUsageError, match="the pool is closed"):
        with pool.lease():
            pass


def test_a_pool_whose_first_sessions_cannot_be_made_says_why(engine: LocalEngine) -> None:
    with AgentBay("wrong-key", endpoint=engine.endpoint) as bay:
        with pytest.raises(SessionError, match="NOT_LOGIN"):
            with bay.pool(min=2):
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
def test_a_rule_that_makes_no_sense_is_refused(bay: AgentBay, wrong: dict[str, Any]) -> None:
    with pytest.raises(SessionUsageError):
        bay.pool(**wrong)


@pytest.mark.parametrize("wrong", [-1, float("nan"), "5"])
def test_a_lease_waits_for_a_length_of_time(bay: AgentBay, wrong: Any) -> None:
    pool = bay.pool(max=1)
    with pytest.raises(SessionUsageError, match="timeout must be"):
        pool.lease(timeout=wrong)


def test_sessions_are_created_no_faster_than_the_rate(engine: LocalEngine) -> None:
    clock = ShiftedClock()
    bay = connect(engine, AgentBay, clock=clock)
    begin = clock.time()
    with bay, bay.pool(min=4, max=4, create_rate=20, labels=LABELS):
        assert clock.time() - begin >= 3 / 20


def test_nothing_is_lent_outside_of_the_block(bay: AgentBay) -> None:
    with pytest.raises(SessionUsageError, match=r"pool\(\) is a block"):
        with bay.pool(max=1).lease():
            pytest.fail("nobody would delete it")


def test_a_pool_is_entered_once(bay: AgentBay) -> None:
    pool = bay.pool(max=1)
    with pool:
        pass
    with pytest.raises(SessionUsageError, match=r"call pool\(\) for each"):
        with pool:
            pytest.fail("it is closed")
