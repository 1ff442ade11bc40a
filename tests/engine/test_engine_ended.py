"""An engine that ends, or stands still: what its clients get."""

import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import anyio
import pytest

from sessionbay import (
    AgentBay,
    AsyncAgentBay,
    AsyncSession,
    Clock,
    ContextSync,
    EngineEndedError,
    ErrorCode,
    Session,
    SessionError,
)
from sessionbay.core.errors import AgentBayError

from .doomed import Doomed, doomed
from .processes import ENOUGH, eventually

FOREVER = 1000.0  # seconds, far beyond what any of the waits has to learn the end in
STOP_AGENT = "kill -STOP $PPID"


class ClockOfOneWait(Clock):
    """Shows whether a wait has begun."""

    def __init__(self) -> None:
        self.has_slept = threading.Event()

    def sleep(self, seconds: float) -> None:
        self.has_slept.set()
        super().sleep(seconds)


def wait_for_pause(session: Session, begin: Callable[[], None]) -> object:
    return session.pause(poll_interval=FOREVER, timeout=FOREVER)


def wait_for_status(session: Session, begin: Callable[[], None]) -> object:
    return session.wait_for_status("PAUSED", poll_interval=FOREVER, timeout=FOREVER)


def wait_for_clearance(session: Session, begin: Callable[[], None]) -> object:
    context = session.agent_bay.context.create("cleared").unwrap()
    return session.agent_bay.context.clear(context, poll_interval=FOREVER, timeout=FOREVER)


def wait_for_sync(session: Session, begin: Callable[[], None]) -> object:
    """Wait for a copy that cannot end, since the session's agent is stopped."""
    context = session.agent_bay.context.create("synced").unwrap()
    session.context.bind(ContextSync(context_id=context.id, path="/tmp/data")).raise_for_error()
    session.command.start(f"sleep 0.2; {STOP_AGENT}").__enter__()
    return session.context.sync(retry_interval=FOREVER * 1000, timeout=FOREVER)


def wait_for_command(session: Session, begin: Callable[[], None]) -> object:
    return session.command.run("echo; sleep 1000", timeout_ms=600_000, on_stdout=lambda _: begin())


def wait_for_output(session: Session, begin: Callable[[], None]) -> object:
    with session.command.start("echo; sleep 1000") as process:
        for _ in process:
            begin()
    return None


def wait_for_code(session: Session, begin: Callable[[], None]) -> object:
    with session.code.stream("import time; print(flush=True); time.sleep(1000)", "python", timeout_s=600) as events:
        for _ in events:
            begin()
    return None


def wait_for_shell(session: Session, begin: Callable[[], None]) -> object:
    terminal = session.pty.create()
    begin()
    return terminal.wait()


def wait_for_changes(session: Session, begin: Callable[[], None]) -> object:
    with session.file_system.watch("/tmp") as changes:
        begin()
        return changes.changes(timeout_s=FOREVER)


def wait_in_a_block(session: Session, begin: Callable[[], None]) -> object:
    with session.agent_bay.session() as inner:
        return wait_for_command(inner, begin)


def wait_for_items(session: Session, begin: Callable[[], None]) -> object:
    with session.agent_bay.map(lambda one, _: wait_for_command(one, begin), range(3), concurrency=1) as items:
        return [item.error for item in items]


def transfer(session: Session, begin: Callable[[], None]) -> object:
    context = session.agent_bay.context.create("transferred").unwrap()
    while session.agent_bay.context.upload_file(context, "/tmp/file", b"x" * 1_000_000).success:
        begin()
    return None


def delete(session: Session, begin: Callable[[], None]) -> object:
    return session.delete().raise_for_error()


WAITS = [
    wait_for_pause,
    wait_for_status,
    wait_for_clearance,
    wait_for_sync,
    wait_for_command,
    wait_for_output,
    wait_for_code,
    wait_for_shell,
    wait_for_changes,
    wait_in_a_block,
    wait_for_items,
    transfer,
    delete,
]


