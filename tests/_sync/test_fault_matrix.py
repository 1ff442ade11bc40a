# Generated from tests/_async/test_fault_matrix.py by scripts/generate_sync.py. Do not edit.
"""Every fault with every operation: what the caller gets is true by the service's own books.

They are on the connections of the client's own core, with ``SESSIONBAY_HTTPX`` in a transport of httpx's.
"""

import os
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any, TypeVar

import pytest

from sessionbay import AGB, AgentBay, AgentBayError, Result, Session
from sessionbay.operations.session import GET_STATUS
from sessionbay.testing import FaultPlan, FaultTransport, Rule

from ..fake_cloud import KEY
from ..faults import AGB_CELLS, BLIND_CELLS, BLINDNESS, CASES, CELLS, OPERATIONS, Asked, Case
from ..ledger import LedgerCloud
from .clock import FakeClock
from .memory_network import ADDRESS, MemoryNetwork

pytestmark = pytest.mark.faults
C = TypeVar("C", bound=AgentBay | AGB)
ROUNDING = 0.25  # seconds that a call may take beyond its time
REPEATABLE = {"SetLabel", "RefreshSessionIdleTime", "DeleteSessionAsync", "DeleteContextFile"}


@dataclass
class Cell:
    """One operation under one fault: what came of it, and what the cloud's books say."""

    cloud: LedgerCloud
    plan: FaultPlan
    word: str
    error: AgentBayError | None
    took: float
    held: set[str]

    @property
    def left(self) -> set[str]:
        """The sessions that run and that nobody holds."""
        return self.cloud.sessions.keys() - self.held

    @property
    def sent(self) -> bool:
        """Whether the operation's request left the client. After a failure of the direct route a look follows it."""
        unsent = ("refused", "unreachable")
        arrived = self.cloud.arrived.keys() - ({GET_STATUS.action} if self.cloud.direct_route else set())
        return bool(arrived) or any(fired.fault.silence not in unsent for fired in self.plan.fired)

    def tries(self, action: str) -> int:
        """Return how often the client requested it, whether that arrived or not."""
        missed = [fired for fired in self.plan.fired if fired.action == action and not fired.fault.processed]
        return self.cloud.arrived[action] + len(missed)


@dataclass(frozen=True)
class Parts:
    """What operations are called of."""

    bay: AgentBay | AGB
    session: Session


NETWORK = MemoryNetwork()


@pytest.fixture(autouse=True)
def _connections_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sessionbay._sync.http.pool.connect", NETWORK.connect)


def client(make: Callable[..., C], transport: FaultTransport, clock: FakeClock, **options: Any) -> C:
    """Return a client that is hit by the faults of a transport."""
    if os.environ.get("SESSIONBAY_HTTPX"):
        return make(KEY, transport=transport, clock=clock, **options)
    NETWORK.transport = transport
    return make(KEY, endpoint=ADDRESS, allow_http=True, clock=clock, **options)


@pytest.fixture(autouse=True)
def _pauses_without_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every pause half as long as it may be: by bad luck, one try fewer would fit into the time."""
    monkeypatch.setattr(random, "random", lambda: 0.5)


def run(operation: Asked, case: Case, make: Callable[..., AgentBay | AGB] = AgentBay) -> Cell:
    """Do it, on a cloud of its own, in a time of its own."""
    cloud, clock = LedgerCloud(direct_route=operation.direct), FakeClock()
    cloud.sessions["session-0"].status = operation.start
    transport = FaultTransport(FaultPlan(), cloud, clock=clock)
    with client(make, transport, clock) as bay:
        session = (bay.get("session-0")).session
        cloud.arrived.clear()
        transport.plan = plan = case.plan(operation.action)
        began, held = clock.now, {"session-0"}
        try:
            result: Result[Any] = attrgetter(operation.call)(Parts(bay, session))(*operation.args, **operation.given)
            if result.success and operation.group == "create":
                held.add(result.unwrap().session_id)
            result.raise_for_error()
        except AgentBayError as error:
            return Cell(cloud, plan, f"{error.kind} {error.outcome}", error, clock.now - began, held)
    return Cell(cloud, plan, "success", None, clock.now - began, held)


def check(cell: Cell, operation: Asked, case: Case) -> None:
    """Fail unless the caller got what is due, within the time that is due, and it is true by the cloud's books."""
    word, due = case.expected[operation.group]
    tries = cell.tries(operation.action)
    effects = [action for action, _ in cell.cloud.effects if action == operation.action]
    assert cell.word == word
    assert due in (None, tries)
    assert [rule for rule in cell.plan.unfired if rule.first <= tries] == []
    assert cell.took <= operation.bound + ROUNDING
    assert len(effects) <= 1 or operation.action in REPEATABLE
    assert not cell.left
    if cell.error:
        assert (cell.error.outcome == "not_sent") == (not cell.sent)
        assert cell.error.outcome == "unknown" or not effects


