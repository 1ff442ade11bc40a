"""Clients on the engine: where sessions come from, and how they are found again."""

from datetime import datetime

import pytest

from sessionbay import AsyncAgentBay, CreateSessionParams, SessionError, SessionStatus, SessionUsageError

from ..requirements import promise
from .conftest import IMAGE


@promise("help.create")
async def test_a_created_session_can_be_found_by_its_id(either: AsyncAgentBay) -> None:
    made = await either.create(image_id=IMAGE)
    found = await either.get(made.session.session_id)
    assert found.session.session_id == made.session.session_id
    await made.session.delete()


async def test_create_takes_params_and_keyword_arguments_alike(bay: AsyncAgentBay) -> None:
    params = CreateSessionParams(labels={"by": "params"})
    made = [await bay.create(params), await bay.create(params, labels={"by": "both"})]
    labels = [dict(await result.session.get_labels()) for result in made]
    assert labels == [{"by": "params"}, {"by": "both"}]
    for result in made:
        await bay.delete(result.session)


async def test_a_session_block_deletes_its_session(either: AsyncAgentBay) -> None:
    async with either.session(image_id=IMAGE) as session:
        pass
    assert (await either.get(session.session_id)).code == "InvalidMcpSession.NotFound"


async def test_a_session_block_deletes_its_session_when_its_body_fails(bay: AsyncAgentBay) -> None:
    with pytest.raises(ZeroDivisionError):
        async with bay.session() as session:
            raise ZeroDivisionError
    assert not (await bay.get(session.session_id)).success


async def test_a_session_block_deletes_a_paused_session(bay: AsyncAgentBay) -> None:
    async with bay.session() as session:
        await session.pause(poll_interval=0.01)
    assert not (await bay.get(session.session_id)).success


async def test_a_session_block_is_content_with_a_session_that_its_body_deleted(bay: AsyncAgentBay) -> None:
    async with bay.session() as session:
        await session.delete()
    assert not (await bay.get(session.session_id)).success


async def test_a_session_block_raises_when_there_is_no_session(bay: AsyncAgentBay) -> None:
    with pytest.raises(SessionError, match="mobile_latest") as raised:
        async with bay.session(image_id="mobile_latest"):
            pytest.fail("the body must not run")
    assert raised.value.code == "ImageNotSupportedLocally"


async def test_get_of_an_unknown_session_is_refused_with_its_code(either: AsyncAgentBay) -> None:
    result = await either.get("session-unknown")
    assert (result.success, result.code) == (False, "InvalidMcpSession.NotFound")


async def test_a_list_is_cut_into_pages_and_narrowed_by_labels(either: AsyncAgentBay) -> None:
    labels = {"test": f"pages of {type(either).__name__}"}
    made = [(await either.create(image_id=IMAGE, labels=labels | {"n": str(n)})).session for n in range(5)]
    pages = [await either.list(labels=labels, limit=2, page=page) for page in (1, 2, 3)]
    assert [page.session_ids for page in pages] == [
        [session.session_id for session in made[start : start + 2]] for start in (0, 2, 4)
    ]
    assert [entry.labels for page in pages for entry in page] == [labels | {"n": str(n)} for n in range(5)]
    assert all(datetime.fromisoformat(entry.created_at).tzinfo for page in pages for entry in page)
    assert pages[0].total_count == 5
    assert [bool(page.next_token) for page in pages] == [True, True, False]
    for session in made:
        await session.delete()


async def test_a_page_after_the_last_is_refused(bay: AsyncAgentBay) -> None:
    result = await bay.list(labels={"nobody": "has this"}, page=3)
    assert not result.success
    assert "there is no page 3" in result.error_message


async def test_iterating_goes_over_all_pages(either: AsyncAgentBay) -> None:
    labels = {"test": f"iterating by {type(either).__name__}"}
    made = [(await either.create(image_id=IMAGE, labels=labels)).session for _ in range(3)]
    found = [entry.session_id async for entry in either.iter_sessions(labels=labels, limit=2)]
    assert found == [session.session_id for session in made]
    for session in made:
        await session.delete()


async def test_a_list_can_be_narrowed_to_a_state_and_an_image(bay: AsyncAgentBay) -> None:
    labels = {"test": "narrowed"}
    async with (
        bay.session(labels=labels, image_id="code_latest") as running,
        bay.session(labels=labels, image_id="linux_latest") as paused,
    ):
        await paused.pause(poll_interval=0.01)
        by_state = await bay.list(labels=labels, status=SessionStatus.PAUSED)
        by_image = await bay.list(labels=labels, image_id="code_latest")
    assert (by_state.session_ids, by_image.session_ids) == ([paused.session_id], [running.session_id])


async def test_a_closed_client_refuses_calls(bay: AsyncAgentBay) -> None:
    await bay.list()
    await bay.aclose()
    with pytest.raises(ValueError, match="the client is closed"):
        await bay.list()


async def test_what_is_no_session_is_not_deleted(bay: AsyncAgentBay) -> None:
    with pytest.raises(SessionUsageError, match=r"session must be of the class .*Session, not 'session-1': get\(\)"):
        await bay.delete("session-1")  # type: ignore[arg-type]  # a mistake


async def test_a_result_that_is_taken_for_its_session_says_where_that_is(bay: AsyncAgentBay) -> None:
    made = await bay.create()
    with pytest.raises(AttributeError, match=r"no attribute 'command' \(it is one of the session: take \.session"):
        _ = made.command  # type: ignore[attr-defined]  # a mistake
    with pytest.raises(AttributeError, match=r"no attribute 'comand'$"):
        _ = made.comand  # type: ignore[attr-defined]  # a mistake
    await made.session.delete()


async def test_a_block_that_is_taken_for_its_session_says_to_enter_it(bay: AsyncAgentBay) -> None:
    with pytest.raises(AttributeError, match="no attribute 'command': enter the block by 'with'"):
        _ = bay.session().command  # type: ignore[attr-defined]  # a mistake
