"""Commands, on both routes."""

import time
from typing import Any

import pytest

from .conftest import Do


def test_a_command_gives_its_output(machine: Any, do: Do) -> None:
    result = do(machine.command.execute_command("echo hello"))
    assert (result.success, result.exit_code, result.stdout, result.stderr) == (True, 0, "hello\n", "")
    assert (result.output, bool(result.request_id)) == ("hello\n", True)


def test_both_outputs_are_kept_apart(machine: Any, do: Do) -> None:
    result = do(machine.command.execute_command("echo a && echo b >&2"))
    assert (result.stdout, result.stderr, result.output) == ("a\n", "b\n", "a\nb\n")


def test_an_exit_code_is_reported(machine: Any, do: Do) -> None:
    result = do(machine.command.execute_command("echo why >&2; exit 3"))
    assert (result.success, result.exit_code, result.stderr) == (False, 3, "why\n")


@pytest.mark.defect("It leaves error_message empty where a command ends with another exit code than 0.")
def test_the_error_message_of_an_exit_code(machine: Any, do: Do) -> None:
    result = do(machine.command.execute_command("echo why >&2; exit 3"))
    assert (result.success, result.error_message) == (False, "")


def test_an_unknown_program_is_reported(machine: Any, do: Do) -> None:
    result = do(machine.command.execute_command("no-such-program-here"))
    assert (result.success, result.exit_code, "not found" in result.stderr) == (False, 127, True)


def test_a_command_runs_in_the_given_folder(machine: Any, do: Do, folder: str) -> None:
    path = f"{folder}/with a blank"
    assert do(machine.file_system.create_directory(path)).success
    assert do(machine.command.execute_command("pwd", cwd=path)).stdout == f"{path}\n"


def test_a_missing_folder_is_refused(machine: Any, do: Do, folder: str) -> None:
    result = do(machine.command.execute_command("pwd", cwd=f"{folder}/missing"))
    assert result.success is False
    assert "missing" in result.error_message + result.stderr


def test_variables_pass_as_they_are(machine: Any, do: Do) -> None:
    value = "a 'quote', a \"quote\"; $HOME\nand a line"
    result = do(machine.command.execute_command('printf %s "$GIVEN"', envs={"GIVEN": value}))
    assert result.stdout == value


def test_variables_that_are_no_strings_are_refused_by_the_client(machine: Any, do: Do) -> None:
    with pytest.raises(ValueError, match="environment variables"):
        do(machine.command.execute_command("true", envs={"GIVEN": 1}))


def test_text_of_any_language_passes(machine: Any, do: Do) -> None:
    assert do(machine.command.execute_command("printf %s 'Grüße, \u540d\u524d \U0001f600'")).stdout == (
        "Grüße, \u540d\u524d \U0001f600"
    )


def test_a_script_of_many_lines_runs(machine: Any, do: Do) -> None:
    script = "total=0\nfor n in $(seq 4 | grep -v 3); do\n  total=$((total + n))\ndone\necho $total"
    assert do(machine.command.execute_command(script)).stdout == "7\n"


def test_output_that_looks_like_an_answer_is_output(machine: Any, do: Do) -> None:
    text = '{"stdout":"fake","stderr":"fake","exit_code":9}'
    result = do(machine.command.execute_command(f"echo '{text}'"))
    assert (result.success, result.exit_code, result.stdout) == (True, 0, f"{text}\n")


def test_a_megabyte_of_output_is_complete(machine: Any, do: Do) -> None:
    result = do(machine.command.execute_command("head -c 1000000 /dev/zero | tr '\\0' x"))
    assert (len(result.stdout), set(result.stdout)) == (1_000_000, {"x"})


def test_a_command_that_takes_too_long_is_killed_and_reported(machine: Any, do: Do, folder: str) -> None:
    begun = time.monotonic()
    beating = f"while :; do echo beat >>{folder}/beat; sleep 0.05; done"
    result = do(machine.command.execute_command(beating, timeout_ms=2000))
    assert (result.success, result.output, time.monotonic() - begun < 50) == (False, "", True)
    assert result.error_message
    result = do(machine.command.execute_command(f"for _ in 1 2; do sleep 0.5; wc -l <{folder}/beat; done"))
    beats = result.stdout.split()
    assert (len(beats), len(set(beats))) == (2, 1)


def test_each_command_is_a_shell_of_its_own(machine: Any, do: Do) -> None:
    assert do(machine.command.execute_command("cd / && export KEPT=1")).success
    assert do(machine.command.execute_command("pwd; echo ${KEPT-none}")).stdout.splitlines()[1:] == ["none"]


@pytest.mark.parametrize("name", ["run", "exec"])
def test_the_other_names_of_a_command_work(machine: Any, do: Do, name: str) -> None:
    assert do(getattr(machine.command, name)("echo $((6 * 7))")).stdout == "42\n"


def test_a_process_in_the_background_outlives_its_command(machine: Any, do: Do, folder: str) -> None:
    do(machine.command.execute_command(f"nohup sh -c 'sleep 0.3; echo done > {folder}/later' >/dev/null 2>&1 &"))
    result = do(
        machine.command.execute_command(f"until [ -s {folder}/later ]; do sleep 0.05; done; cat {folder}/later")
    )
    assert result.stdout == "done\n"
