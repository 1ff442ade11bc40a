"""The table of transitions: what each state means for a pause, a resume, a deletion and a wait."""

from pathlib import Path
from typing import get_args

import pytest

from sessionbay.core.polling import Verdict
from sessionbay.core.transitions import STEPS, Change, Step, Transition, waiting_steps
from sessionbay.models.sessions import SessionStatus, SessionStatusResult

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "pause-and-resume.md"
PAUSED, PAUSING, RUNNING, RESUMING = "PAUSED", "PAUSING", "RUNNING", "RESUMING"
WORDS: dict[Step, str] = {
    "done": "success",
    "request": "request",
    "resume": "resume, then request",
    "wait": "wait",
    "settle": "wait, then request",
    "fail": "failure",
}


def saw(status: str) -> SessionStatusResult:
    return SessionStatusResult(success=True, data=status)


def refused(code: str = "", status: int = 200) -> SessionStatusResult:
    return SessionStatusResult(code=code, http_status_code=status, error_message="why")


def verdicts(transition: Transition, states: str) -> list[Verdict]:
    return [transition.evaluate(saw(state)) for state in states.split()]


def after_refusals(change: Change, count: int = 1) -> Transition:
    transition = Transition.of(change)
    for _ in range(count):
        transition.record_request(accepted=False)
    return transition


def test_the_table_has_every_change_and_every_state() -> None:
    assert list(STEPS) == list(get_args(Change))
    for steps in STEPS.values():
        assert steps.keys() == {*SessionStatus}


def test_the_guide_has_the_table() -> None:
    for state in SessionStatus:
        waits = [WORDS[waiting_steps("X").get(state, "wait")]]
        cells = [f"`{state}`", *(WORDS[steps[state]] for steps in STEPS.values()), *waits]
        assert f"| {' | '.join(cells)} |" in GUIDE.read_text("utf-8")


@pytest.mark.parametrize("state", SessionStatus)
@pytest.mark.parametrize("change", get_args(Change))
def test_a_state_seen_after_a_refused_request_has_the_meaning_of_the_table(change: Change, state: str) -> None:
    meanings: dict[Step, Verdict] = {
        "done": "done",
        "request": "request",
        "resume": "request",
        "wait": "pending",
        "settle": "pending",
        "fail": "failed",
    }
    assert after_refusals(change).evaluate(saw(state)) == meanings[STEPS[change][state]]


@pytest.mark.parametrize("state", SessionStatus)
@pytest.mark.parametrize("change", get_args(Change))
def test_a_state_seen_after_an_accepted_request_has_the_meaning_of_the_table(change: Change, state: str) -> None:
    meanings: dict[Step, Verdict] = {"done": "done", "fail": "failed"}
    assert Transition.of(change).evaluate(saw(state)) == meanings.get(STEPS[change][state], "pending")


@pytest.mark.parametrize(
    ("change", "states", "expected"),
    [
        ("pause", "PAUSING PAUSED", "pending done"),
        ("pause", "RUNNING RUNNING PAUSING PAUSED", "pending pending pending done"),
        ("pause", "PAUSING RUNNING RUNNING", "pending pending failed"),
        ("pause", "PAUSING RUNNING PAUSING RUNNING PAUSED", "pending pending pending pending done"),
        ("pause", "PAUSING FINISH", "pending failed"),
        ("pause", "MIGRATING", "failed"),
        ("pause", "RESUMING RUNNING", "pending request"),
        ("resume", "PAUSING PAUSED", "pending request"),
        ("resume", "PAUSED RESUMING RUNNING", "pending pending done"),
        ("delete", "RUNNING DELETING MIGRATING FINISH", "pending pending pending done"),
        ("delete", "DELETING RUNNING RUNNING", "pending pending failed"),
        ("delete", "PAUSING PAUSED", "pending request"),
    ],
)
def test_a_change_is_judged_state_by_state(change: Change, states: str, expected: str) -> None:
    assert verdicts(Transition.of(change), states) == expected.split()


def test_a_request_refused_twice_in_its_start_state_is_refused() -> None:
    assert after_refusals("pause", 2).evaluate(saw(RUNNING)) == "refused"


def test_a_request_is_repeated_after_each_change_that_was_in_its_way() -> None:
    transition = after_refusals("pause", 2)
    assert verdicts(transition, "RESUMING RUNNING") == ["pending", "request"]
    transition.record_request(accepted=True)
    assert verdicts(transition, "RUNNING PAUSING PAUSED") == ["pending", "pending", "done"]


@pytest.mark.parametrize(
    ("status", "states", "expected"),
    [
        (PAUSED, "RUNNING PAUSING PAUSED", "pending pending done"),
        (RUNNING, "MIGRATING RUNNING", "pending done"),
        (RUNNING, "DELETING", "failed"),
        ("DELETING", "RUNNING DELETING", "pending done"),
        ("FINISH", "RUNNING DELETING DELETED", "pending pending done"),
        ("DELETED", "PAUSED FINISH", "pending done"),
    ],
)
def test_a_wait_is_judged_state_by_state(status: str, states: str, expected: str) -> None:
    assert verdicts(Transition.waiting_for(status), states) == expected.split()


GONE = refused("InvalidMcpSession.NotFound", 400)


@pytest.mark.parametrize(
    ("transition", "expected"),
    [
        (Transition.of("delete"), "done"),
        (Transition.waiting_for("DELETED"), "done"),
        (Transition.of("pause"), "refused"),
        (Transition.waiting_for(PAUSED), "refused"),
    ],
)
def test_a_session_that_is_gone_is_deleted_and_nothing_else(transition: Transition, expected: Verdict) -> None:
    assert transition.evaluate(GONE) == expected


@pytest.mark.parametrize("change", get_args(Change))
def test_a_refused_look_that_may_succeed_later_is_repeated(change: Change) -> None:
    assert Transition.of(change).evaluate(refused("InternalError", 503)) == "pending"
    assert Transition.of(change).evaluate(refused("NOT_LOGIN", 400)) == "refused"


def test_the_last_state_seen_outlives_a_refusal() -> None:
    transition = Transition.of("pause")
    transition.evaluate(saw(PAUSING))
    transition.evaluate(refused("InternalError", 503))
    assert transition.last_state == PAUSING


@pytest.mark.parametrize(
    ("transition", "states", "conclusive"),
    [
        (Transition.of("pause"), "RUNNING PAUSING PAUSED", [True, True, True]),
        (Transition.of("pause"), "RUNNING PAUSED", [True, False]),  # may be of the pause before
        (Transition.of("resume"), "RUNNING RESUMING RUNNING", [False, True, True]),
        (Transition.of("pause"), "DELETING", [False]),
        (Transition.of("resume"), "PAUSING PAUSED", [True, True]),
        (after_refusals("pause"), "RUNNING", [False]),
        (Transition.waiting_for(RUNNING), "PAUSED RUNNING", [True, False]),
    ],
)
def test_a_state_of_a_list_that_may_lag_ends_no_wait_alone(
    transition: Transition, states: str, conclusive: list[bool]
) -> None:
    assert [transition.is_conclusive(state) for state in states.split()] == conclusive
