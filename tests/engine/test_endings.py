"""How sessions end: wholly, whatever they left running, and whoever is killed."""

import subprocess
import sys
from pathlib import Path

from sessionbay.engine import LocalEngine

from .conftest import client_of, started
from .processes import alive, eventually, marker, spawn

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


def program(mark: str) -> subprocess.Popen[str]:
    """Start a program that leaves 80 daemons in a session of its private engine, and wait until it has."""
    argv = [sys.executable, "-c", PROGRAM, spawn(mark)]
    running = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert running.stdout is not None
    assert running.stdout.readline() == "ready\n"
    assert eventually(lambda: len(alive(mark)) == 80, seconds=5)
    return running


def test_nothing_runs_any_more_when_a_deletion_returns(any_engine: LocalEngine) -> None:
    mark = marker()
    with client_of(any_engine) as bay:
        with bay.session() as session:
            session.command.run(spawn(mark))
            assert eventually(lambda: len(alive(mark)) == 80, seconds=5)
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


def test_a_program_that_ends_leaves_nothing_behind(folders: Path) -> None:
    mark = marker()
    running = program(mark)
    running.communicate(timeout=30)
    assert (running.returncode, alive(mark), list(folders.iterdir())) == (0, [], [])


def test_a_killed_program_leaves_nothing_running() -> None:
    mark = marker()
    running = program(mark)
    running.kill()
    running.communicate(timeout=30)
    assert eventually(lambda: not alive(mark), seconds=1)


def test_the_next_engine_removes_the_folder_of_a_killed_one(folders: Path) -> None:
    running = program(marker())
    running.kill()
    running.communicate(timeout=30)
    assert len(list(folders.iterdir())) == 1
    started().stop()
    assert list(folders.iterdir()) == []


def test_a_session_that_is_idle_for_too_long_is_released(engine: LocalEngine) -> None:
    with client_of(engine) as bay:
        session = bay.create(idle_release_timeout=1).session
        assert eventually(lambda: not bay.get(session.session_id).success, seconds=4)


def test_the_maximum_run_time_counts_from_the_creation(engine: LocalEngine) -> None:
    with client_of(engine) as bay, bay.session(max_runtime=60) as session:
        found = engine._engine._sessions.get(session.session_id)
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
        assert eventually(lambda: not bay.get(session.session_id).success, seconds=3)
        assert session.get_status().status == "FINISH"


def test_there_are_no_more_sessions_than_allowed() -> None:
    engine = started(max_sessions=2)
    with client_of(engine) as bay:
        made = [bay.create() for _ in range(3)]
        assert [result.code for result in made] == ["ok", "ok", "QuotaExceeded.Session"]
        made[0].session.delete()
        assert bay.create().success
    engine.stop()


def test_a_folder_that_is_hard_to_remove_is_removed(folders: Path) -> None:
    engine = started()
    with client_of(engine) as bay, bay.session() as session:
        session.command.run("mkdir -p locked/inner; chmod 0 locked")
        session.command.run("for _ in $(seq 300); do mkdir deep; cd deep; done")
    engine.stop()
    assert list(folders.iterdir()) == []
