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
        ("", [saw(DONE)], ["done"]),
        ("", [saw(RUNNING), saw(DONE)], ["pending", "done"]),
        ("", [saw(DONE, RUNNING), saw(DONE, DONE)], ["pending", "done"]),
        ("", [saw(DONE, FAILED)], ["failed"]),
        ("", [saw(RUNNING, FAILED), saw(DONE, FAILED)], ["pending", "failed"]),
        ("", [saw(), saw()], ["pending", "done"]),
        ("", [saw(), saw(RUNNING), saw(DONE)], ["pending", "pending", "done"]),
        ("", [saw(task("a", "Running", "other"))] * 2, ["pending", "done"]),
        ("", [saw(task("a", "a new word"))], ["pending"]),
        ("a", [saw(task("b", "Success")), saw(DONE)], ["pending", "done"]),
        ("a", [saw(), saw(), saw()], ["pending", "pending", "pending"]),
        ("ab", [saw(DONE), saw(DONE, task("b", "Success"))], ["pending", "done"]),
        ("a", [saw(DONE, task("b", "Running"))], ["pending"]),
        ("", [HEALS, saw(DONE)], ["pending", "done"]),
        ("", [HEALS, saw(), saw()], ["pending", "pending", "done"]),
        ("", [REFUSED], ["refused"]),
    ],
)
def test_copies_are_judged_look_by_look(awaited: str, looks: list[ContextInfoResult], verdicts: list[str]) -> None:
    watch = TaskWatch(frozenset(awaited))
    assert [watch.evaluate(look) for look in looks] == verdicts


@pytest.mark.parametrize(
    ("mode", "seen", "verdict"),
    [
        ("upload", saw(DONE, task("a", "Failed", "download")), "done"),
        ("download", saw(FAILED, task("a", "Success", "download")), "done"),
        ("download", saw(DONE, task("a", "Failed", "download")), "failed"),
        ("upload", saw(task("a", "Success", "download")), "pending"),
        (None, saw(DONE, task("a", "Failed", "download")), "done"),
        (None, saw(task("a", "Failed", "download")), "failed"),
    ],
)
def test_a_copy_in_the_other_direction_decides_nothing(
    mode: str | None, seen: ContextInfoResult, verdict: Verdict
) -> None:
    assert TaskWatch(mode=mode).evaluate(seen) == verdict
    reported = sync_result(PollOutcome(verdict, seen), 5, mode)
    assert reported.success == (verdict == "done")
    assert (" at /p" in reported.error_message) == (verdict == "failed")


def test_only_what_copies_is_a_copy() -> None:
    up, down, other = (task("a", "Success", kind) for kind in ("upload", "download", "delete"))
    assert select_copies(saw(up, other, down)) == (up, down)


@pytest.mark.parametrize("seen", [None, REFUSED], ids=["nothing", "a refusal"])
def test_without_a_list_there_are_no_copies(seen: ContextInfoResult | None) -> None:
    assert select_copies(seen) == ()


@pytest.mark.parametrize(
    ("waited", "result"),
    [
        (PollOutcome("done", saw(DONE)), ContextSyncResult(success=True, tasks=(DONE,), request_id="REQ-1")),
        (
            PollOutcome("failed", saw(DONE, FAILED)),
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
    ids=["done", "failed", "timeout"],
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
        sync_result(PollOutcome("failed", saw(FAILED)), 1).raise_for_error()