class Waiting:
    """One of the waits, with a client of its own."""

    def __init__(self, wait: Callable[[Session, Callable[[], None]], object], engine: Doomed) -> None:
        self.name = wait.__name__
        self.has_begun = threading.Event()
        clock = ClockOfOneWait()
        self.client = AgentBay(**engine.address, clock=clock)
        self.session = self.client.create().raise_for_error().session
        clock.has_slept = self.has_begun
        self._wait = wait

    def outcome(self) -> object:
        """Return the result, or the error, and close the client."""
        with self.client:
            try:
                return self._wait(self.session, self.has_begun.set)
            except AgentBayError as exc:
                return exc


def test_whoever_waits_for_an_engine_that_is_killed_gets_one_error() -> None:
    with doomed(transition_delay=FOREVER) as engine, ThreadPoolExecutor(len(WAITS)) as threads:
        waiting = [Waiting(wait, engine) for wait in WAITS]
        outcomes = {one.name: threads.submit(one.outcome) for one in waiting}
        begun = [one.name for one in waiting if one.has_begun.wait(ENOUGH)]
        engine.kill()
        ended = {name: outcome.result(ENOUGH) for name, outcome in outcomes.items()}
    assert begun == list(outcomes)
    assert ended.pop("delete")  # its session has ended with the engine
    errors: list[Any] = [*ended.pop("wait_for_items"), *ended.values()]  # type: ignore[misc]
    assert {type(error) for error in errors} == {EngineEndedError}, ended
    assert {(error.kind, error.code) for error in errors} == {("engine_ended", ErrorCode.ENGINE_ENDED)}
    assert not [error for error in errors if hasattr(error, "__notes__")]


@pytest.mark.one_driver
async def test_tasks_that_wait_for_an_engine_that_is_killed_get_one_error() -> None:
    errors: list[AgentBayError] = []

    async def fails(wait: Callable[[], Any]) -> None:
        with pytest.raises(EngineEndedError) as raised:
            await wait()
        errors.append(raised.value)

    with doomed(transition_delay=FOREVER) as engine:
        async with AsyncAgentBay(**engine.address) as bay:
            first, second = [(await bay.create()).raise_for_error().session for _ in range(2)]
            terminal = await second.pty.create()
            with anyio.fail_after(ENOUGH):
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(fails, lambda: first.pause(poll_interval=FOREVER))
                    tasks.start_soon(fails, terminal.wait)
                    tasks.start_soon(fails, lambda: second.command.run("sleep 1000", timeout_ms=600_000))
                    await AsyncSession(bay, first.session_id).wait_for_status("PAUSING", poll_interval=0.05)
                    engine.kill()
            await fails(bay.create)
    assert len(errors) == 4


def test_an_engine_that_stands_still_has_not_ended_and_one_that_is_killed_creates_nothing() -> None:
    with doomed() as engine, AgentBay(**engine.address) as bay, ThreadPoolExecutor(8) as threads:
        with AgentBay(**engine.address, timeout=0.5) as hasty:
            assert eventually(lambda: _responds(hasty))
            os.kill(engine.process.pid, signal.SIGSTOP)
            assert eventually(lambda: is_stopped(engine.process.pid))
            with pytest.raises(SessionError) as raised:
                hasty.list()
            os.kill(engine.process.pid, signal.SIGCONT)
        assert (raised.value.kind, raised.value.outcome) == ("timeout", "unknown")
        bay.list().raise_for_error()
        creations = [threads.submit(bay.create) for _ in range(8)]
        creations[0].result()
        engine.kill()
        errors = [error for creation in creations if (error := creation.exception(ENOUGH))]
        with pytest.raises(EngineEndedError):
            bay.create()
    assert {type(error) for error in errors} <= {EngineEndedError}
    assert {error.outcome for error in errors if isinstance(error, EngineEndedError)} <= {"rejected", "not_sent"}


def is_stopped(pid: int) -> bool:
    """Return whether every thread of a process stands still: on a busy machine that takes a moment."""
    states = [task.joinpath("stat").read_text() for task in Path(f"/proc/{pid}/task").iterdir()]
    return all(state.rpartition(")")[2].split()[0] == "T" for state in states)


def _responds(bay: AgentBay) -> bool:
    try:
        return bay.list().success
    except SessionError:
        return False
