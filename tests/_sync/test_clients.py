# Generated from tests/_async/test_clients.py by scripts/generate_sync.py. Do not edit.
"""Clients on the engine: where sessions come from, and how they are found again."""

from datetime import datetime

import pytest

from sessionbay import AgentBay, CreateSessionParams, SessionError, SessionStatus, SessionUsageError

from ..requirements import promise
from .conftest import IMAGE


@promise("help.create")
def test_a_created_session_can_be_found_by_its_id(either: AgentBay) -> None:
    made = either.create(image_id=IMAGE)
    found = either.get(made.session.session_id)
    assert found.session.session_id == made.session.session_id
    made.session.delete()


def test_create_takes_params_and_keyword_arguments_alike(bay: AgentBay) -> None:
    params = CreateSessionParams(labels={"by": "params"})
    made = [bay.create(params), bay.create(params, labels={"by": "both"})]
    labels = [dict(result.session.get_labels()) for result in made]
    assert labels == [{"by": "params"}, {"by": "both"}]
    for result in made:
        bay.delete(result.session)


def test_a_session_block_deletes_its_session(either: AgentBay) -> None:
    with either.session(image_id=IMAGE) as session:
        pass
    assert (either.get(session.session_id)).code == "InvalidMcpSession.NotFound"


def test_a_session_block_deletes_its_session_when_its_body_fails(bay: AgentBay) -> None:
    with pytest.raises(ZeroDivisionError):
        with bay.session() as session:
            raise ZeroDivisionError
    assert not (bay.get(session.session_id)).success


def test_a_session_block_deletes_a_paused_session(bay: AgentBay) -> None:
    with bay.session() as session:
        session.pause(poll_interval=0.01)
    assert not (bay.get(session.session_id)).success


def test_a_session_block_is_content_with_a_session_that_its_body_deleted(bay: AgentBay) -> None:
    with bay.session() as session:
        session.delete()
    assert not (bay.get(session.session_id)).success


def test_a_session_block_raises_when_there_is_no_session(bay: AgentBay) -> None:
    with pytest.raises(SessionError, match="mobile_latest") as raised:
        with bay.session(image_id="mobile_latest"):
            pytest.fail("the body must not run")
    assert raised.value.code == "ImageNotSupportedLocally"


def test_get_of_an_unknown_session_is_refused_with_its_code(either: AgentBay) -> None:
    result = either.get("session-unknown")
    assert (result.success, result.code) == (False, "InvalidMcpSession.NotFound")


def test_a_list_is_cut_into_pages_and_narrowed_by_labels(either: AgentBay) -> None:
    labels = {"test": f"pages of {type(either).__name__}"}
    made = [(either.create(image_id=IMAGE, labels=labels | {"n": str(n)})).session for n in range(5)]
    pages = [either.list(labels=labels, limit=2, page=page) for page in (1, 2, 3)]
    assert [page.session_ids for page in pages] == [
        [session.session_id for session in made[start : start + 2]] for start in (0, 2, 4)
    ]
    assert [entry.labels for page in pages for entry in page] == [labels | {"n": str(n)} for n in range(5)]
    assert all(datetime.fromisoformat(entry.created_at).tzinfo for page in pages for entry in page)
    assert pages[0].total_count == 5
    assert [bool(page.next_token) for page in pages] == [True, True, False]
    for session in made:
        session.delete()


def test_a_page_after_the_last_is_refused(bay: AgentBay) -> None:
    result = bay.list(labels={"nobody": "has this"}, page=3)
    assert not result.success
    assert "there is no page 3" in result.error_message


def test_iterating_goes_over_all_pages(either: AgentBay) -> None:
    labels = {"test": f"iterating by {type(either).__name__}"}
    made = [(either.create(image_id=IMAGE, labels=labels)).session for _ in range(3)]
    found = [entry.session_id for entry in either.iter_sessions(labels=labels, limit=2)]
    assert found == [session.session_id for session in made]
    for session in made:
        session.delete()


def test_a_list_can_be_narrowed_to_a_state_and_an_image(bay: AgentBay) -> None:
    labels = {"test": "narrowed"}
    with (
        bay.session(labels=labels, image_id="code_latest") as running,
        bay.session(labels=labels, image_id="linux_latest") as paused,
    ):
        paused.pause(poll_interval=0.01)
        by_state = bay.list(labels=labels, status=SessionStatus.PAUSED)
        by_image = bay.list(labels=labels, image_id="code_latest")
    assert (by_state.session_ids, by_image.session_ids) == ([paused.session_id], [running.session_id])


def test_a_closed_client_refuses_calls(bay: AgentBay) -> None:
    bay.list()
    bay.close()
    with pytest.raises(ValueError, match="the client is closed"):
        bay.list()


def test_what_is_no_session_is_not_deleted(bay: AgentBay) -> None:
    with pytest.raises(SessionUsageError, match=r"session must be of the class .*Session, not 'session-1': get\(\)"):
        bay.delete("session-1")  # type: ignore[arg-type]  # a mistake


def test_a_result_that_is_taken_for_its_session_says_where_that_is(bay: AgentBay) -> None:
    made = bay.create()
    with pytest.raises(AttributeError, match=r"no attribute 'command' \(it is one of the session: take \.session"):
        _ = made.command  # type: ignore[attr-defined]  # a mistake
    with pytest.raises(AttributeError, match=r"no attribute 'comand'$"):
        _ = made.comand  # type: ignore[attr-defined]  # a mistake
    made.session.delete()


def test_a_block_that_is_taken_for_its_session_says_to_enter_it(bay: AgentBay) -> None:
    with pytest.raises(AttributeError, match="no attribute 'command': enter the block by 'with'"):
        _ = bay.session().command  # type: ignore[attr-defined]  # a mistake
