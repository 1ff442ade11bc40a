# Generated from tests/_async/test_command_options.py by scripts/generate_sync.py. Do not edit.
"""Arguments of commands: input, timeouts, callbacks, output budgets; and processes of other programs."""

import logging
from typing import Any

import pytest

from sessionbay import AgentBay, CommandError, CommandUsageError, Session

from ..raw_server import BOUND

OWN, SHELL = "the engine's own tools", "the shell alone"


@pytest.fixture(params=[OWN, SHELL])
def runs(request: pytest.FixtureRequest, bay: AgentBay, shared_bay: Session) -> Session:
    """Return a session with the engine's tools, or one whose tools are unknown, as on the clouds."""
    if request.param == SHELL:
        return Session(bay, shared_bay.session_id)
    return shared_bay


def gone(session: Session, name: str) -> bool:
    """Return whether no process of that name runs, now or soon: a killed one takes a moment to end."""
    for _ in range(100):
        if not (session.command.run(f"pgrep -f '{name}'")).stdout:
            return True
    return False


@pytest.mark.parametrize("command", ["yes | head -c 4000000", "head -c 4000000 /dev/zero | tr '\\0' x"])
def test_a_budget_costs_a_handful_of_requests_whatever_the_size(
    runs: Session, command: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "sessionbay.channel"):
        result = runs.command.run(command, max_output=2000)
        calls = sum("-> success" in record.message for record in caplog.records)
    assert (result.success, result.omitted_bytes, calls < 8) == (True, 3_998_000, True)


def test_a_budget_beyond_one_answer_is_kept_whole(runs: Session) -> None:
    with runs.command.start("seq 20000; seq 9 >&2", max_output=100_000) as process:
        result = process.wait(BOUND)
    text = "".join(f"{number}\n" for number in range(1, 20001))
    assert (result.stdout[:50_000], result.stdout[-50_000:]) == (text[:50_000], text[-50_000:])
    assert (result.omitted_bytes, result.stderr) == (len(text) - 100_000, "1\n2\n3\n4\n5\n6\n7\n8\n9\n")


def test_lines_come_on_after_a_wait_that_ran_out(runs: Session) -> None:
    with runs.command.start("echo one; read x; echo two; read x; echo three") as process:
        with pytest.raises(TimeoutError):
            process.wait(0.2)
        process.write("\n\n")
        lines = [str(line) for line in process]
        assert lines[-1] == "three"
        assert (process.wait()).stdout == "one\ntwo\nthree\n"


def test_a_list_is_a_program_and_its_arguments(runs: Session) -> None:
    words = ["printf", "%s|", "a b", "$HOME", "it's", "", "*"]
    assert (runs.command.run(words)).stdout == "a b|$HOME|it's||*|"
    with runs.command.start(words) as process:
        assert (process.wait(BOUND)).stdout == "a b|$HOME|it's||*|"


@pytest.mark.parametrize("options", [{}, {"max_output": 100}])
def test_input_is_the_standard_input(runs: Session, options: dict[str, Any]) -> None:
    assert (runs.command.run("cat; echo .", input="é\n", **options)).stdout == "é\n.\n"
    assert (runs.command.run("od -An -tx1", input=b"\x00\xff", **options)).stdout == " 00 ff\n"
    assert (runs.command.run("wc -c", input=b"x" * 150_000, **options)).stdout == "150000\n"
    assert (runs.command.run("cat", **options)).stdout == ""


@pytest.mark.parametrize("options", [{}, {"max_output": 100}])
def test_a_long_command_runs(runs: Session, options: dict[str, Any]) -> None:
    command = f"printf %s '{'x' * 200_000}' | wc -c; ls /tmp/sessionbay-staged-* 2>/dev/null"
    assert (runs.command.run(command, **options)).stdout == "200000\n"


