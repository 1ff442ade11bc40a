"""The transport that lets faults befall requests: on both clouds, over the network, within the client's time."""

import pytest

from sessionbay import AgentBayError, AsyncAGB, AsyncAgentBay, SessionError, SessionTimeoutError
from sessionbay.engine import LocalEngine
from sessionbay.testing import AsyncFaultTransport, Fault, FaultPlan, Rule

from ..fake_cloud import KEY
from ..ledger import LedgerCloud
from .clock import FakeClock
from .conftest import connect


@pytest.mark.parametrize("action", ["ListSession", "/sdk/ListSession", None])
async def test_a_rule_finds_its_action_on_agb(action: str | None) -> None:
    plan, cloud = FaultPlan(Rule(fault=Fault.reset(), action=action)), LedgerCloud()
    async with AsyncAGB(KEY, transport=AsyncFaultTransport(plan, cloud), clock=FakeClock()) as agb:
        assert (await agb.list()).success
    assert (plan.unfired, cloud.arrived["ListSession"]) == ((), 2)


@pytest.mark.parametrize("make", [AsyncAgentBay, AsyncAGB])
async def test_faults_befall_what_goes_over_the_network(make: type[AsyncAgentBay], engine: LocalEngine) -> None:
    plan = FaultPlan(
        Rule(fault=Fault.drop(), action="GetLabel"),
        Rule(fault=Fault.bad_gateway(processed=True), action="GetLabel"),
        Rule(fault=Fault.cut(), action="GetLabel"),
    )
    bay = connect(engine, make, transport=AsyncFaultTransport(plan))
    async with bay, bay.session(image_id="agb-code-space-1", labels={"job": "one"}) as session:
        assert (await session.get_labels())["job"] == "one"
    assert plan.unfired == ()


async def test_a_tool_call_that_goes_straight_to_the_machine_is_one_too(engine: LocalEngine) -> None:
    plan = FaultPlan(Rule(fault=Fault.drop(), action="CallMcpTool"))
    async with connect(engine, AsyncAgentBay, transport=AsyncFaultTransport(plan)) as bay, bay.session() as session:
        assert session.get_token()
        assert (await session.command.run("echo once")).output == "once\n"
    assert plan.unfired == ()


async def test_an_answer_that_is_late_comes_after_its_time() -> None:
    clock = FakeClock()
    transport = AsyncFaultTransport(FaultPlan(Rule(fault=Fault.delay(7.0))), LedgerCloud(), clock=clock)
    async with AsyncAgentBay(KEY, transport=transport, clock=clock) as bay:
        assert (await bay.list()).success
    assert clock.slept == [7.0]


@pytest.mark.parametrize("fault", [Fault.delay(), Fault.drip()], ids=lambda fault: fault.name)
async def test_a_client_does_not_wait_for_an_answer_beyond_its_time(fault: Fault) -> None:
    clock = FakeClock()
    transport = AsyncFaultTransport(FaultPlan(Rule(fault=fault)), LedgerCloud(), clock=clock)
    async with AsyncAgentBay(KEY, transport=transport, clock=clock, timeout=9) as bay:
        with pytest.raises(SessionTimeoutError):
            await bay.list()
    assert clock.now == 1_009


async def test_in_real_time_a_client_does_not_wait_longer_either() -> None:
    transport = AsyncFaultTransport(FaultPlan(Rule(fault=Fault.delay())), LedgerCloud())
    async with AsyncAgentBay(KEY, transport=transport, timeout=0.05) as bay:
        with pytest.raises(SessionTimeoutError):
            await bay.list()


async def test_a_file_of_which_a_piece_was_lost_is_as_it_was() -> None:
    plan = FaultPlan(Rule(fault=Fault.drop(), action="CallMcpTool", first=2, times=None))
    cloud = LedgerCloud()
    async with AsyncAgentBay(KEY, transport=AsyncFaultTransport(plan, cloud), clock=FakeClock()) as bay:
        session = (await bay.get("session-0")).session
        with pytest.raises(AgentBayError) as raised:
            await session.file_system.write_file("a", "x" * 60_000)
    assert len(cloud.sessions["session-0"].written) == 1
    assert raised.value.outcome == "rejected"
    assert "part could not be removed" in raised.value.__notes__[0]


async def test_a_file_of_which_a_piece_was_refused_is_as_it_was(caplog: pytest.LogCaptureFixture) -> None:
    plan = FaultPlan(Rule(fault=Fault.throttle(), action="CallMcpTool", first=2, times=None))
    async with AsyncAgentBay(KEY, transport=AsyncFaultTransport(plan, LedgerCloud()), clock=FakeClock()) as bay:
        session = (await bay.get("session-0")).session
        written = await session.file_system.write_file("a", "x" * 60_000)
    assert (written.success, written.outcome_unknown) == (False, False)
    assert "part of session session-0 could not be removed" in caplog.text


@pytest.mark.parametrize(
    "fault", [Fault.drop(), Fault.answer(403, b'{"Code": "Forbidden"}')], ids=["silent", "refused"]
)
async def test_a_session_that_was_found_is_kept_though_nothing_more_is_reported_of_it(fault: Fault) -> None:
    plan = FaultPlan(
        Rule(fault=Fault.reset(), action="CreateMcpSession"), Rule(fault=fault, action="GetSession", times=None)
    )
    cloud = LedgerCloud()
    async with AsyncAgentBay(KEY, transport=AsyncFaultTransport(plan, cloud), clock=FakeClock()) as bay:
        made = (await bay.create()).session
    assert cloud.sessions.keys() == {"session-0", made.session_id}
    assert plan.unfired == ()


@pytest.mark.parametrize("look", ["GetSession", "GetSessionDetail"])
async def test_a_wait_whose_looks_are_refused_does_not_say_that_nothing_happened(look: str) -> None:
    forbidden = Fault.answer(403, b'{"Code": "Forbidden", "Message": "no"}')
    cloud = LedgerCloud()
    transport = AsyncFaultTransport(FaultPlan(), cloud)
    async with AsyncAgentBay(KEY, transport=transport, clock=FakeClock(), strict=True) as bay:
        session = (await bay.get("session-0")).session
        transport.plan = FaultPlan(Rule(fault=forbidden, action=look, times=None))
        with pytest.raises(SessionError) as raised:
            await (session.pause() if look == "GetSession" else session.delete())
    assert (raised.value.kind, raised.value.outcome, len(cloud.effects)) == ("refused", "unknown", 1)
