# Generated from tests/_async/test_poller.py by scripts/generate_sync.py. Do not edit.
from collections import Counter

import httpx
import pytest

from sessionbay import AgentBay, RetryPolicy, Session, SessionPauseResult
from sessionbay._concurrency._sync import run_for_each

from ..fake_cloud import KEY, Answer, FakeCloud, no, status, yes
from ..raw_server import BOUND

MANY = 40
LOOKS = 3  # at the list, before the pause has come about


class PausingCloud(FakeCloud):
    """Pauses its sessions once they were looked at often enough; a part of them is not on its list."""

    def __init__(self, listed: int = MANY, total: int = MANY, **answers: Answer) -> None:
        known: dict[str, Answer] = {"PauseSessionAsync": yes(), "GetSession": self._status, "ListSession": self._list}
        super().__init__(**known | answers)
        self._ids = [f"session-{number}" for number in range(listed)]
        self._total = total
        self._looks = 0

    def _state(self) -> str:
        return "PAUSED" if self._looks > LOOKS else "PAUSING"

    def _status(self) -> httpx.Response:
        return status(self._state())

    def _list(self) -> httpx.Response:
        self._looks += 1
        entries = [{"SessionId": name, "SessionStatus": self._state()} for name in self._ids]
        return yes(entries, TotalCount=self._total, **({"NextToken": "more"} if self._total > len(entries) else {}))

    def pause(self, sessions: int, timeout: float = BOUND) -> list[SessionPauseResult]:
        """Pause so many sessions at once; return what came of it."""
        results: list[SessionPauseResult] = []

        def one(session: Session) -> None:
            results.append(session.pause(timeout=timeout, poll_interval=0.25))

        once = RetryPolicy(attempts=1)
        with AgentBay(KEY, endpoint="http://127.0.0.1:1", transport=self, retry=once) as bay:
            run_for_each(one, [Session(bay, f"session-{number}") for number in range(sessions)])
        return results

    @property
    def counts(self) -> Counter[str]:
        return Counter(self.requests)


def test_many_waits_learn_their_states_from_the_list() -> None:
    cloud = PausingCloud()
    results = cloud.pause(MANY)
    assert [result.status for result in results] == ["PAUSED"] * MANY
    assert cloud.counts["GetSession"] < MANY
    assert cloud.counts["ListSession"] < MANY


def test_a_few_waits_ask_for_themselves() -> None:
    cloud = PausingCloud(GetSession=status("PAUSED"))
    assert all(cloud.pause(3))
    assert cloud.counts["ListSession"] == 0


def test_a_session_that_is_not_listed_is_asked_for_alone_and_not_taken_for_deleted() -> None:
    cloud = PausingCloud(listed=MANY - 5)
    assert all(cloud.pause(MANY))


def test_a_list_of_too_many_pages_is_given_up_for_single_looks() -> None:
    cloud = PausingCloud(listed=2, total=10_000, GetSession=status("PAUSED"))
    assert all(cloud.pause(MANY))


@pytest.mark.parametrize("refusal", [no("Forbidden", "no lists for you"), no("Throttling.User", status=429)])
def test_a_list_that_is_refused_is_given_up_for_single_looks(refusal: httpx.Response) -> None:
    cloud = PausingCloud(ListSession=refusal, GetSession=status("PAUSED"))
    assert all(cloud.pause(MANY))


def test_each_wait_keeps_its_own_deadline() -> None:
    cloud = PausingCloud(ListSession=yes([], TotalCount=0), GetSession=status("PAUSING"))
    results = cloud.pause(MANY, timeout=0.2)
    assert {result.timed_out for result in results} == {True}
