"""How the copying of contexts is judged."""

import pytest

from sessionbay.core.errors import ContextError
from sessionbay.core.polling import PollOutcome, Verdict
from sessionbay.models.contexts import ContextInfoResult, ContextStatus, ContextSyncResult
from sessionbay.operations.context import TaskWatch, select_copies, sync_result


def task(context_id: str, status: str, task_type: str = "upload", error: str = "") -> ContextStatus:
    return ContextStatus(context_id, "/p", status, task_type, error)


def saw(*tasks: ContextStatus) -> ContextInfoResult:
    return ContextInfoResult(success=True, data=tasks, request_id="REQ-1")


DONE, RUNNING, FAILED = task("a", "Success"), task("a", "Running"), task("a", "Failed", error="disk full")
REFUSED = ContextInfoResult(code="X", error_message="[X] why", http_status_code=400, request_id="REQ-2")
HEALS = ContextInfoResult(code="InternalError", error_message="busy", http_status_code=503)


@pytest.mark.parametrize(
    ("awaited", "looks", "verdicts"),
    [
        ("", [saw(DONE)], ["arrived"]),
        ("", [saw(RUNNING), saw(DONE)], ["moving", "arrived"]),
        ("", [saw(DONE, RUNNING), saw(DONE, DONE)], ["moving", "arrived"]),
        ("", [saw(DONE, FAILED)], ["elsewhere"]),
        ("", [saw(RUNNING, FAILED), saw(DONE, FAILED)], ["moving", "elsewhere"]),
        ("", [saw(), saw()], ["moving", "arrived"]),
        ("", [saw(), saw(RUNNING), saw(DONE)], ["moving", "moving", "arrived"]),
        ("", [saw(task("a", "Running", "other"))] * 2, ["moving", "arrived"]),
        ("", [saw(task("a", "a new word"))], ["moving"]),
        ("a", [saw(task("b", "Success")), saw(DONE)], ["moving", "arrived"]),
        ("a", [saw(), saw(), saw()], ["moving", "moving", "moving"]),
        ("ab", [saw(DONE), saw(DONE, task("b", "Success"))], ["moving", "arrived"]),
        ("a", [saw(DONE, task("b", "Running"))], ["moving"]),
        ("", [HEALS, saw(DONE)], ["moving", "arrived"]),
        ("", [HEALS, saw(), saw()], ["moving", "moving", "arrived"]),
        ("", [REFUSED], ["refused"]),
    ],
)
def test_copies_are_judged_look_by_look(awaited: str, looks: list[ContextInfoResult], verdicts: list[str]) -> None:
    watch = TaskWatch(frozenset(awaited))
    assert [watch.evaluate(look) for look in looks] == verdicts


@pytest.mark.parametrize(
    ("mode", "seen", "verdict"),
    [
        ("upload", saw(DONE, task("a", "Failed", "download")), "arrived"),
        ("download", saw(FAILED, task("a", "Success", "download")), "arrived"),
        ("download", saw(DONE, task("a", "Failed", "download")), "elsewhere"),
        ("upload", saw(task("a", "Success", "download")), "moving"),
        (None, saw(DONE, task("a", "Failed", "download")), "arrived"),
        (None, saw(task("a", "Failed", "download")), "elsewhere"),
    ],
)
def test_a_copy_in_the_other_direction_decides_nothing(
    mode: str | None, seen: ContextInfoResult, verdict: Verdict
) -> None:
    assert TaskWatch(mode=mode).evaluate(seen) == verdict
    reported = sync_result(PollOutcome(verdict, seen), 5, mode)
    assert reported.success == (verdict == "arrived")
    assert (" at /p" in reported.error_message) == (verdict == "elsewhere")


def test_only_what_copies_is_a_copy() -> None:
    up, down, other = (task("a", "Success", kind) for kind in ("upload", "download", "delete"))
    assert select_copies(saw(up, other, down)) == (up, down)


@pytest.mark.parametrize("seen", [None, REFUSED], ids=["nothing", "a refusal"])
def test_without_a_list_there_are_no_copies(seen: ContextInfoResult | None) -> None:
    assert select_copies(seen) == ()


@pytest.mark.parametrize(
    ("waited", "result"),
    [
        (PollOutcome("arrived", saw(DONE)), ContextSyncResult(success=True, tasks=(DONE,), request_id="REQ-1")),
        (
            PollOutcome("elsewhere", saw(DONE, FAILED)),
            ContextSyncResult(error_message="upload of a at /p: disk full", tasks=(DONE, FAILED), request_id="REQ-1"),
        ),
        (
            PollOutcome("timeout", saw(RUNNING, DONE)),
            ContextSyncResult(
                error_message="not copied after 2.5 s: upload of a at /p: Running",
                tasks=(RUNNING, DONE),
                request_id="REQ-1",
            ),
        ),
    ],
    ids=["arrived", "elsewhere", "timeout"],
)
def test_the_end_of_a_wait_for_copies_is_a_result(
    waited: PollOutcome[ContextInfoResult], result: ContextSyncResult
) -> None:
    assert sync_result(waited, 2.5) == result


def test_a_wait_for_copies_that_was_refused_keeps_what_the_service_said() -> None:
    refused = ContextSyncResult(code="X", error_message="[X] why", http_status_code=400, request_id="REQ-2")
    assert sync_result(PollOutcome("refused", REFUSED), 2.5) == refused


@pytest.mark.parametrize(
    "waited",
    [PollOutcome("timeout", None, ContextError("no route")), PollOutcome("timeout", HEALS)],
    ids=["silence", "refusals"],
)
def test_a_wait_for_copies_that_saw_none_reports_why(waited: PollOutcome[ContextInfoResult]) -> None:
    assert sync_result(waited, 2.5).error_message in (
        "not copied after 2.5 s: no route",
        "not copied after 2.5 s: busy",
    )


def test_a_copy_that_failed_raises_a_context_error() -> None:
    with pytest.raises(ContextError, match="disk full"):
        sync_result(PollOutcome("elsewhere", saw(FAILED)), 1).raise_for_error()
