"""What a session may use: each limit is hit, on each kind of isolation, and anyone who hits it is reported."""

import os
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from sessionbay import AgentBay, AgentBayError, Session
from sessionbay.engine import EngineConfig, IsolationWarning, LocalEngine
from sessionbay.engine.agent.inside.process_tree import NICENESS
from sessionbay.engine.limits import MIB, Limits

from .conftest import client_of, started
from .processes import ENOUGH, TICKER, alive, eventually, marker

SMALL = Limits(
    processes=60,
    process_memory=400 * MIB,
    memory=500 * MIB,
    file_size=30 * MIB,
    open_files=100,
    disk=20 * MIB,
    files=1000,
)
HOLD = "import sys, time; held = bytearray(int(sys.argv[1])); print(len(held), flush=True); time.sleep(60)"
NAMELESS = 'import ctypes; ctypes.CDLL(None).prctl(15, b"\\xff", 0, 0, 0); '  # PR_SET_NAME
FORKS = "import os, time\nfor _ in range(200):\n    if not os.fork():\n        time.sleep(20)"
FULL = "of the 20971520 that it may have: delete files with delete_file, or delete the session"


@pytest.fixture(scope="module", params=["namespaces", "process"])
def small_engine(request: pytest.FixtureRequest) -> Iterator[LocalEngine]:
    """Give an engine of each kind in turn whose sessions may use little."""
    request.getfixturevalue(f"{request.param}_engine")  # which skips where this machine cannot
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", IsolationWarning)
        engine = LocalEngine(EngineConfig(isolation=request.param, limits=SMALL)).start()
    yield engine
    engine.stop()


@pytest.fixture
def bay(small_engine: LocalEngine) -> Iterator[AgentBay]:
    with client_of(small_engine) as bay:
        yield bay


@pytest.fixture
def session(bay: AgentBay) -> Iterator[Session]:
    with bay.session() as session:
        yield session


def test_the_number_of_processes_is_limited_and_the_session_still_answers(session: Session) -> None:
    if session.info().unwrap().connection["limits"]["processes"] == "none":
        pytest.skip("only root can give each session a user, whose processes the kernel counts")
    result = session.command.run(f"python3 -c '{FORKS}'")
    assert "Resource temporarily unavailable" in result.stderr
    assert session.file_system.list_directory(".").success or session.get_metrics().success


def test_a_session_of_a_fork_bomb_says_what_to_do_and_can_be_deleted(bay: AgentBay, session: Session) -> None:
    if session.info().unwrap().connection["limits"]["processes"] == "none":
        pytest.skip("only root can give each session a user, whose processes the kernel counts")
    with bay.session() as other:
        session.command.run("bomb() { bomb | bomb & }; bomb", timeout_ms=2000)
        assert other.command.run("echo well").output == "well\n"
        result = session.command.run("sleep 0.1", timeout_ms=2000)
        assert result.success or "end some, or delete the session" in result.error_message
    assert session.delete().success


@pytest.mark.parametrize("start", ["command", "process", "code"])
def test_processes_yield_to_the_engine_and_cannot_raise_their_priority(session: Session, start: str) -> None:
    code = "import os, resource; print(os.nice(0), resource.getrlimit(resource.RLIMIT_NICE))"
    if start == "command":
        output = session.command.run(f"python3 -c '{code}'").stdout
    elif start == "process":
        with session.command.start(f"python3 -c '{code}'") as process:
            output = process.wait().stdout
    else:
        output = session.code.run_code(code, "python").result
    assert output == f"{os.nice(0) + NICENESS} (0, 0)\n"


def test_the_memory_of_a_process_is_limited(session: Session) -> None:
    result = session.command.run(f"python3 -c '{HOLD}' 450000000")
    assert "MemoryError" in result.stderr


def test_over_the_memory_of_a_session_the_largest_process_is_killed_and_its_command_told(session: Session) -> None:
    mark = marker()
    small = f"python3 -c '{HOLD}' 40000000 {mark} >small & until [ -s small ]; do sleep 0.01; done"
    middle = f"python3 -c '{HOLD}' 180000000 {mark} & sleep 0.5"
    result = session.command.run(f"{small}; {middle}; python3 -c '{HOLD}' 300000000 {mark}")
    assert result.exit_code == 137
    assert "was killed: the session's processes held" in result.stderr
    # Plain processes see those of other tests, hence the mark; the brackets keep pgrep's own shell from matching.
    assert session.command.run(f"pgrep -fc '[{mark[0]}]{mark[1:]}'").output == "2\n"


