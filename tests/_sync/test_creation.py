# Generated from tests/_async/test_creation.py by scripts/generate_sync.py. Do not edit.
"""A creation whose answer is lost: its session is found, or the caller learns that it may be there."""

from collections.abc import Sequence

import httpx
import pytest

from sessionbay import AgentBay, RetryPolicy, Session, SessionError, SessionUsageError

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


def create(cloud: FakeCloud, tag_sessions: bool = True) -> Session:
    with AgentBay(KEY, transport=cloud, clock=FakeClock(), tag_sessions=tag_sessions) as bay:
        return (bay.create(labels={"job": "one"})).session


@pytest.mark.parametrize("lag", [0, 1, 4])
@pytest.mark.parametrize("creation", [LOST, BAD_GATEWAY, httpx.ReadTimeout("late"), httpx.Response(200, text="{")])
def test_the_session_of_a_lost_answer_is_found(creation: Answer, lag: int) -> None:
    cloud = LaggingCloud(creation, lag=lag)
    assert (create(cloud)).session_id == "session-1"
    assert cloud.requests.count("CreateMcpSession") == 1


@pytest.mark.parametrize("silence", [LOST, no("InternalError", status=500)])
def test_a_session_that_is_found_is_kept_even_if_nothing_more_is_reported_of_it(silence: Answer) -> None:
    cloud = LaggingCloud()
    cloud._answers["GetSession"] = [silence]
    assert (create(cloud)).session_id == "session-1"


@pytest.mark.parametrize(("endpoint", "looks"), [("http://127.0.0.1:9", 1), ("https://cloud.example", 5)])
def test_the_session_of_an_engine_that_has_ended_is_not_looked_for_again(endpoint: str, looks: int) -> None:
    cloud, clock, once = LaggingCloud(), FakeClock(), RetryPolicy(attempts=1)
    cloud._answers["ListSession"] = [httpx.ConnectError("refused")]
    with AgentBay(KEY, endpoint=endpoint, transport=cloud, clock=clock, retry=once) as bay:
        with pytest.raises(SessionError, match="may have been created"):
            bay.create()
    assert cloud.requests.count("ListSession") == looks


def test_a_session_that_is_not_found_may_be_there_and_the_error_names_the_attempt() -> None:
    cloud = LaggingCloud(lost=True)
    with pytest.raises(SessionError, match="may have been created") as raised:
        create(cloud)
    assert (raised.value.kind, raised.value.outcome) == ("unknown_outcome", "unknown")
    assert raised.value.attempt in cloud.forms[0]["Labels"]


def test_the_list_is_asked_for_over_ten_seconds() -> None:
    cloud, clock = LaggingCloud(lost=True), FakeClock()
    with AgentBay(KEY, transport=cloud, clock=clock) as bay:
        with pytest.raises(SessionError):
            bay.create()
    assert sum(clock.slept) >= 10


def test_a_session_of_somebody_else_is_not_taken() -> None:
    cloud = LaggingCloud()
    cloud._answers["GetLabel"] = [yes({"Labels": '{"sessionbay.attempt": "another"}'})]
    with pytest.raises(SessionError, match="may have been created"):
        create(cloud)


def test_without_tags_a_lost_answer_is_reported_as_a_possible_leak() -> None:
    cloud = LaggingCloud()
    with pytest.raises(SessionError, match="not tagged") as raised:
        create(cloud, tag_sessions=False)
    assert raised.value.attempt == ""
    assert cloud.forms[0]["Labels"] == '{"job": "one"}'


@pytest.mark.parametrize("creation", [httpx.ConnectError("refused"), no("no authorized app")])
def test_a_creation_that_surely_did_not_happen_is_not_looked_for(creation: Answer) -> None:
    cloud = LaggingCloud(creation)
    with pytest.raises(SessionError):
        create(cloud)
    assert "ListSession" not in cloud.requests


def test_our_own_labels_are_reported_only_when_they_are_asked_for(bay: AgentBay) -> None:
    with bay.session(labels={"job": "one"}) as session:
        assert dict(session.get_labels()) == {"job": "one"}
        whole = dict(session.get_labels(reserved=True))
    assert whole["sessionbay"] == "1"
    assert {"sessionbay.attempt", "sessionbay.created"} <= whole.keys()


def test_setting_labels_keeps_our_own(bay: AgentBay) -> None:
    with bay.session() as session:
        session.set_labels({"job": "two"})
        whole = dict(session.get_labels(reserved=True))
    assert (whole["job"], whole["sessionbay"]) == ("two", "1")


@pytest.mark.parametrize("name", ["sessionbay", "sessionbay.attempt", "sessionbay.mine"])
def test_names_that_are_ours_are_refused(bay: AgentBay, name: str) -> None:
    with pytest.raises(SessionUsageError, match=name):
        bay.create(labels={name: "1"})
