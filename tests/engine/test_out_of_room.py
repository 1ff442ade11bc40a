"""The machine is full: of descriptors, of files, of processes, of memory, at each moment of a session's life."""

import asyncio
import errno
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sessionbay import AGB, AgentBay, AgentBayError, ContextSync, RetryPolicy, Session
from sessionbay.engine import LocalEngine, admission
from sessionbay.engine.contexts import sync_job, threads
from sessionbay.engine.limits import Limits
from sessionbay.engine.machine import Room
from sessionbay.engine.shortage import Shortage

from .conftest import client_of, started
from .processes import eventually
from .starved import StarvedEngine, starved_engine

MIB = 2**20
DESCRIPTORS, PROCESSES = "QuotaExceeded.Descriptor", "QuotaExceeded.Process"


@pytest.fixture(scope="module")
def starved() -> Iterator[StarvedEngine]:
    """Give an engine whose descriptors the tests take."""
    with starved_engine() as engine:
        yield engine


def code_of(call: Callable[[], Any]) -> str:
    """Return the code with which a call is refused, or "ok"; nothing may be unknown about it."""
    try:
        result = call()
    except AgentBayError as exc:
        return exc.code if exc.outcome != "unknown" else f"unknown: {exc}"
    if result.success:
        return "ok"
    return f"unknown: {result.error_message}" if result.outcome_unknown else str(result.code)


def test_a_creation_that_runs_out_of_descriptors_at_any_point_leaves_nothing(starved: StarvedEngine) -> None:
    with starved.client() as bay:
        assert bay.list().success  # by a connection that stays
        codes = []
        for more in (0, 1, 2, 3, 4, 6, 8, 10, 40):
            with starved.descriptors(more):
                made = bay.create()
            codes.append(made.code)
            assert not made.outcome_unknown
            if made.success:
                made.session.delete()
        assert (codes[0], codes[-1], set(codes)) == (DESCRIPTORS, "ok", {DESCRIPTORS, "ok"})
        assert bay.list().total_count == 0
    assert eventually(lambda: not starved.sessions())


def link(session: Session) -> Any:
    return session.get_link(port=3000)


def write(session: Session) -> Any:
    return session.file_system.write_file("file", "text")


def run(session: Session) -> Any:
    return session.command.run("echo hello")


MOMENTS: dict[str, tuple[Callable[[Session], Any], str]] = {
    "command": (run, "ok"),  # which needs none of the engine's descriptors
    "file": (write, "ok"),
    "link": (link, DESCRIPTORS),
    "code": (lambda session: session.code.run_code("print(1)", "python"), DESCRIPTORS),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_session_lives_on_without_descriptors_and_is_refused_what_needs_one(
    starved: StarvedEngine, moment: str
) -> None:
    call, expected = MOMENTS[moment]
    with starved.client() as bay, bay.session() as session:
        assert run(session).success
        with starved.descriptors(0):
            assert code_of(lambda: call(session)) == expected
            assert run(session).success
        assert call(session).success


def test_a_context_is_refused_without_descriptors_and_taken_with_them(starved: StarvedEngine) -> None:
    with starved.client() as bay:
        home = bay.context.get("home", create=True).unwrap()
        with bay.session(context_syncs=[ContextSync(context_id=home.id, path="/tmp/home")]) as session:
            session.file_system.write_file("/tmp/home/file", "text").raise_for_error()
            with starved.descriptors(0):
                copied = session.context.sync()
            assert (copied.success, "no file descriptors left" in copied.error_message) == (False, True)
            assert session.context.sync().success
            assert session.file_system.read_file("/tmp/home/file").content == "text"


def test_a_session_is_deleted_without_a_descriptor_left(starved: StarvedEngine) -> None:
    with starved.client() as bay:
        before = starved.children()  # some of a session that was deleted a moment ago, perhaps
        session = bay.create().session
        of_session = starved.children() - before
        assert of_session
        session.command.run("sleep 600 >/dev/null 2>&1 &")
        with starved.descriptors(0):
            assert session.delete().success
            assert bay.list().total_count == 0
            assert eventually(lambda: not of_session & starved.children())
        assert eventually(lambda: not starved.sessions())


@pytest.fixture(scope="module")
def on_a_small_disk() -> Iterator[StarvedEngine]:
    """Give an engine on a disk of its own."""
    if os.geteuid():
        pytest.skip("only root can mount a small disk")
    with starved_engine(disk=48 * MIB) as engine:
        yield engine


def test_what_a_full_disk_has_no_room_for_is_refused_and_the_rest_works(on_a_small_disk: StarvedEngine) -> None:
    engine = on_a_small_disk
    with engine.client() as bay:
        home = bay.context.get("home", create=True).unwrap()
        session = bay.create().session
        synced = [ContextSync(context_id=home.id, path="/tmp/home")]
        session.file_system.write_file("log", "line\n").raise_for_error()
        with engine.disk():
            assert code_of(lambda: session.file_system.write_file("file", "x" * 9000)) == "no_space"
            assert code_of(lambda: session.file_system.write_file("file", "x" * 9000, mode="create_new")) == "no_space"
            assert code_of(lambda: session.file_system.write_file("log", "x" * 9000, mode="append")) == "no_space"
            assert session.command.run("ls -A; cat log").output == "log\nline\n"
            assert code_of(lambda: session.code.run_code("print(1)", "python")) in ("no_space", "ok")  # with IPython
            assert code_of(bay.create) == "QuotaExceeded.Disk"
            assert code_of(lambda: bay.create(context_syncs=synced)) == "InsufficientStorage"
            assert code_of(lambda: bay.context.get("other", create=True)) == "InsufficientStorage"
            assert code_of(lambda: bay.context.upload_file(home.id, "/file", __file__)) == "InsufficientStorage"
            assert bay.list().total_count == 1
            assert session.delete().success
            assert eventually(lambda: not engine.sessions())
        assert bay.create(context_syncs=synced).unwrap().delete().success


@pytest.fixture(scope="module")
def engine_here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalEngine]:
    """Give an engine in this process, whose system calls a test can have fail."""
    engine = started(state=tmp_path_factory.mktemp("state"), limits=Limits(free_disk=1))
    yield engine
    engine.stop()


