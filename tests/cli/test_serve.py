"""``sessionbay serve``: in the foreground and in the background, and what ends it."""

import json
import os
import resource
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from sessionbay import AgentBay
from sessionbay.engine import discovery

from ..engine.processes import alive, eventually, marker, until
from .conftest import BOUND, command, serving


def test_the_first_line_of_a_served_engine_is_json_and_nothing_else_follows() -> None:
    with serving() as (served, process):
        process.terminate()
        rest, _ = process.communicate(timeout=BOUND)
    assert list(served) == ["endpoint", "api_key"]
    assert served["endpoint"].startswith("http://127.0.0.1:")
    assert rest == ""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_all_sessions_and_withdraws_the_engine(number: int, home: Path, folders: Path) -> None:
    mark = marker()
    with serving() as (_, process):
        bay = AgentBay(endpoint="local")
        session = bay.create().session
        bay.core.keep_at_exit(session.session_id)
        session.command.run(f"nohup setsid sh -c 'touch begun; sleep 600' {mark} >/dev/null 2>&1 & {until('-e begun')}")
        process.send_signal(number)
        assert process.wait(timeout=BOUND) == 0
        bay.close()
    assert not (home / discovery.FILE).exists()
    assert (alive(mark), [path.name for path in folders.iterdir() if path.name.startswith("sessionbay-")]) == ([], [])


def test_nothing_weaker_than_namespaces_is_served_unless_it_is_asked_for(tmp_path: Path) -> None:
    for name in ("rm", "chmod"):
        (tmp_path / name).symlink_to(f"/bin/{name}")
    ran = command("serve", PATH=str(tmp_path))
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "bubblewrap is not installed" in ran.stderr


def test_an_engine_takes_as_many_descriptors_as_it_may_have() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 500), hard))
    try:
        with serving() as (_, process):
            assert psutil.Process(process.pid).rlimit(psutil.RLIMIT_NOFILE) == (min(hard, 2**16), hard)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_port_can_be_chosen_and_one_that_is_taken_is_named(tmp_path: Path) -> None:
    with serving() as (served, _):
        taken = served["endpoint"].rpartition(":")[2]
        ran = command("serve", "--isolation", "auto", "--port", taken, SESSIONBAY_HOME=str(tmp_path / "another"))
        assert (ran.returncode, f"port {taken} of 127.0.0.1 cannot be listened on" in ran.stderr) == (1, True)


def test_of_many_engines_that_race_one_serves_and_the_others_name_it(home: Path) -> None:
    won: list[str] = []
    over = threading.Event()

    def race(_: int) -> str:
        argv = [sys.executable, "-m", "sessionbay.cli", "serve", "--json", "--isolation", "auto"]
        with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            if line := process.stdout.readline():
                won.append(json.loads(line)["endpoint"])
                over.wait(BOUND)
                process.terminate()
                return ""
            return process.stderr.read()

    with ThreadPoolExecutor(4) as racers:
        reported = [racers.submit(race, number) for number in range(4)]
        assert eventually(lambda: sum(one.done() for one in reported) == 3, BOUND)
        over.set()
    refused = [one.result() for one in reported if one.result()]
    assert len(won) == 1
    assert all(won[0] in refusal for refusal in refused)
    assert len(refused) == 3


@pytest.mark.usefixtures("background")
def test_an_engine_in_the_background_outlives_the_command_and_answers(home: Path) -> None:
    ran = command("serve", "--detach", "--json", "--isolation", "auto")
    served = json.loads(ran.stdout)
    assert (ran.returncode, list(served)) == (0, ["endpoint", "api_key"])
    with AgentBay(endpoint="local") as bay, bay.session() as session:
        assert bay.endpoint == served["endpoint"]
        assert session.command.run("echo here").output == "here\n"
    found = discovery.find()
    assert found is not None
    assert os.getsid(found.pid) == found.pid
    assert psutil.Process(found.pid).cwd() == "/"
    assert home.stat().st_mode & 0o077 == 0
    assert (home / "engine.log").exists()