@pytest.mark.one_driver
@pytest.mark.parametrize("options", [{}, {"max_output": 100}])
def test_a_timeout_leaves_the_programs_own_output(runs: Session, options: dict[str, Any]) -> None:
    result = runs.command.run("echo out; echo err >&2; exec sleep 60.25", timeout=1.5, **options)
    assert (result.success, result.timed_out, result.code, result.exit_code) == (False, True, "timeout", None)
    assert (result.stdout, result.stderr, result.output) == ("out\n", "err\n", "out\nerr\n")
    assert result.error_message == "[timeout] the command was killed after 1500 ms"
    assert gone(runs, "sleep 60[.]25")


def test_an_exit_code_other_than_0_has_a_code(runs: Session) -> None:
    for max_output in (None, 100):
        result = runs.command.run("exit 3", max_output=max_output)
        assert (result.code, result.timed_out) == ("exit_code", False)


def test_callbacks_get_each_stream_as_text(runs: Session) -> None:
    pieces: list[tuple[str, str]] = []
    result = runs.command.run(
        r"printf 'a\303'; sleep 0.1; printf '\251'; echo b >&2; exit 3",
        on_stdout=lambda text: pieces.append(("stdout", text)),
        on_stderr=lambda text: pieces.append(("stderr", text)),
    )
    assert "".join(text for stream, text in pieces if stream == "stdout") == "aé" == result.stdout
    assert [text for stream, text in pieces if stream == "stderr"] == ["b\n"] == [result.stderr]
    assert result.exit_code == 3


def test_a_callback_that_raises_ends_the_command(runs: Session) -> None:
    with pytest.raises(ZeroDivisionError):
        runs.command.run("echo x; exec sleep 60.75", on_stdout=lambda _: 1 / 0)
    assert gone(runs, "sleep 60[.]75")


def test_a_process_goes_on_without_its_client_and_is_found_by_its_id(runs: Session) -> None:
    with runs.command.start("echo begun; read x; echo $x") as process:
        for line in process:
            assert str(line) == "begun"
            break
        process.disconnect()
    with runs.command.connect(process.pid) as again:
        assert again.pid == process.pid
        again.write("more\n")
        assert (again.wait(BOUND)).stdout == "begun\nmore\n"


def test_a_process_that_nobody_started_is_refused(runs: Session) -> None:
    with pytest.raises(CommandError, match="no process 999999 was started"):
        with runs.command.connect(999_999):
            pass


def test_a_process_that_was_not_started_says_what_to_do(shared_bay: Session) -> None:
    process = shared_bay.command.start("true")
    for use in (process.wait, process.kill, process.close_stdin):
        with pytest.raises(CommandUsageError, match="use it as a context manager"):
            use()
    with pytest.raises(CommandUsageError, match="use it as a context manager"):
        for _ in process:
            pass


def test_a_cancelled_start_is_refused_when_it_arrives(shared_bay: Session) -> None:
    assert (shared_bay.call_mcp_tool("process_kill", {"key": "k"})).success
    started = shared_bay.call_mcp_tool("process_start", {"key": "k", "command": "sleep 60.5"})
    assert "the start was cancelled" in started.error_message


@pytest.mark.parametrize(
    ("mistake", "message"),
    [
        ({"command": []}, "empty list"),
        ({"command": ["echo", 1]}, r"command\[1\] must be a string"),
        ({"command": ["echo", "\0"]}, "NUL"),
        ({"command": "x", "timeout": 0}, "above 0"),
        ({"command": "x", "timeout": 1, "timeout_ms": 1000}, "not both"),
        ({"command": "x", "input": 7}, "input must be"),
        ({"command": "x", "on_stdout": "print"}, "on_stdout must be a function"),
    ],
)
def test_a_mistake_raises_before_anything_is_sent(
    shared_bay: Session, mistake: dict[str, Any], message: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "sessionbay.channel"), pytest.raises(CommandUsageError, match=message):
        shared_bay.command.run(**mistake)
    assert not caplog.records
