"""Commands, on both routes."""

import time
from typing import Any

import pytest


def test_a_command_gives_its_output(machine: Any) -> None:
    result = machine.command.execute("echo hello", timeout_ms=60_000)
    assert (result.success, result.exit_code, result.stdout, result.stderr) == (True, 0, "hello\n", "")
    assert (result.output, bool(result.request_id)) == ("hello\n", True)


def test_both_outputs_are_kept_apart(machine: Any) -> None:
    result = machine.command.execute("echo a && echo b >&2", timeout_ms=60_000)
    assert (result.stdout, result.stderr, result.output) == ("a\n", "b\n", "a\nb\n")


def test_an_exit_code_is_reported(machine: Any) -> None:
    result = machine.command.execute("echo why >&2; exit 3", timeout_ms=60_000)
    assert (result.success, result.exit_code, result.stderr) == (False, 3, "why\n")


@pytest.mark.defect("It leaves error_message empty where a command ends with another exit code than 0.")
def test_the_error_message_of_an_exit_code(machine: Any) -> None:
    result = machine.command.execute("echo why >&2; exit 3", timeout_ms=60_000)
    assert (result.success, result.error_message) == (False, "")


def test_a_command_runs_in_the_given_folder(machine: Any, folder: str) -> None:
    assert machine.file.mkdir(f"{folder}/with a blank").success
    result = machine.command.execute("pwd", timeout_ms=30_000, cwd=f"{folder}/with a blank")
    assert result.stdout == f"{folder}/with a blank\n"


def test_variables_pass_as_they_are(machine: Any) -> None:
    value = "a 'quote', a \"quote\"; $HOME\nand a line"
    assert machine.command.execute('printf %s "$GIVEN"', timeout_ms=30_000, envs={"GIVEN": value}).stdout == value


def test_text_of_any_language_passes(machine: Any) -> None:
    text = "Grüße, \u540d\u524d \U0001f600"
    assert machine.command.execute(f"printf %s '{text}'", timeout_ms=60_000).stdout == text


def test_output_that_looks_like_an_answer_is_output(machine: Any) -> None:
    text = '{"a":1}'
    result = machine.command.execute(f"echo '{text}'", timeout_ms=60_000)
    assert (result.success, result.exit_code, result.stdout) == (True, 0, f"{text}\n")


def test_a_command_that_takes_too_long_is_killed_and_reported(machine: Any) -> None:
    begun = time.monotonic()
    result = machine.command.execute("sleep 100", timeout_ms=300)
    assert (result.success, result.output, time.monotonic() - begun < 50) == (False, "", True)
    assert result.error_message


@pytest.mark.defect("Its default timeout of a command is one second.")
def test_a_command_of_two_seconds(machine: Any) -> None:
    assert machine.command.execute("sleep 2").success is False
