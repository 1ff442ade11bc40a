# Generated from tests/_async/test_commands.py by scripts/generate_sync.py. Do not edit.
"""Commands: run for real on the engine, and answers that a cloud may word otherwise."""

from typing import Any

import pytest

from sessionbay import AgentBay, CommandError, CommandUsageError, Session

from ..fake_cloud import KEY, FakeCloud, session_data, yes


def test_a_command_reports_what_it_wrote(shared: Session) -> None:
    result = shared.command.run("echo out; echo err >&2")
    assert (result.stdout, result.stderr, result.exit_code) == ("out\n", "err\n", 0)
    assert result.data == result.output == "out\nerr\n"
    assert result.success


def test_a_code_other_than_0_is_no_success_and_says_why(shared: Session) -> None:
    result = shared.command.run("echo wrote; echo 'no such thing' >&2; exit 3")
    assert (result.success, result.exit_code, result.stdout) == (False, 3, "wrote\n")
    assert result.error_message == "exit code 3: no such thing"


def test_check_raises_with_the_result(shared: Session) -> None:
    with pytest.raises(CommandError, match="exit code 3") as raised:
        shared.command.run("echo half; exit 3", check=True)
    assert raised.value.result.stdout == "half\n"


def test_a_strict_client_does_not_raise_for_an_exit_code(bay: AgentBay, shared_bay: Session) -> None:
    with AgentBay(endpoint=bay.endpoint, api_key=bay.api_key, strict=True) as strict:
        session = (strict.get(shared_bay.session_id)).session
        assert (session.command.run("exit 3")).exit_code == 3
        with pytest.raises(CommandError, match=r"\[timeout\]"):
            session.command.run("sleep 5", timeout_ms=100)


@pytest.mark.one_driver
def test_a_command_is_ended_at_its_time_limit(shared: Session) -> None:
    result = shared.command.run("echo before; sleep 30", timeout_ms=2000)
    assert (result.success, result.exit_code, result.stdout) == (False, None, "before\n")
    assert (result.timed_out, result.code) == (True, "timeout")
    assert "killed after 2000 ms" in result.error_message


def test_a_command_has_its_own_folder_and_variables(session: Session) -> None:
    session.file_system.create_directory("a folder")
    result = session.command.run('basename "$PWD"; echo "$VALUE"', cwd="a folder", envs={"VALUE": "a;\n'b'"})
    assert result.stdout == "a folder\na;\n'b'\n"


def test_each_command_has_a_fresh_shell(shared: Session) -> None:
    before = shared.command.run('echo "[$LEFT] in $PWD"; export LEFT=over; cd /')
    after = shared.command.run('echo "[$LEFT] in $PWD"')
    assert before.stdout == after.stdout


def test_pipes_loops_and_several_lines_work(shared: Session) -> None:
    script = """
total=0
for n in 1 2 3; do
  total=$((total + n))
done
echo $total | tr 6 X
"""
    assert (shared.command.run(script)).stdout == "X\n"


def test_a_background_process_does_not_hold_its_command_up(shared: Session) -> None:
    result = shared.command.run("sleep 30 & echo started", timeout_ms=20_000)
    assert (result.success, result.stdout) == (True, "started\n")


def test_output_that_looks_like_the_wrapper_is_kept(shared: Session) -> None:
    printed = '{"stdout": "x", "stderr": "", "exit_code": 7}'
    result = shared.command.run(f"printf '%s' '{printed}'")
    assert (result.stdout, result.exit_code) == (printed, 0)


@pytest.mark.one_driver
def test_a_flood_of_output_keeps_its_beginning_and_end(shared: Session) -> None:
    result = shared.command.run("echo first; yes | head -c 30000000; echo last")
    assert result.stdout.startswith("first\n")
    assert result.stdout.endswith("last\n")
    assert f"[... {result.omitted_bytes} bytes left out ...]" in result.stdout
    assert len(result.stdout) < 10_000_000
    assert result.truncated


def test_a_flood_of_long_characters_is_cut_between_two_of_them(shared: Session) -> None:
    result = shared.command.run("printf x; yes 😀 | tr -d '\\n' | head -c 4000000")
    assert result.truncated
    assert "\ufffd" not in result.stdout


def test_output_that_is_not_utf8_is_marked_not_lost(shared: Session) -> None:
    assert (shared.command.run(r"printf 'a\377b'")).stdout == "a\ufffdb"


def test_all_names_of_the_method_do_the_same(shared: Session) -> None:
    command = shared.command
    results = [run("echo x") for run in (command.run, command.exec, command.execute, command.execute_command)]
    assert [result.output for result in results] == ["x\n"] * 4


def test_a_command_that_cannot_be_started_says_why(shared: Session) -> None:
    result = shared.command.run("echo x", cwd="nowhere")
    assert (result.success, result.exit_code) == (False, None)
    assert "nowhere" in result.error_message


@pytest.mark.parametrize(
    ("text", "is_error", "expected"),
    [
        ("plain output", False, {"success": True, "stdout": "plain output", "exit_code": 0}),
        ('{"a": 1}', False, {"success": True, "stdout": '{"a": 1}', "exit_code": 0}),
        ('{"stdout": "", "stderr": "cat: no\\n", "errorCode": 1}', True, {"exit_code": 1, "error_message": "cat: no"}),
        ("Execution failed. Error code:-1 Error message: [timeout]", True, {"exit_code": None, "stdout": ""}),
    ],
)
def test_the_clouds_wordings_of_an_answer_are_all_read(text: str, is_error: bool, expected: dict[str, Any]) -> None:
    answer = {"content": [{"type": "text", "text": text}], "isError": is_error}
    cloud = FakeCloud(CreateMcpSession=yes(session_data()), CallMcpTool=yes(answer))
    session = (AgentBay(api_key=KEY, transport=cloud).create()).session
    result = session.command.run("x")
    assert {name: getattr(result, name) for name in expected} == expected


@pytest.mark.parametrize(
    "mistake",
    [
        {"command": ""},
        {"command": "echo \0"},
        {"command": "echo \ud800"},
        {"command": "x", "envs": {"A": "\ud800"}},
        {"command": 7},
        {"command": "x", "timeout_ms": 0},
        {"command": "x", "timeout_ms": 1.5},
        {"command": "x", "cwd": " "},
        {"command": "x", "envs": {"A": 1}},
        {"command": "x", "envs": ["A=1"]},
    ],
)
def test_a_mistake_raises_before_sending(mistake: dict[str, Any]) -> None:
    cloud = FakeCloud()
    session = Session(AgentBay(api_key=KEY, transport=cloud), "session-1")
    with pytest.raises(CommandUsageError, match=r"must|lone surrogate"):
        session.command.run(**mistake)
    assert cloud.requests == []