@pytest.mark.usefixtures("background")
def test_a_second_engine_in_the_background_is_refused_with_the_address_of_the_first() -> None:
    first = json.loads(command("serve", "--detach", "--json", "--isolation", "auto").stdout)
    second = command("serve", "--detach", "--isolation", "auto")
    assert (second.returncode, first["endpoint"] in second.stderr) == (1, True)
    assert len(second.stderr.splitlines()) == 1


def test_an_engine_that_does_not_start_in_the_background_says_why() -> None:
    ran = command("serve", "--detach", "--port", "1", "--isolation", "namespaces", PATH="/nowhere")
    assert ran.returncode == 1
    assert len(ran.stderr.splitlines()) == 1


def test_a_status_names_the_engine_and_counts_its_sessions_and_shows_no_key() -> None:
    with serving() as (served, process), AgentBay(endpoint="local") as bay, bay.session():
        ran = command("status", "--json")
        assert ran.returncode == 0
        reported = json.loads(ran.stdout)
        assert (reported["serving"], reported["endpoint"], reported["pid"]) == (True, served["endpoint"], process.pid)
        assert reported["sessions"] == 1
        assert served["api_key"] not in ran.stdout + command("status").stdout


def test_a_status_without_an_engine_fails_with_a_code_of_its_own() -> None:
    ran = command("status", "--json")
    assert (ran.returncode, json.loads(ran.stdout)) == (3, {"serving": False})


def test_a_status_of_an_engine_that_is_stuck_says_so() -> None:
    with serving() as (_, process):
        process.send_signal(signal.SIGSTOP)
        ran = command("status")
        process.send_signal(signal.SIGCONT)
    assert (ran.returncode, "does not respond" in ran.stdout) == (1, True)


def test_stopping_returns_when_the_engine_is_gone(home: Path) -> None:
    with serving() as (served, process):
        ran = command("stop")
        assert (ran.returncode, served["endpoint"] in ran.stdout) == (0, True)
        assert process.wait(timeout=BOUND) == 0
        assert not (home / discovery.FILE).exists()


def test_stopping_an_engine_that_is_stuck_is_given_up_in_time() -> None:
    with serving() as (_, process):
        process.send_signal(signal.SIGSTOP)
        ran = command("stop", "--timeout", "0.3")
        process.send_signal(signal.SIGCONT)
    assert (ran.returncode, "kill -9" in ran.stderr) == (1, True)


def test_stopping_what_is_not_there_is_no_error() -> None:
    assert command("stop").returncode == 0


def test_a_process_that_got_the_number_of_a_dead_engine_is_left_alone(home: Path) -> None:
    with serving() as (_, process):
        left = json.loads((home / discovery.FILE).read_text())
        process.kill()
        process.wait(timeout=BOUND)
    decoy = subprocess.Popen(["sleep", "60"])
    try:
        (home / discovery.FILE).write_text(json.dumps(left | {"pid": decoy.pid}))
        assert command("stop").returncode == 0
        assert decoy.poll() is None
    finally:
        decoy.kill()
        decoy.wait()


def test_what_a_killed_engine_left_is_replaced_by_the_next(home: Path) -> None:
    with serving() as (_, process):
        process.kill()
        process.wait(timeout=BOUND)
    assert (home / discovery.FILE).exists()
    with serving() as (served, _):
        found = discovery.find()
        assert found is not None
        assert found.endpoint == served["endpoint"]


@pytest.mark.usefixtures("background")
def test_limits_hold_in_the_background_to_the_byte() -> None:
    limits = ("--limit", "process_memory=2G", "--limit", "open_files=1234")
    assert command("serve", "--detach", "--isolation", "auto", *limits).stderr == ""
    with AgentBay(endpoint="local") as bay, bay.session() as session:
        assert session.command.run("ulimit -d; ulimit -n").output.split() == [str(2 * 2**20), "1234"]


def test_an_unknown_limit_is_refused_with_those_there_are() -> None:
    ran = command("serve", "--limit", "coffee=2")
    assert (ran.returncode, "process_memory" in ran.stderr) == (2, True)
