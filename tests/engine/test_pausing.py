"""Pausing: what is seen of it, what is refused meanwhile, and what becomes of a session that will not be thawed."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from sessionbay import AgentBay, Result, Session
from sessionbay.engine import LocalEngine
from sessionbay.engine.agent.connection import AgentFailure

from .conftest import Raw, client_of, started
from .processes import ENOUGH, TICKER, alive, eventually, marker, spawn, until
from .transitions import held

PROGRAM = """
import sys, warnings
warnings.simplefilter("ignore")
from sessionbay import AgentBay
bay = AgentBay(endpoint="local")
session = bay.create().session
session.command.run(sys.argv[1])
assert session.pause(poll_interval=0.01).success
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def paused(any_engine: LocalEngine) -> Iterator[Session]:
    with client_of(any_engine) as bay, bay.session() as session:
        session.command.run(TICKER)
        session.pause(poll_interval=0.01)
        yield session


def test_every_tool_of_a_paused_session_is_refused_at_once(paused: Session) -> None:
    files = paused.file_system
    calls: list[Callable[[], Result[Any]]] = [
        lambda: paused.command.run("echo x"),
        lambda: files.read_file("ticks"),
        lambda: files.write_file("x", "x"),
        lambda: files.list_directory("."),
        lambda: files.delete_file("ticks"),
        lambda: paused.get_metrics(),
        lambda: paused.get_link(),
    ]
    begun = time.monotonic()  # a wait would be for ever
    for call in calls:
        result = call()
        assert (result.success, result.code) == (False, "InvalidSessionStatus")
        assert "The session is PAUSED: resume it first." in result.error_message
    assert time.monotonic() - begun < ENOUGH


def test_a_paused_session_is_not_deleted_and_says_why_at_once(any_engine: LocalEngine, paused: Session) -> None:
    begun = time.monotonic()
    answer = Raw(any_engine).agentbay("DeleteSessionAsync", SessionId=paused.session_id).json()
    assert (answer["Success"], answer["Code"]) == (False, "InvalidSessionStatus")
    assert time.monotonic() - begun < ENOUGH
    assert paused.get_status().status == "PAUSED"


def test_a_running_session_may_be_resumed_and_goes_on(any_session: Session) -> None:
    any_session.command.run(TICKER)
    assert any_session.resume(poll_interval=0.01).success
    assert any_session.command.run("echo on").output == "on\n"


def test_a_session_can_be_paused_and_resumed_many_times(any_session: Session) -> None:
    any_session.command.run(TICKER)
    for _ in range(10):
        assert any_session.pause(poll_interval=0.005).success
        assert any_session.resume(poll_interval=0.005).success
    before = any_session.file_system.read_file("ticks").unwrap()
    assert eventually(lambda: any_session.file_system.read_file("ticks").unwrap() != before)


def test_a_process_that_forks_without_end_stands_still_too(any_session: Session) -> None:
    any_session.command.run("nohup sh -c 'while :; do (echo x >>out); done' >/dev/null 2>&1 & " + until("-s out"))
    for _ in range(5):
        any_session.pause(poll_interval=0.005)
        any_session.resume(poll_interval=0.005)
    before = any_session.file_system.get_file_info("out").unwrap().size
    assert eventually(lambda: any_session.file_system.get_file_info("out").unwrap().size > before)


@pytest.mark.parametrize("isolation", ["namespaces", "process"])
def test_a_killed_engine_leaves_nothing_of_a_session_that_stood_still(
    request: pytest.FixtureRequest, isolation: str
) -> None:
    request.getfixturevalue(f"{isolation}_engine")  # which skips where this machine cannot
    mark = marker()
    env = {**os.environ, "SESSIONBAY_ISOLATION": isolation}
    argv = [sys.executable, "-c", PROGRAM, spawn(mark)]
    running = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env)
    assert running.stdout is not None
    assert running.stdout.readline() == "ready\n"
    assert len(alive(mark)) == 80
    running.kill()
    running.communicate(timeout=ENOUGH)
    assert eventually(lambda: not alive(mark))


@pytest.fixture
def bay(engine: LocalEngine) -> Iterator[AgentBay]:
    with client_of(engine) as bay:
        yield bay


def test_the_states_on_the_way_are_visible_both_ways(engine: LocalEngine, bay: AgentBay) -> None:
    with bay.session() as session:
        go_on = held(engine, session.session_id)
        for step, on_the_way, there in (
            (session.pause_async, "PAUSING", "PAUSED"),
            (session.resume_async, "RESUMING", "RUNNING"),
        ):
            go_on.clear()
            assert step().success
            assert session.get_status().status == on_the_way
            go_on.set()
            assert eventually(lambda there=there: session.get_status().status == there)  # type: ignore[misc]


def test_changes_of_state_take_as_long_as_an_engine_is_reported_to_take_for_them() -> None:
    engine = started(transition_delay=0.3)
    with client_of(engine) as bay:
        session = bay.create().unwrap()
        begun = time.monotonic()
        assert session.pause(poll_interval=0.01).success
        assert time.monotonic() - begun >= 0.3
    engine.stop()


def failing(engine: LocalEngine, session: Session, operation: str, times: int) -> None:
    """Have a session's agent reject an operation ``times`` times."""
    agent = engine._engine.sessions.get(session.session_id).sandbox.agent
    request, left = agent.request, [times]

    async def refuse(op: str, /, blob: bytes = b"", **more: Any) -> Any:
        if op == operation and left[0]:
            left[0] -= 1
            raise AgentFailure("not now")
        return await request(op, blob, **more)

    agent.request = refuse  # type: ignore[method-assign]


def test_a_thaw_that_fails_is_tried_again(engine: LocalEngine, bay: AgentBay) -> None:
    with bay.session() as session:
        session.pause(poll_interval=0.01)
        failing(engine, session, "thaw", 2)
        assert session.resume(poll_interval=0.01).success
        assert session.command.run("echo on").output == "on\n"


def test_a_session_that_cannot_be_thawed_is_ended_and_says_why(engine: LocalEngine, bay: AgentBay) -> None:
    session = bay.create().unwrap()
    session.pause(poll_interval=0.01)
    failing(engine, session, "thaw", 1000)
    assert not session.resume(poll_interval=0.01).success
    assert eventually(lambda: session.get_status().status == "FINISH")
    assert "could not thaw: not now" in engine._engine.sessions.remembered(session.session_id).end_reason


def test_a_session_that_cannot_be_frozen_goes_on(engine: LocalEngine, bay: AgentBay) -> None:
    with bay.session() as session:
        failing(engine, session, "freeze", 1000)
        assert not session.pause(timeout=1, poll_interval=0.01).success
        assert session.command.run("echo on").output == "on\n"


def test_the_time_of_code_stands_still_with_its_session(namespaces_session: Session) -> None:
    limit = 8
    waits = "import os, time\nopen('busy', 'w').close()\nwhile not os.path.exists('go'): time.sleep(0.01)\n'done'"
    with ThreadPoolExecutor(1) as executor:
        running = executor.submit(namespaces_session.code.run_code, waits, "python", limit)
        assert namespaces_session.command.run("until [ -e busy ]; do sleep 0.01; done").success
        assert namespaces_session.pause(poll_interval=0.01).success
        assert not running.done()
        with pytest.raises(TimeoutError):
            running.result(limit + 0.2)
        assert namespaces_session.resume(poll_interval=0.01).success
        assert namespaces_session.command.run("touch go").success
        assert running.result(ENOUGH).result == "'done'"
