"""One async client on several event loops, one after the other and at the same time in threads."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest

from sessionbay import AsyncAgentBay, AsyncSession
from sessionbay.engine import LocalEngine
from sessionbay.engine.discovery import publish

from .._async.conftest import connect
from ..garbage import collect
from ..raw_server import BOUND
from ..threads._sync import Background

pytestmark = pytest.mark.filterwarnings(
    "ignore:unclosed:ResourceWarning", "ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning"
)  # anyone who leaves a loop without closing is reported so


@pytest.fixture(autouse=True)
def _told_here() -> Iterator[None]:
    """Have the connections of loops that ended collected before the next test."""
    yield
    collect()


async def live(bay: AsyncAgentBay, name: str) -> list[str]:
    """Create, list, use and delete a session; return how many carry its label while it is there, and afterwards."""
    async with bay.session(labels={"loop": name}) as session:
        assert (await session.command.run("echo hello")).output == "hello\n"
        during = (await bay.list(labels={"loop": name})).session_ids
        assert during == [session.session_id]
    return (await bay.list(labels={"loop": name})).session_ids


async def echo(session: AsyncSession, number: int) -> int:
    return int((await session.command.run(f"echo {number}")).output)


async def fan_out(bay: AsyncAgentBay, name: str) -> list[int]:
    async with bay.map(echo, range(6), concurrency=3, ordered=True, labels={"loop": name}) as results:
        return [done.unwrap() async for done in results]


@pytest.mark.parametrize("backends", [("asyncio", "asyncio"), ("asyncio", "trio"), ("trio", "asyncio")])
def test_a_client_serves_one_event_loop_after_the_other(engine: LocalEngine, backends: tuple[str, str]) -> None:
    bay = connect(engine, AsyncAgentBay)
    assert [anyio.run(live, bay, "in turn", backend=backend) for backend in backends] == [[], []]
    anyio.run(bay.aclose)


def test_a_client_fans_out_on_one_event_loop_after_the_other(engine: LocalEngine) -> None:
    bay = connect(engine, AsyncAgentBay)
    assert [anyio.run(fan_out, bay, "in turn") for _ in range(2)] == [[0, 1, 2, 3, 4, 5]] * 2
    anyio.run(bay.aclose)


def at_once(bay: AsyncAgentBay, call: object) -> list[object]:
    """Return what ``call`` returns on the event loops of four threads that begin together."""
    begin = threading.Barrier(4)
    payload: list[object] = []

    def run(number: int) -> None:
        begin.wait(BOUND)
        payload.append(asyncio.run(call(bay, f"thread {number}")))  # type: ignore[operator]

    with Background() as beside:
        for number in range(4):
            beside.start(run, number)
    anyio.run(bay.aclose)
    return payload


def test_a_client_serves_the_event_loops_of_several_threads_at_once(engine: LocalEngine) -> None:
    assert at_once(connect(engine, AsyncAgentBay), live) == [[]] * 4


def test_a_client_fans_out_on_the_event_loops_of_several_threads_at_once(engine: LocalEngine) -> None:
    assert at_once(connect(engine, AsyncAgentBay), fan_out) == [[0, 1, 2, 3, 4, 5]] * 4


def test_event_loops_whose_first_call_is_at_the_same_time_share_the_clients_connections(
    engine: LocalEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SESSIONBAY_HOME", str(tmp_path))
    publish(engine.endpoint, engine.api_key)

    async def connections(bay: AsyncAgentBay, name: str) -> int:
        async with bay.session(labels={"loop": name}) as session:
            return id(session.get_client())

    assert len(set(at_once(AsyncAgentBay(endpoint="local"), connections))) == 1
