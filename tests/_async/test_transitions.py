"""Pause, resume, delete and wait, from every state: on both clouds, on a list that lags, and on the engine."""

from collections import Counter
from typing import Any

import httpx
import pytest

from sessionbay import AsyncAGB, AsyncAgentBay, AsyncSession, RetryPolicy, SessionGoneError, SessionUsageError
from sessionbay._concurrency._async import run_for_each
from sessionbay.core.http import HttpRequest
from sessionbay.core.operation import OperationReply
from sessionbay.dialects.agb import AGBDialect
from sessionbay.dialects.agentbay import AgentBayDialect
from sessionbay.engine import LocalEngine
from sessionbay.models.sessions import WaitResult
from sessionbay.operations import session as ops
from sessionbay.operations.registry import OPERATIONS

from ..fake_cloud import KEY
from .clock import FakeClock
from .conftest import connect

ID = "session-1"
AFTER = {"PAUSING": "PAUSED", "RESUMING": "RUNNING", "DELETING": "FINISH"}
BEGINS = {
    ops.PAUSE.action: ("RUNNING", "PAUSING"),
    ops.RESUME.action: ("PAUSED", "RESUMING"),
    ops.DELETE.action: ("RUNNING", "DELETING"),
}
LOOKS = 3  # at a session, after which its state changes
WAITS = 12  # enough to be polled together


class StatefulCloud(httpx.MockTransport):
    """A cloud that takes a request in one state only, and whose list shows the states of ``lag`` lists ago."""

    def __init__(self, state: str = "RUNNING", *, lag: int = 0, history: str = "") -> None:
        super().__init__(self._answer)
        self.states: dict[str, str] = {}
        self.requests: list[str] = []
        self._first = state
        self._looks: Counter[str] = Counter()
        self._lag = lag
        self._listed = [{f"session-{number}": past for number in range(WAITS)} for past in history.split()]

    def _answer(self, request: httpx.Request) -> httpx.Response:
        dialect = AgentBayDialect if "Action" in request.url.params else AGBDialect
        sent = HttpRequest(request.method, str(request.url), dict(request.headers), request.content)
        parsed = dialect.parse_request(sent, OPERATIONS)
        self.requests.append(parsed.op.action)
        body: Any = parsed.request
        if parsed.op.action == ops.LIST.action:
            reply = self._list()
        elif parsed.op.action in BEGINS:
            reply = self._begin(body.session_id, *BEGINS[parsed.op.action])
        else:
            reply = self._look(body.session_id)
        payload = dialect.format_response(reply)
        return httpx.Response(payload.status, headers=dict(payload.headers), content=payload.body)

    def state(self, session_id: str) -> str:
        return self.states.setdefault(session_id, self._first)

    def _advance(self, session_id: str) -> str:
        """Return a state, and let it change once it has been seen often enough."""
        state = self.state(session_id)
        self._looks[session_id] += 1
        if state in AFTER and self._looks[session_id] % LOOKS == 0:
            self.states[session_id] = AFTER[state]
        return state

    def _begin(self, session_id: str, start: str, begun: str) -> OperationReply[Any]:
        state = self.state(session_id)
        if state in ("FINISH", "DELETED"):
            return OperationReply(success=False, gateway=True, code="InvalidMcpSession.NotFound", status=400)
        if state != start:
            return OperationReply(success=False, code="WrongState", message=f"it is {state}")
        self.states[session_id] = begun
        return OperationReply()

    def _look(self, session_id: str) -> OperationReply[Any]:
        state = self._advance(session_id)
        return OperationReply(data=ops.SessionAnswer(session_id=session_id, status=state, success=True))

    def _list(self) -> OperationReply[Any]:
        self._listed.append({name: self._advance(name) for name in self.states})
        shown = self._listed[max(len(self._listed) - 1 - self._lag, 0)]
        entries = [ops.EntryAnswer(session_id=name, session_status=state) for name, state in shown.items()]
        return OperationReply(data=entries, total_count=len(entries), max_results=100)


def on(cloud: StatefulCloud, make: type[AsyncAgentBay | AsyncAGB] = AsyncAgentBay) -> AsyncSession:
    return AsyncSession(make(api_key=KEY, transport=cloud, clock=FakeClock()), ID)


async def change(session: AsyncSession, name: str, timeout: float = 60, poll_interval: float = 1) -> WaitResult:
    """Make a change, or wait for a state, by its name."""
    if name == "pause":
        return await session.pause(timeout, poll_interval)
    if name == "resume":
        return await session.resume(timeout, poll_interval)
    if name == "delete":
        return await session.delete()
    return await session.wait_for_status(name, timeout, poll_interval)


