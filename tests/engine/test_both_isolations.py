"""The main job, in each kind of sandbox."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

from sessionbay import Session
from sessionbay.engine import LocalEngine
from sessionbay.engine.agent.inside.truncated_buffer import TruncatedBuffer

from .conftest import client_of
from .processes import ANOTHER_TICK, TICKER, eventually, until


def test_commands_and_files_share_what_they_see(any_session: Session) -> None:
    any_session.file_system.write_file("note", "by the tool")
    assert any_session.command.run("cat note; echo; echo $HOME >home").output == "by the tool\n"
    assert any_session.file_system.read_file("home").content.strip() == any_session.info().unwrap().connection["home"]


def test_temporary_files_are_the_sessions_own(any_session: Session) -> None:
    path = any_session.command.run("mktemp").output.strip()
    folders = any_session.info().unwrap().connection["folders"]
    assert any(path.startswith(folder) for folder in folders)


def test_a_pause_stops_busy_processes_and_a_resume_lets_them_go_on(any_session: Session) -> None:
    any_session.command.run(TICKER)
    any_session.pause(poll_interval=0.01)
    with any_session.agent_bay.session() as other:
        other.command.run("sleep 0.5")  # meanwhile, in another session
    any_session.resume(poll_interval=0.01)
    any_session.command.run(ANOTHER_TICK)
    ticks = [float(line) for line in any_session.file_system.read_file("ticks").content.split()]
    assert max(later - earlier for earlier, later in pairwise(ticks)) > 0.4


def test_a_paused_process_uses_no_processor_at_all(any_session: Session) -> None:
    any_session.command.run("nohup sh -c 'echo $$ >pid; while :; do :; done' >/dev/null 2>&1 & " + until("-s pid"))
    spent = "cut -d' ' -f14,15 /proc/$(cat pid)/stat; "
    stop = "kill -STOP $(cat pid); until grep -q ') T' /proc/$(cat pid)/stat; do sleep 0.01; done; "
    busy = any_session.command.run(f"{stop}{spent}sleep 0.2; {spent}").output.splitlines()
    assert len(busy) == 2
    assert busy[0] == busy[1]


def test_a_process_that_was_stopped_before_a_pause_stays_so_after_it(any_session: Session) -> None:
    any_session.command.run("nohup sleep 60 >/dev/null 2>&1 & echo $! >pid; kill -STOP $(cat pid)")
    any_session.pause(poll_interval=0.01)
    any_session.resume(poll_interval=0.01)
    assert any_session.command.run("cut -d' ' -f3 /proc/$(cat pid)/stat").output == "T\n"


def test_an_interactive_shell_survives_a_pause_with_its_job(any_session: Session) -> None:
    job = "import pty; pty.spawn(['bash', '-ic', 'touch begun; sleep 1; echo the job ended with $?'])"
    any_session.command.run(f'nohup python3 -c "{job}" >log 2>&1 & until [ -e begun ]; do sleep 0.05; done')
    for _ in range(3):
        any_session.pause(poll_interval=0.01)
        any_session.resume(poll_interval=0.01)
    any_session.command.run("until grep -q ended log; do sleep 0.05; done")
    assert "the job ended with 0" in any_session.file_system.read_file("log").content


def test_a_command_under_way_has_its_time_stand_still_in_a_pause(any_engine: LocalEngine) -> None:
    with ThreadPoolExecutor() as pool, client_of(any_engine) as bay, bay.session() as session, bay.session() as other:
        running = pool.submit(session.command.run, "touch begun; sleep 0.6; echo done", timeout_ms=6000)
        assert eventually(lambda: session.file_system.get_file_info("begun").success)
        session.pause(poll_interval=0.01)
        other.command.run("sleep 6.2")
        session.resume(poll_interval=0.01)
        assert running.result().output == "done\n"


def test_metrics_count_what_the_session_uses(any_session: Session) -> None:
    hold = "import time; held = bytearray(100_000_000); print(1, flush=True); time.sleep(60)"
    before = any_session.get_metrics().metrics
    holding = f"nohup python3 -c '{hold}' >held 2>&1 & "
    any_session.command.run(f"{holding}head -c 5000000 /dev/zero >file; {until('-s held')}")
    after = any_session.get_metrics().metrics
    assert after.mem_used - before.mem_used > 90_000_000
    assert after.disk_used - before.disk_used >= 5_000_000


def test_a_stream_keeps_its_beginning_and_its_end() -> None:
    tail = TruncatedBuffer(10)
    for byte in b"abcdefghijklmnopqrstuvwxyz":
        tail.add(bytes([byte]))
    assert tail.text() == "abcde\n[... 16 bytes left out ...]\nvwxyz"


def test_first_runs_of_code_at_once_share_their_variables(any_session: Session) -> None:
    with ThreadPoolExecutor(4) as executor:
        assert all(result.success for result in executor.map(any_session.code.run_code, ["x = 1"] * 4, ["python"] * 4))
    assert any_session.code.run_code("x", "python").execution_count == 5