def test_a_process_whose_name_is_no_text_escapes_no_limit(session: Session) -> None:
    held = f"python3 -c '{NAMELESS}{HOLD}'"
    result = session.command.run(f"{held} 220000000 & sleep 0.5; {held} 320000000")
    assert "was killed: the session's processes held" in result.stderr


def test_a_session_with_a_process_whose_name_is_no_text_is_measured_paused_and_deleted(session: Session) -> None:
    mark = marker()
    nameless = f'{NAMELESS}import time; open("there", "w"); time.sleep(600)'
    session.command.run(f"nohup python3 -c '{nameless}' {mark} >log 2>&1 & until [ -e there ]; do sleep 0.01; done")
    assert session.get_metrics().success
    assert session.pause(poll_interval=0.01).success
    assert session.delete().success
    assert eventually(lambda: not alive(mark), 30)


def test_the_size_of_a_file_is_limited(session: Session) -> None:
    assert session.command.run("head -c 40000000 /dev/zero >file").exit_code != 0
    assert session.file_system.get_file_info("file").unwrap().size <= 30 * MIB


def test_the_number_of_open_files_is_limited(session: Session) -> None:
    result = session.command.run("python3 -c 'held = [open(\"/dev/null\") for _ in range(200)]'")
    assert "Too many open files" in result.stderr


FILLERS = {
    "a file": "head -c 25000000 /dev/zero >big",
    "small files": "for i in $(seq 30); do head -c 900000 /dev/zero >part$i; done; mv part1 big",
    "a deleted file": "exec 3>big; head -c 25000000 /dev/zero >&3; ln /proc/self/fd/3 kept 2>&1; rm big; touch big",
    "a locked folder": "mkdir locked; head -c 25000000 /dev/zero >locked/big; chmod 0 locked; touch big",
}


def test_files_outside_of_the_home_fill_the_disk_too(session: Session) -> None:
    if session.info().unwrap().connection["path_mapping"] == "none":
        pytest.skip("plain processes can write to no other folder")
    result = session.command.run("mkdir -p /data/x; head -c 25000000 /dev/zero >/data/x/big; sleep 600")
    assert FULL in result.error_message


@pytest.mark.parametrize("filler", FILLERS.values(), ids=FILLERS)
def test_a_command_that_fills_the_disk_is_ended_and_told(session: Session, filler: str) -> None:
    begun = time.monotonic()
    result = session.command.run(f"{filler}; sleep 600", timeout_ms=100_000)
    assert FULL in result.error_message
    assert time.monotonic() - begun < ENOUGH


def test_a_full_session_goes_on_once_files_are_deleted(session: Session) -> None:
    session.command.run(TICKER)
    session.command.run("head -c 25000000 /dev/zero >big; sleep 60")
    assert FULL in session.command.run("echo x").error_message
    assert FULL in session.file_system.write_file("more", "x").error_message
    still = session.file_system.read_file("ticks").unwrap()
    assert session.file_system.read_file("ticks").unwrap() == still
    session.command.run("true")
    assert session.file_system.delete_file("big").success
    assert session.command.run("echo on").output == "on\n"
    assert eventually(lambda: session.file_system.read_file("ticks").unwrap() != still)


def test_a_full_session_can_be_paused_resumed_and_deleted(bay: AgentBay) -> None:
    mark = marker()
    session = bay.create().unwrap()
    session.command.run(f"nohup sh -c 'sleep 60' {mark} >/dev/null 2>&1 &")
    session.command.run("head -c 25000000 /dev/zero >big; sleep 60")
    assert session.pause(poll_interval=0.01).success
    assert session.resume(poll_interval=0.01).success
    assert FULL in session.command.run("echo x").error_message
    assert session.delete().success
    assert alive(mark) == []


def test_the_number_of_files_is_limited(session: Session) -> None:
    result = session.command.run("mkdir many; cd many; seq 2000 | xargs touch; sleep 60")
    assert "files of the 1000 that it may have: delete files" in result.error_message