def failing(number: int) -> Callable[..., Any]:
    def fail(*_: Any, **__: Any) -> Any:
        raise OSError(number, os.strerror(number))

    return fail


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.EAGAIN, PROCESSES),
        (errno.ENOMEM, "QuotaExceeded.Memory"),
        (errno.ENOSPC, "QuotaExceeded.Disk"),
    ],
    ids=lambda value: errno.errorcode.get(value) if isinstance(value, int) else None,
)
def test_a_creation_that_the_system_refuses_leaves_nothing_and_is_not_retried(
    engine_here: LocalEngine, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    registry = engine_here._engine.sessions
    with client_of(engine_here) as bay:
        with monkeypatch.context() as patch:
            patch.setattr(subprocess, "Popen", failing(number))
            made = bay.create()
        assert (made.code, made.outcome_unknown) == (code, False)
        assert bay.list().total_count == 0
        assert eventually(lambda: not list(registry.folder.iterdir()))
        assert bay.create().unwrap().delete().success


def test_a_session_is_deleted_while_no_process_can_be_started_and_its_folder_when_one_can(
    engine_here: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = engine_here._engine.sessions
    with client_of(engine_here) as bay:
        session = bay.create().session
        with monkeypatch.context() as patch:
            patch.setattr(subprocess, "Popen", failing(errno.EAGAIN))
            assert session.delete().success
            assert eventually(lambda: all(path.name.startswith(".") for path in registry.folder.iterdir()))
        assert eventually(lambda: not list(registry.folder.iterdir()))


def test_work_is_done_once_when_no_thread_can_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    async def work() -> None:
        go = threading.Event()
        first = asyncio.create_task(threads.run_in_threads(lambda: go.wait(60)))
        await asyncio.sleep(0)
        with monkeypatch.context() as patch:
            patch.setattr(threading.Thread, "start", failing_start)
            second = asyncio.create_task(threads.run_in_threads(lambda: done.append("second")))
            await asyncio.sleep(0)
            go.set()
            await asyncio.gather(first, second)
        threads.shutdown_threads()
        with monkeypatch.context() as patch:
            patch.setattr(threading.Thread, "start", failing_start)
            await threads.run_in_threads(lambda: done.append("in place"))
        threads.shutdown_threads()

    asyncio.run(work())
    assert done == ["second", "in place"]


def failing_start(thread: threading.Thread) -> None:
    raise RuntimeError("can't start new thread")


def test_a_copy_that_fills_the_disk_is_refused_and_leaves_no_part(
    engine_here: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = engine_here._engine.config.state
    assert state
    drafts = state / "contexts" / "drafts"
    with client_of(engine_here) as bay:
        home = bay.context.get("home", create=True).unwrap()
        with bay.session(context_syncs=[ContextSync(context_id=home.id, path="/tmp/home")]) as session:
            session.file_system.write_file("/tmp/home/file", "text").raise_for_error()
            with monkeypatch.context() as patch:
                patch.setattr(sync_job, "copy", failing(errno.EDQUOT))
                copied = session.context.sync()
            assert (copied.success, copied.code) == (False, "no_space")
            assert not [path for path in drafts.rglob("*") if path.is_file() and path.name != "lock"]
            assert session.context.sync().success


@pytest.mark.parametrize("client", [AgentBay, AGB])
def test_a_refusal_for_lack_of_room_is_not_retried_on_either_wire(
    engine_here: LocalEngine, monkeypatch: pytest.MonkeyPatch, client: type[AgentBay]
) -> None:
    retries: list[str] = []
    policy = RetryPolicy(on_retry=lambda attempt, pause, reason: retries.append(reason))
    monkeypatch.setattr(admission, "disk_room", lambda folder: Room(0, str(folder)))
    with client(endpoint=engine_here.endpoint, api_key=engine_here.api_key.reveal(), retry=policy) as bay:
        made = bay.create(image_id="linux_latest")
    assert (made.code, made.outcome_unknown, retries) == ("QuotaExceeded.Disk", False, [])


ROOMS = {
    "process_room": (PROCESSES, "processes", "kernel.pid_max"),
    "memory_room": ("QuotaExceeded.Memory", "bytes of memory", "the container's memory limit"),
    "descriptor_room": (DESCRIPTORS, "file descriptors", "ulimit -n"),
}


@pytest.mark.parametrize("name", ROOMS)
def test_no_session_is_made_where_the_machine_has_too_little_left(
    engine: LocalEngine, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    code, noun, limit = ROOMS[name]
    with client_of(engine) as bay:
        with monkeypatch.context() as patch:
            patch.setattr(admission, name, lambda: Room(7, limit))
            refused = bay.create()
        assert refused.code == code
        assert f"The machine has 7 {noun} left ({limit}), fewer than" in refused.error_message
        assert bay.create().unwrap().delete().success


def test_sessions_that_are_being_started_count_with_what_they_will_take(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    limits = Limits(free_disk=0, free_processes=1, free_memory=0)
    monkeypatch.setattr(admission, "descriptor_room", lambda: Room(2**40, "ulimit -n"))
    admission.admit(tmp_path, limits, 0)
    with pytest.raises(Shortage, match="processes left"):
        admission.admit(tmp_path, limits, 2**30)
