# Generated from tests/_async/test_reaping.py by scripts/generate_sync.py. Do not edit.
"""Left-overs: found by the labels that are ours, and nothing else is touched."""

from typing import Any

import pytest

from sessionbay import AgentBay, SessionUsageError
from sessionbay.engine import LocalEngine

from .clock import ShiftedClock
from .conftest import connect

LABELS = {"test": "reap"}


def test_what_was_left_over_is_deleted(either: AgentBay) -> None:
    session = (either.create(image_id="agb-code-space-1", labels=LABELS)).session
    result = either.reap(labels=LABELS)
    assert result.success
    assert [(left.session_id, left.deleted) for left in result.sessions] == [(session.session_id, True)]
    assert (either.list(labels=LABELS)).total_count == 0


def test_one_attempt_is_found_by_its_name(bay: AgentBay) -> None:
    with bay.session(labels=LABELS) as session, bay.session(labels=LABELS):
        attempt = dict(session.get_labels(reserved=True))["sessionbay.attempt"]
        result = bay.reap(attempt=attempt, dry_run=True)
    assert [left.session_id for left in result.sessions] == [session.session_id]


def test_a_dry_run_deletes_nothing(bay: AgentBay) -> None:
    with bay.session(labels=LABELS) as session:
        result = bay.reap(labels=LABELS, dry_run=True)
        assert [left.deleted for left in result.sessions] == [False]
        assert (session.get_status()).status == "RUNNING"


def test_a_session_that_is_not_ours_is_never_touched(engine: LocalEngine, bay: AgentBay) -> None:
    with connect(engine, AgentBay, tag_sessions=False) as other, other.session(labels=LABELS) as session:
        assert (bay.reap(labels=LABELS, older_than=0)).sessions == ()
        assert (session.get_status()).status == "RUNNING"


def test_only_what_is_old_enough_is_deleted(engine: LocalEngine) -> None:
    clock = ShiftedClock()
    with connect(engine, AgentBay, clock=clock) as bay, bay.session(labels=LABELS):
        assert (bay.reap(labels=LABELS, older_than=60, dry_run=True)).sessions == ()
        clock.shift = 61
        (left,) = (bay.reap(labels=LABELS, older_than=60, dry_run=True)).sessions
    assert left.age is not None
    assert left.age >= 60


def test_a_paused_session_is_deleted_too(bay: AgentBay) -> None:
    session = (bay.create(labels=LABELS)).session
    session.pause(poll_interval=0.01)
    assert (bay.reap(labels=LABELS)).success
    assert not bay.get(session.session_id)


@pytest.mark.parametrize("wanted", [{}, {"older_than": -1}, {"attempt": " "}, {"labels": {"a": ""}}])
def test_a_reap_that_is_not_clear_is_refused(bay: AgentBay, wanted: dict[str, Any]) -> None:
    with pytest.raises(SessionUsageError):
        bay.reap(**wanted)
