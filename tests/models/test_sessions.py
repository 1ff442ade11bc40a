"""Sessions and what their operations answer, as callers see them."""

import pickle
from dataclasses import FrozenInstanceError

import pytest

from sessionbay.models.sessions import (
    DeleteResult,
    InfoResult,
    LabelsResult,
    LinkResult,
    SessionEntry,
    SessionInfo,
    SessionListResult,
    SessionPauseResult,
    SessionResult,
    SessionStatus,
    SessionStatusResult,
)

VALUES = {
    "session_id": "session-1",
    "resource_url": "https://page.invalid/canary",
    "app_id": "app-1",
    "auth_code": "canary-code",
    "connection_properties": '{"authMode": "Session"}',
    "resource_id": "p-1",
    "resource_type": "AIAgent",
    "ticket": "canary-ticket",
}
INFO = SessionInfo(**VALUES)
INFO_RESULT = InfoResult(success=True, data=INFO)
LABELS = LabelsResult(success=True, data={"project": "demo", "env": "测试"})
LINK = LinkResult(success=True, data="wss://gw.invalid/canary")


def test_the_fields_of_an_info_may_be_given_in_order() -> None:
    assert SessionInfo(*VALUES.values()) == INFO


def test_an_info_without_a_word_is_empty() -> None:
    assert set(dict(SessionInfo()).values()) == {""}


def test_an_info_reads_as_a_dict() -> None:
    assert dict(INFO) == VALUES


@pytest.mark.parametrize("name", VALUES)
def test_an_info_reads_by_key_as_by_attribute(name: str) -> None:
    assert INFO[name] == getattr(INFO, name)


@pytest.mark.parametrize("name", ["connection", "keys", "__class__"])
def test_only_fields_are_keys_of_an_info(name: str) -> None:
    with pytest.raises(KeyError, match=name):
        INFO[name]


@pytest.mark.parametrize("shown", [repr(INFO), str(INFO), repr(INFO_RESULT), repr(LINK)])
def test_what_lets_its_reader_in_shows_in_no_repr(shown: str) -> None:
    assert "canary" not in shown


@pytest.mark.parametrize(
    ("properties", "connection"),
    [
        ('{"authMode": "Session", "n": 1}', {"authMode": "Session", "n": 1}),
        ("{}", {}),
        ("", {}),
        ("not JSON", {}),
        ("[1]", {}),
        ("null", {}),
        ('"text"', {}),
    ],
)
def test_the_connection_is_parsed_where_it_is_an_object(properties: str, connection: dict[str, object]) -> None:
    assert SessionInfo(connection_properties=properties).connection == connection


def test_an_info_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        INFO.session_id = "other"  # type: ignore[misc]  # that it is refused is the point


def test_the_result_of_info_reads_as_the_info_does() -> None:
    assert dict(INFO_RESULT) == VALUES


@pytest.mark.parametrize("name", VALUES)
def test_the_result_of_info_has_the_fields_of_the_info(name: str) -> None:
    assert getattr(INFO_RESULT, name) == INFO_RESULT[name] == VALUES[name]


def test_secrets_that_were_asked_for_are_pickled() -> None:
    assert pickle.loads(pickle.dumps(INFO_RESULT)).ticket == "canary-ticket"


def test_a_link_is_its_own_text() -> None:
    assert (str(LINK), f"{LINK}") == ("wss://gw.invalid/canary", "wss://gw.invalid/canary")


def test_labels_read_as_a_dict() -> None:
    assert dict(LABELS) == {"project": "demo", "env": "测试"}


def test_labels_have_what_a_dict_has() -> None:
    assert (LABELS["env"], list(LABELS), len(LABELS), "env" in LABELS) == ("测试", ["project", "env"], 2, True)


def test_labels_have_keys_and_items() -> None:
    assert (list(LABELS.keys()), list(LABELS.items())) == (["project", "env"], [("project", "demo"), ("env", "测试")])


def test_labels_show_as_a_dict() -> None:
    assert str(LABELS) == "{'project': 'demo', 'env': '测试'}"


def test_a_label_that_is_not_there_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="nope"):
        LABELS["nope"]


def test_labels_that_are_none_are_a_success_all_the_same() -> None:
    none = LabelsResult(success=True, data={})
    assert (bool(none), len(none)) == (True, 0)


def test_a_page_of_sessions_has_their_ids() -> None:
    page = SessionListResult(success=True, data=(SessionEntry("a", "RUNNING"), SessionEntry("b")))
    assert (page.session_ids, page.sessions[0].status) == (["a", "b"], "RUNNING")


def test_a_status_is_read_by_its_name() -> None:
    assert SessionStatusResult(success=True, data="RUNNING").status == SessionStatus.RUNNING


def test_a_status_that_no_constant_names_is_passed_through() -> None:
    assert SessionStatusResult(success=True, data="HIBERNATED").status == "HIBERNATED"


def test_a_status_is_a_string_in_every_way() -> None:
    assert f"{SessionStatus.PAUSED}" == "PAUSED"


def test_a_session_is_the_data_of_its_result() -> None:
    assert SessionResult[str](success=True, data="a session").session == "a session"


def test_the_end_of_a_wait_keeps_the_last_state() -> None:
    ended = SessionPauseResult(status="PAUSING", timed_out=True)
    assert (bool(ended), ended.status, ended.timed_out) == (False, "PAUSING", True)


def test_a_deletion_whose_copies_failed_is_a_success() -> None:
    assert DeleteResult(success=True, sync_error="upload failed")