@pytest.mark.parametrize(("case", "operation"), CELLS)
def test_what_the_caller_gets_is_true(operation: Asked, case: Case) -> None:
    check(run(operation, case), operation, case)


@pytest.mark.parametrize(("case", "operation"), AGB_CELLS)
def test_it_is_true_on_agb_too(operation: Asked, case: Case) -> None:
    check(run(operation, case, AGB), operation, case)


@pytest.mark.parametrize(("loss", "blindness"), BLIND_CELLS)
def test_a_lost_creation_that_cannot_be_looked_for_names_its_attempt(loss: Case, blindness: str) -> None:
    operation = next(one for one in OPERATIONS if one.group == "create")
    blind = replace(loss, beside=(Rule(fault=BLINDNESS[blindness], action="ListSession", times=None),))
    cell = run(operation, blind)
    assert cell.word == "unknown_outcome unknown"
    assert cell.took <= operation.bound + ROUNDING
    assert cell.error
    assert [cell.cloud.sessions[left].labels["sessionbay.attempt"] for left in cell.left] == [cell.error.attempt]


def test_nothing_is_done_twice_in_a_thousand_calls_whatever_befalls_them() -> None:
    cloud, clock = LedgerCloud(), FakeClock()
    transport = FaultTransport(FaultPlan(), cloud, clock=clock)
    with client(AgentBay, transport, clock, strict=True) as bay:
        session = (bay.get("session-0")).session
        transport.plan = plan = anything(0.02)
        outcomes: dict[str, str] = {}
        for number in map(str, range(1_000)):
            try:
                session.file_system.write_file("log", number, mode="append")
                outcomes[number] = "done"
            except AgentBayError as error:
                outcomes[number] = error.outcome
    written = Counter(cloud.sessions["session-0"].written)
    assert max(written.values()) == 1
    assert [number for number, word in outcomes.items() if word == "done" and not written[number]] == []
    assert [number for number, word in outcomes.items() if word in ("not_sent", "rejected") and written[number]] == []
    assert plan.unfired == ()


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.one_driver) for seed in (1, 2))])
def test_no_session_is_lost_in_two_hundred_creations_whatever_befalls_them(seed: int) -> None:
    cloud, clock, plan = LedgerCloud(), FakeClock(), anything(0.02, seed)
    held, attempts = {"session-0"}, set[str]()
    with client(AgentBay, FaultTransport(plan, cloud, clock=clock), clock) as bay:
        for _ in range(200):
            try:
                made = bay.create()
                held |= {made.session.session_id} if made.success else set()
            except AgentBayError as error:
                attempts |= {error.attempt}
    left = cloud.sessions.keys() - held
    assert {cloud.sessions[name].labels["sessionbay.attempt"] for name in left} <= attempts
    assert held <= cloud.sessions.keys()
    assert plan.unfired == ()


def anything(probability: float, seed: int = 0) -> FaultPlan:
    """Return a plan by which every fault of the table may befall every request."""
    found = [fault for case in CASES for fault, _, _ in case.faults]
    rules = [Rule(fault=fault, times=None, probability=probability) for fault in found]
    return FaultPlan(*rules, seed=seed)