@pytest.mark.slow
def test_an_idle_session_takes_no_processor_time(session: Session) -> None:
    session.command.run("nohup sleep 60 >/dev/null 2>&1 &")
    # proc/1 is not the agent's parent under plain processes: the agent is the parent of a command's shell
    ticks = "cut -d' ' -f14,15 /proc/$PPID/stat"
    session.command.run("sleep 1")
    before = session.command.run(ticks).output.split()
    time.sleep(5)
    after = session.command.run(ticks).output.split()
    assert sum(map(int, after)) - sum(map(int, before)) <= 10  # a fiftieth of a processor, and a slow one's too


def test_the_output_of_a_command_takes_no_more_memory_than_what_is_kept(session: Session) -> None:
    result = session.command.run("head -c 300000000 /dev/zero | tr '\\0' y; echo end", timeout_ms=100_000)
    assert "bytes left out" in result.output
    assert result.output.endswith("end\n")
    peak = session.command.run("grep VmHWM /proc/$PPID/status").output or "0 0"
    assert int(peak.split()[1]) < 120_000  # kB


def test_no_session_is_made_where_the_disk_is_nearly_full() -> None:
    engine = started(limits=Limits(free_disk=2**62))
    with client_of(engine) as bay:
        refused = bay.create()
    engine.stop()
    assert refused.code == "QuotaExceeded.Disk"
    assert "free space, or delete sessions" in refused.error_message


def test_a_session_that_says_nothing_of_its_times_has_those_of_the_engine() -> None:
    engine = started(limits=Limits(idle_time=4, run_time=60))
    with client_of(engine) as bay:
        session = bay.create().unwrap()
        assert engine._engine.sessions.get(session.session_id).max_runtime == 60
        assert eventually(lambda: not bay.get(session.session_id).success)
    engine.stop()


def test_a_command_under_way_and_a_pause_are_no_idle_time() -> None:
    engine = started(limits=Limits(idle_time=60))
    with client_of(engine) as bay, ThreadPoolExecutor() as pool, bay.session() as paused, bay.session() as busy:
        paused.pause(poll_interval=0.01)
        running = pool.submit(busy.command.run, "until [ -e over ]; do sleep 0.01; done; echo done")
        assert eventually(lambda: engine._engine.sessions.get(busy.session_id).sandbox.agent.busy)
        for session in (paused, busy):
            known = engine._engine.sessions.get(session.session_id)
            known.last_used -= 1000
            assert not known.overdue(time.monotonic())
            assert not known.overdue(time.monotonic() + 59)
        busy.file_system.write_file("over", "")
        assert running.result().output == "done\n"
        paused.resume(poll_interval=0.01)
    engine.stop()


def test_keeping_a_session_alive_begins_its_idle_time_anew() -> None:
    engine = started(limits=Limits(idle_time=60))
    with client_of(engine) as bay:
        session = bay.create().unwrap()
        known = engine._engine.sessions.get(session.session_id)
        known.last_used -= 30
        over = known.last_used + 61
        assert session.keep_alive().success
        assert not known.overdue(over)
        assert known.overdue(known.last_used + 61)
    engine.stop()


def test_a_session_says_by_whom_its_limits_are_kept(small_engine: LocalEngine, session: Session) -> None:
    limits = session.info().unwrap().connection["limits"]
    memory = "kernel" if small_engine._engine.backend.groups else "watched"
    assert (limits["process_memory"], limits["memory"], limits["disk"]) == ("kernel", memory, "watched")


@pytest.mark.parametrize("wrong", [{"memory": -1}, {"files": 1.5}, {"idle_time": "ten"}, {"run_time": -2}], ids=str)
def test_a_limit_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(AgentBayError):
        Limits(**wrong)


def test_a_file_that_the_file_tools_would_make_too_large_is_refused_and_the_session_lives(session: Session) -> None:
    session.command.run(f"truncate -s {SMALL.file_size} full", check=True)  # which takes no room on the disk
    refused = session.file_system.write_file("full", "x", mode="append")
    assert (refused.success, "File too large" in refused.error_message) == (False, True)
    assert session.command.run("echo alive").output == "alive\n"
