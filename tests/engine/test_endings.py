"""How sessions end: wholly, whatever they left running, and anyone who is killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sessionbay.engine import LocalEngine

from .conftest import client_of, started
from .processes import ENOUGH, alive, eventually, marker, spawn

PROGRAM = """
import sys, warnings
warnings.simplefilter("ignore")
from sessionbay import AgentBay
bay = AgentBay(endpoint="local")
session = bay.create().session
session.command.run(sys.argv[1])
print("ready", flush=True)
sys.stdin.read()
"""


def program(mark: str, isolation: str = "auto") -> subprocess.Popen[str]:
    """Start a program that leaves 80 daemons in a session of its private engine, and wait until it has."""
    argv = [sys.executable, "-c", PROGRAM, spawn(mark)]
    env = {**os.environ, "SESSIONBAY_ISOLATION": isolation}
    running = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env)
    assert running.stdout is not None
    assert running.stdout.readline() == "ready\n"
    assert eventually(lambda: len(alive(mark)) == 80)
    return running


def test_nothing_runs_any_more_when_a_deletion_returns(any_engine: LocalEngine) -> None:
    mark = marker()
    with client_of(any_engine) as bay:
        with bay.session() as session:
            session.command.run(spawn(mark))
            assert eventually(lambda: len(alive(mark)) == 80)
        assert alive(mark) == []


def test_a_paused_session_is_deleted_with_all_that_stands_still_in_it(any_engine: LocalEngine) -> None:
    mark = marker()
    with client_of(any_engine) as bay:
        with bay.session() as session:
            session.command.run(spawn(mark))
            session.pause(poll_interval=0.01)
        assert alive(mark) == []


def test_an_engine_that_stops_leaves_nothing_behind(folders: Path) -> None:
    mark = marker()
    engine = started()
    with client_of(engine) as bay:
        bay.create().session.command.run(spawn(mark))
    engine.stop()
    assert (alive(mark), list(folders.iterdir())) == ([], [])


def test_an_engine_that_stops_ends_all_sessions_whatever_befalls_the_last_words_of_one(
    folders: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(session: object) -> None:
        raise ArithmeticError("no last words")

    mark = marker()
    engine = started()
    with client_of(engine) as bay:
        bay.create().session.command.run(spawn(mark))
    engine._engine.sessions.before_delete = fail
    engine.stop()
    assert (alive(mark), list(folders.iterdir())) == ([], [])
    assert "could not have its contexts copied" in caplog.text


def test_a_program_that_ends_leaves_nothing_behind(folders: Path) -> None:
    mark = marker()
    running = program(mark)
    running.communicate(timeout=ENOUGH)
    assert (running.returncode, alive(mark), list(folders.iterdir())) == (0, [], [])


@pytest.mark.parametrize("isolation", ["namespaces", "process"])
def test_a_killed_program_leaves_nothing_running(request: pytest.FixtureRequest, isolation: str) -> None:
    request.getfixturevalue(f"{isolation}_engine")  # which skips where this machine cannot
    mark = marker()
    running = program(mark, isolation)
    running.kill()
    running.communicate(timeout=ENOUGH)
    assert eventually(lambda: not alive(mark))


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["SIGKILL", "SIGTERM"])
def test_a_killed_program_leaves_no_folder(folders: Path, number: signal.Signals) -> None:
    running = program(marker())
    assert len(list(folders.iterdir())) == 1
    running.send_signal(number)
    running.communicate(timeout=ENOUGH)
    assert eventually(lambda: not list(folders.iterdir()))


def test_a_session_that_is_idle_for_too_long_is_released(engine: LocalEngine) -> None:
    with client_of(engine) as bay:
        session = bay.create(idle_release_timeout=1).session
        assert eventually(lambda: not bay.get(session.session_id).success)


def test_the_maximum_run_time_counts_from_the_creation(engine: LocalEngine) -> None:
    with client_of(engine) as bay, bay.session(max_runtime=60) as session:
        found = engine._engine.sessions.get(session.session_id)
        assert (found.overdue(found.created + 59), bool(found.overdue(found.created + 61))) == ("", True)


def test_the_end_of_a_session_can_still_be_asked_about(engine: LocalEngine) -> None:
    with client_of(engine) as bay:
        session = bay.create().session
        same = type(session)(bay, session.session_id)
        session.delete()
        assert same.get_status().status == "FINISH"
        assert bay.list(labels={}).success


def test_a_session_that_kills_its_agent_is_lost_and_said_to_be(any_engine: LocalEngine) -> None:
    with client_of(any_engine) as bay:
        session = bay.create().session
        session.command.run("kill -9 $PPID", timeout_ms=3000)
        assert eventually(lambda: not bay.get(session.session_id).success)
        assert session.get_status().status == "FINISH"


def test_there_are_no_more_sessions_than_allowed() -> None:
    engine = started(max_sessions=2)
    with client_of(engine) as bay:
        made = [bay.create() for _ in range(3)]
        assert [result.code for result in made] == ["ok", "ok", "QuotaExceeded.Session"]
        made[0].session.delete()
        assert bay.create().success
    engine.stop()


# What a session can do to its folder: each leaves it, as its own user, in a state that a plain removal fails at.
UNDELETABLE = {
    "a tree 3,000 deep": "for _ in range(3000): os.mkdir('deep'); os.chdir('deep')",
    "names beyond any path": "for _ in range(30): os.mkdir('n' * 250); os.chdir('n' * 250)\nopen('n' * 250, 'w')",
    "locked folders": "os.makedirs('a/b/c'); open('a/b/c/file', 'w'); os.chmod('a/b', 0); os.chmod('a', 0)",
    "5,000 files": "os.mkdir('many'); os.chdir('many')\nfor n in range(5_000): os.close(os.open(str(n), os.O_CREAT))",
    "files held open": "held = [open(str(n), 'w') for n in range(50)]\nif not os.fork(): time.sleep(600)",
}


@pytest.mark.parametrize("mess", UNDELETABLE.values(), ids=UNDELETABLE)
def test_a_session_that_made_itself_hard_to_remove_is_deleted_at_once(any_engine: LocalEngine, mess: str) -> None:
    with client_of(any_engine) as bay:
        session = bay.create().unwrap()
        root = any_engine._engine.sessions.get(session.session_id).sandbox.spec.root
        made = session.command.run(f"exec python3 - >/dev/null 2>&1 <<'END'\nimport os, time\n{mess}\nEND")
        assert made.success, made.error_message
        begun = time.monotonic()
        assert session.delete().success
        assert time.monotonic() - begun < ENOUGH
        assert eventually(lambda: not list(root.parent.glob(f"*{root.name}")))


def test_a_folder_that_is_hard_to_remove_is_removed(folders: Path) -> None:
    engine = started()
    with client_of(engine) as bay, bay.session() as session:
        session.command.run("mkdir -p locked/inner; chmod 0 locked")
        session.command.run("for _ in $(seq 300); do mkdir deep; cd deep; done")
    engine.stop()
    assert list(folders.iterdir()) == []
