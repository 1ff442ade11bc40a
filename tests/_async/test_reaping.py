"""Left-overs: found by the labels that are ours, and nothing else is touched."""

from typing import Any

import pytest

from sessionbay import AsyncAgentBay, SessionUsageError
from sessionbay.engine import LocalEngine

from .clock import ShiftedClock
from .conftest import connect

LABELS = {"test": "reap"}


async def test_what_was_left_over_is_deleted(either: AsyncAgentBay) -> None:
    session = (await either.create(image_id="agb-code-space-1", labels=LABELS)).session
    result = await either.reap(labels=LABELS)
    assert result.success
    assert [(left.session_id, left.deleted) for left in result.sessions] == [(session.session_id, True)]
    assert (await either.list(labels=LABELS)).total_count == 0


async def test_one_attempt_is_found_by_its_name(bay: AsyncAgentBay) -> None:
    async with bay.session(labels=LABELS) as session, bay.session(labels=LABELS):
        attempt = dict(await session.get_labels(reserved=True))["sessionbay.attempt"]
        result = await bay.reap(attempt=attempt, dry_run=True)
    assert [left.session_id for left in result.sessions] == [session.session_id]


async def test_a_dry_run_deletes_nothing(bay: AsyncAgentBay) -> None:
    async with bay.session(labels=LABELS) as session:
        result = await bay.reap(labels=LABELS, dry_run=True)
        assert [left.deleted for left in result.sessions] == [False]
        assert (await session.get_status()).status == "RUNNING"


async def test_a_session_that_is_not_ours_is_never_touched(engine: LocalEngine, bay: AsyncAgentBay) -> None:
    async with connect(engine, AsyncAgentBay, tag_sessions=False) as other, other.session(labels=LABELS) as session:
        assert (await bay.reap(labels=LABELS, older_than=0)).sessions == ()
        assert (await session.get_status()).status == "RUNNING"


async def test_only_what_is_old_enough_is_deleted(engine: LocalEngine) -> None:
    clock = ShiftedClock()
    async with connect(engine, AsyncAgentBay, clock=clock) as bay, bay.session(labels=LABELS):
        assert (await bay.reap(labels=LABELS, older_than=60, dry_run=True)).sessions == ()
        clock.shift = 61
        (left,) = (await bay.reap(labels=LABELS, older_than=60, dry_run=True)).sessions
    assert left.age is not None
    assert left.age >= 60


async def test_a_paused_session_is_deleted_too(bay: AsyncAgentBay) -> None:
    session = (await bay.create(labels=LABELS)).session
    await session.pause(poll_interval=0.01)
    assert (await bay.reap(labels=LABELS)).success
    assert not await bay.get(session.session_id)


@pytest.mark.parametrize("wanted", [{}, {"older_than": -1}, {"attempt": " "}, {"labels": {"a": ""}}])
async def test_a_reap_that_is_not_clear_is_refused(bay: AsyncAgentBay, wanted: dict[str, Any]) -> None:
    with pytest.raises(SessionUsageError):
        await bay.reap(**wanted)
