"""A creation whose answer is lost: its session is found, or the caller learns that it may be there."""

from collections.abc import Sequence

import httpx
import pytest

from sessionbay import AsyncAgentBay, AsyncSession, RetryPolicy, SessionError, SessionUsageError

from ..fake_cloud import KEY, Answer, FakeCloud, no, session_data, yes
from .clock import FakeClock

LOST = httpx.ReadError("lost")
BAD_GATEWAY = httpx.Response(502, text="<html>bad gateway</html>")


class LaggingCloud(FakeCloud):
    """Makes the session, and loses the answer; its list has the session only after a while."""

    def __init__(self, creation: Answer | Sequence[Answer] = LOST, *, lag: int = 0, lost: bool = False) -> None:
        listed = [yes([])] if lost else [yes([])] * lag + [yes([{"SessionId": "session-1"}])]
        super().__init__(
            CreateMcpSession=creation,
            ListSession=listed,
            GetLabel=self._labels,
            GetSession=yes(session_data()),
            DeleteSessionAsync=yes(),
            GetSessionDetail=no("InvalidMcpSession.NotFound", status=400),
        )

    def _labels(self) -> httpx.Response:
        return yes({"Labels": self.forms[0]["Labels"]})


async def create(cloud: FakeCloud, tag_sessions: bool = True) -> AsyncSession:
    async with AsyncAgentBay(KEY, transport=cloud, clock=FakeClock(), tag_sessions=tag_sessions) as bay:
        return (await bay.create(labels={"job": "one"})).session


@pytest.mark.parametrize("lag", [0, 1, 4])
@pytest.mark.parametrize("creation", [LOST, BAD_GATEWAY, httpx.ReadTimeout("late"), httpx.Response(200, text="{")])
async def test_the_session_of_a_lost_answer_is_found(creation: Answer, lag: int) -> None:
    cloud = LaggingCloud(creation, lag=lag)
    assert (await create(cloud)).session_id == "session-1"
    assert cloud.requests.count("CreateMcpSession") == 1


@pytest.mark.parametrize("silence", [LOST, no("InternalError", status=500)])
async def test_a_session_that_is_found_is_kept_even_if_nothing_more_is_reported_of_it(silence: Answer) -> None:
    cloud = LaggingCloud()
    cloud._answers["GetSession"] = [silence]
    assert (await create(cloud)).session_id == "session-1"


@pytest.mark.parametrize(("endpoint", "looks"), [("http://127.0.0.1:9", 1), ("https://cloud.example", 5)])
async def test_the_session_of_an_engine_that_has_ended_is_not_looked_for_again(endpoint: str, looks: int) -> None:
    cloud, clock, once = LaggingCloud(), FakeClock(), RetryPolicy(attempts=1)
    cloud._answers["ListSession"] = [httpx.ConnectError("refused")]
    async with AsyncAgentBay(KEY, endpoint=endpoint, transport=cloud, clock=clock, retry=once) as bay:
        with pytest.raises(SessionError, match="may have been created"):
            await bay.create()
    assert cloud.requests.count("ListSession") == looks


async def test_a_session_that_is_not_found_may_be_there_and_the_error_names_the_attempt() -> None:
    cloud = LaggingCloud(lost=True)
    with pytest.raises(SessionError, match="may have been created") as raised:
        await create(cloud)
    assert (raised.value.kind, raised.value.outcome) == ("unknown_outcome", "unknown")
    assert raised.value.attempt in cloud.forms[0]["Labels"]


async def test_the_list_is_asked_for_over_ten_seconds() -> None:
    cloud, clock = LaggingCloud(lost=True), FakeClock()
    async with AsyncAgentBay(KEY, transport=cloud, clock=clock) as bay:
        with pytest.raises(SessionError):
            await bay.create()
    assert sum(clock.slept) >= 10


async def test_a_session_of_somebody_else_is_not_taken() -> None:
    cloud = LaggingCloud()
    cloud._answers["GetLabel"] = [yes({"Labels": '{"sessionbay.attempt": "another"}'})]
    with pytest.raises(SessionError, match="may have been created"):
        await create(cloud)


async def test_without_tags_a_lost_answer_is_reported_as_a_possible_leak() -> None:
    cloud = LaggingCloud()
    with pytest.raises(SessionError, match="not tagged") as raised:
        await create(cloud, tag_sessions=False)
    assert raised.value.attempt == ""
    assert cloud.forms[0]["Labels"] == '{"job": "one"}'


@pytest.mark.parametrize("creation", [httpx.ConnectError("refused"), no("no authorized app")])
async def test_a_creation_that_surely_did_not_happen_is_not_looked_for(creation: Answer) -> None:
    cloud = LaggingCloud(creation)
    with pytest.raises(SessionError):
        await create(cloud)
    assert "ListSession" not in cloud.requests


async def test_our_own_labels_are_reported_only_when_they_are_asked_for(bay: AsyncAgentBay) -> None:
    async with bay.session(labels={"job": "one"}) as session:
        assert dict(await session.get_labels()) == {"job": "one"}
        whole = dict(await session.get_labels(reserved=True))
    assert whole["sessionbay"] == "1"
    assert {"sessionbay.attempt", "sessionbay.created"} <= whole.keys()


async def test_setting_labels_keeps_our_own(bay: AsyncAgentBay) -> None:
    async with bay.session() as session:
        await session.set_labels({"job": "two"})
        whole = dict(await session.get_labels(reserved=True))
    assert (whole["job"], whole["sessionbay"]) == ("two", "1")


@pytest.mark.parametrize("name", ["sessionbay", "sessionbay.attempt", "sessionbay.mine"])
async def test_names_that_are_ours_are_refused(bay: AsyncAgentBay, name: str) -> None:
    with pytest.raises(SessionUsageError, match=name):
        await bay.create(labels={name: "1"})
