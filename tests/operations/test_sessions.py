"""The ends of waits for a state, the two levels of an info, and the tables of all that there is."""

from typing import Any

import pytest

from sessionbay.core.errors import SessionError
from sessionbay.core.polling import PollOutcome, Verdict
from sessionbay.core.transitions import Transition
from sessionbay.models.sessions import DeleteResult, SessionInfo, SessionPauseResult, SessionStatusResult
from sessionbay.operations.links import DesktopInfo, InfoAnswer
from sessionbay.operations.registry import OPERATIONS, TOOLS
from sessionbay.operations.session import GET_STATUS, EntryAnswer, SessionAnswer, wait_result
from sessionbay.operations.tools import CallAnswer, ContentAnswer

LAST = SessionStatusResult(success=True, data="PAUSING", request_id="REQ-1", http_status_code=200)
REFUSED = SessionStatusResult(code="X", error_message="[X] why", request_id="REQ-2", http_status_code=400)


def pause(verdict: Verdict, last: SessionStatusResult | None, last_state: str = "PAUSING") -> SessionPauseResult:
    """Return the result of a wait for a pause."""
    transition = Transition.of("pause")
    transition.last_state = last_state
    return wait_result(SessionPauseResult, PollOutcome(verdict, last), transition, "PAUSED", 2.5)


@pytest.mark.parametrize(
    ("ended", "result"),
    [
        (
            pause("done", LAST, "PAUSED"),
            SessionPauseResult(success=True, status="PAUSED", request_id="REQ-1", http_status_code=200),
        ),
        (
            pause("timeout", LAST),
            SessionPauseResult(
                status="PAUSING",
                timed_out=True,
                outcome_unknown=True,
                error_message="not PAUSED after 2.5 s, last seen PAUSING",
                request_id="REQ-1",
            ),
        ),
        (
            pause("failed", LAST, "FINISH"),
            SessionPauseResult(
                status="FINISH",
                code="InvalidMcpSession.NotFound",
                outcome_unknown=True,
                error_message="went FINISH, not PAUSED",
                request_id="REQ-1",
            ),
        ),
        (
            pause("timeout", None, ""),
            SessionPauseResult(
                timed_out=True, outcome_unknown=True, error_message="not PAUSED after 2.5 s, no state was seen"
            ),
        ),
    ],
    ids=["done", "timeout", "failed", "never answered"],
)
def test_the_end_of_a_wait_is_a_result(ended: SessionPauseResult, result: SessionPauseResult) -> None:
    assert ended == result


def test_a_wait_that_was_refused_keeps_what_the_service_said() -> None:
    assert pause("refused", REFUSED) == SessionPauseResult(
        status="PAUSING",
        outcome_unknown=True,
        code="X",
        error_message="[X] why",
        request_id="REQ-2",
        http_status_code=400,
    )


def test_what_is_gone_has_arrived_at_its_deletion() -> None:
    transition = Transition.of("delete")
    gone = SessionStatusResult(code="InvalidMcpSession.NotFound", http_status_code=400)
    deleted = wait_result(DeleteResult, PollOutcome("done", gone), transition, "deleted", 30)
    assert (deleted.success, deleted.error_message) == (True, "")


def test_a_look_reads_the_state_alone() -> None:
    assert GET_STATUS.fields(SessionAnswer(session_id="session-1", status="PAUSING")) == {"data": "PAUSING"}


def test_the_two_levels_of_an_info_are_one() -> None:
    desktop = DesktopInfo(app_id="app-1", auth_code="code", resource_type="AIAgent", ticket="ticket")
    answer = InfoAnswer(session_id="session-1", resource_url="https://page.invalid", desktop_info=desktop)
    assert answer.info() == SessionInfo(
        "session-1", "https://page.invalid", "app-1", "code", resource_type="AIAgent", ticket="ticket"
    )


def test_an_info_may_know_no_desktop() -> None:
    assert InfoAnswer(session_id="session-1").info() == SessionInfo("session-1")


@pytest.mark.parametrize(
    "shown",
    [
        repr(SessionAnswer(session_id="s", token="canary", link_url="canary", ws_url="canary", resource_url="canary")),
        repr(InfoAnswer(session_id="s", resource_url="canary", desktop_info=DesktopInfo(ticket="canary"))),
        repr(DesktopInfo(auth_code="canary")),
    ],
)
def test_the_secrets_of_a_session_show_in_no_repr(shown: str) -> None:
    assert "canary" not in shown


@pytest.mark.parametrize(
    ("items", "text"),
    [
        ([], ""),
        ([{"text": "a"}, {"text": "b"}], "a\nb"),
        ([{"text": ""}, {"data": "aGk="}], ""),
        ([{"data": "aGk="}, {"data": "aG8="}], "aGk="),
        ([{"blob": "aGk="}], "aGk="),
    ],
)
def test_the_text_of_a_tools_answer_is_all_its_texts_or_its_first_data(items: list[dict[str, Any]], text: str) -> None:
    assert CallAnswer(content=[ContentAnswer(**item) for item in items]).text == text


def test_every_operation_has_an_action_of_its_own() -> None:
    assert len(OPERATIONS.by_action) == len(OPERATIONS.operations)


def test_every_operation_that_agb_has_has_a_path_of_its_own() -> None:
    assert len(OPERATIONS.by_path) == sum(op.agb is not None for op in OPERATIONS.operations)


def test_a_refused_operation_raises_an_error_of_this_package() -> None:
    assert all(issubclass(op.result.error_type, SessionError.__base__ or object) for op in OPERATIONS.operations)


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_a_tool_can_be_listed(tool: Any) -> None:
    assert tool.about.endswith(".")
    assert tool.args.model_json_schema()["type"] == "object"


def test_every_tool_has_a_name_of_its_own() -> None:
    assert len({tool.name for tool in TOOLS}) == len(TOOLS)


@pytest.mark.parametrize(
    ("wire", "labels", "created_at"),
    [
        ({}, {}, ""),
        ({"Labels": '{"a": "b"}', "CreateTime": "2026-01-02T03:04:05Z"}, {"a": "b"}, "2026-01-02T03:04:05Z"),
        ({"labels": {"a": "b", "sessionbay.created": "1000"}}, {"a": "b"}, "1970-01-01T00:16:40+00:00"),
        ({"Labels": "no JSON"}, {}, ""),
        ({"Labels": {"sessionbay.created": "9" * 30}}, {}, ""),
    ],
)
def test_an_entry_of_a_list_has_the_labels_and_the_creation_time_of_the_wire(
    wire: dict[str, Any], labels: dict[str, str], created_at: str
) -> None:
    entry = EntryAnswer.model_validate({"sessionId": "session-1", **wire}).entry()
    assert (entry.session_id, entry.labels, entry.created_at) == ("session-1", labels, created_at)