@pytest.mark.parametrize(
    ("name", "state", "outcome"),
    [
        ("pause", "RUNNING", "PAUSED"),
        ("pause", "PAUSING", "PAUSED"),
        ("pause", "PAUSED", "PAUSED"),
        ("pause", "RESUMING", "PAUSED"),
        ("pause", "DELETING", "went DELETING, not PAUSED"),
        ("resume", "RUNNING", "RUNNING"),
        ("resume", "PAUSING", "RUNNING"),
        ("resume", "PAUSED", "RUNNING"),
        ("resume", "RESUMING", "RUNNING"),
        ("resume", "DELETING", "went DELETING, not RUNNING"),
        ("delete", "RUNNING", "FINISH"),
        ("delete", "PAUSING", "FINISH"),
        ("delete", "PAUSED", "FINISH"),
        ("delete", "RESUMING", "FINISH"),
        ("delete", "DELETING", "FINISH"),
        ("PAUSED", "PAUSING", "PAUSED"),
        ("RUNNING", "RESUMING", "RUNNING"),
        ("RUNNING", "DELETING", "went DELETING, not RUNNING"),
        ("FINISH", "DELETING", "FINISH"),
        ("DELETED", "DELETING", "FINISH"),
        ("running", "PAUSED", "not RUNNING after 60 s, last seen PAUSED"),
    ],
)
async def test_a_change_works_from_every_state(name: str, state: str, outcome: str) -> None:
    result = await change(on(StatefulCloud(state)), name)
    assert (result.status if result.success else result.error_message) == outcome
    assert result.timed_out == ("last seen" in outcome)
    assert (result.kind == "gone") == ("went DELETING" in outcome)
    assert result.status


@pytest.mark.parametrize("state", ["FINISH", "DELETED"])
async def test_a_session_that_is_gone_is_deleted_and_not_paused(state: str) -> None:
    assert await on(StatefulCloud(state)).delete()
    assert await on(StatefulCloud(state)).wait_for_status("DELETED")
    paused = await on(StatefulCloud(state)).pause()
    assert (paused.success, paused.code) == (False, "InvalidMcpSession.NotFound")


@pytest.mark.parametrize(
    ("name", "state", "outcome"),
    [
        ("delete", "RUNNING", "FINISH"),
        ("delete", "DELETING", "FINISH"),
        ("RUNNING", "RUNNING", "RUNNING"),
        ("FINISH", "DELETING", "FINISH"),
        ("RUNNING", "DELETING", "went DELETING, not RUNNING"),
    ],
)
async def test_a_change_works_from_every_state_of_the_other_cloud(name: str, state: str, outcome: str) -> None:
    result = await change(on(StatefulCloud(state), AsyncAGB), name)
    assert (result.status if result.success else result.error_message) == outcome


async def test_a_change_that_is_complete_costs_one_look() -> None:
    cloud = StatefulCloud("PAUSED")
    assert (await on(cloud).pause(timeout=0)).success
    assert cloud.requests == ["PauseSessionAsync", "GetSession"]


@pytest.mark.parametrize(("name", "state"), [("pause", "RESUMING"), ("resume", "PAUSING"), ("PAUSED", "RUNNING")])
async def test_a_wait_without_time_reports_the_state(name: str, state: str) -> None:
    result = await change(on(StatefulCloud(state)), name, timeout=0)
    assert (result.success, result.timed_out, result.status) == (False, True, state)


@pytest.mark.parametrize("wrong", [{"status": " "}, {"status": "PAUSED", "timeout": -1}], ids=str)
async def test_a_wait_that_makes_no_sense_is_refused_before_sending(wrong: dict[str, Any]) -> None:
    cloud = StatefulCloud()
    with pytest.raises(SessionUsageError):
        await on(cloud).wait_for_status(**wrong)
    assert cloud.requests == []


@pytest.mark.parametrize(
    ("name", "state", "history", "target"),
    [
        ("pause", "RUNNING", "PAUSED PAUSED RESUMING RUNNING", "PAUSED"),
        ("resume", "PAUSED", "RUNNING RUNNING PAUSING PAUSED", "RUNNING"),
        ("pause", "RESUMING", "PAUSED PAUSED PAUSED RESUMING", "PAUSED"),
        ("PAUSED", "PAUSING", "PAUSED RESUMING RUNNING RUNNING", "PAUSED"),
    ],
)
async def test_a_list_that_lags_ends_no_wait_too_early(name: str, state: str, history: str, target: str) -> None:
    cloud = StatefulCloud(state, lag=4, history=history)
    ended: list[tuple[bool, str]] = []

    async def one(number: int) -> None:
        session = AsyncSession(bay, f"session-{number}")
        cloud.state(session.session_id)
        result = await change(session, name, 60, 0.01)
        ended.append((result.success, cloud.state(session.session_id)))

    once = RetryPolicy(attempts=1)
    async with AsyncAgentBay(KEY, transport=cloud, retry=once) as bay:
        await run_for_each(one, range(WAITS))
    assert ended == [(True, target)] * WAITS
    assert "ListSession" in cloud.requests


async def test_changes_in_progress_are_waited_for_on_the_engine(slow_engine: LocalEngine) -> None:
    async with connect(slow_engine, AsyncAgentBay) as bay, bay.session() as session:
        await session.pause_async()
        assert (await session.pause(poll_interval=0.01)).status == "PAUSED"
        assert (await session.pause(poll_interval=0.01)).status == "PAUSED"
        await session.resume_async()
        assert (await session.pause(poll_interval=0.01)).status == "PAUSED"
        await session.resume_async()
        assert (await session.resume(poll_interval=0.01)).status == "RUNNING"
        await session.pause_async()
        assert (await session.resume(poll_interval=0.01)).status == "RUNNING"
        await session.pause_async()
        assert (await session.wait_for_status("PAUSED", 60, 0.01)).status == "PAUSED"
        assert (await session.delete()).status == "FINISH"
        with pytest.raises(SessionGoneError, match="was deleted"):
            await session.wait_for_status("RUNNING")
