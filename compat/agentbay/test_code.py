"""Code that keeps its variables, and the environment of a session."""

from typing import Any

from .conftest import NUMBERS, Do


def test_code_gives_its_result_and_its_output(machine: Any, do: Do) -> None:
    result = do(machine.code.run_code("print('hello')\n6 * 7", "python"))
    assert (result.success, result.result, result.logs.stdout) == (True, "42", ["hello\n"]), result.error_message


def test_code_keeps_its_variables(machine: Any, do: Do) -> None:
    name = f"kept_{next(NUMBERS)}"
    assert do(machine.code.run_code(f"{name} = 20", "python")).success
    assert do(machine.code.run_code(f"{name} + 1", "python")).result == "21"


def test_code_that_fails_reports_the_error(machine: Any, do: Do) -> None:
    result = do(machine.code.run_code("1 / 0", "python"))
    assert (result.success, "ZeroDivisionError" in result.error_message) == (False, True)


def test_code_that_is_invalid_is_reported(machine: Any, do: Do) -> None:
    result = do(machine.code.run_code("def", "python"))
    assert (result.success, "SyntaxError" in result.error_message) == (False, True)


def test_an_unknown_language_is_refused_by_the_client(machine: Any, do: Do) -> None:
    result = do(machine.code.run_code("1", "cobol"))
    assert (result.success, "cobol" in result.error_message) == (False, True)


def test_variables_of_the_environment_are_set_and_got(machine: Any, do: Do) -> None:
    name = f"SET_{next(NUMBERS)}"
    assert do(machine.env.set({name: "a 'b' \u540d"})).success
    assert do(machine.env.get([name])).envs == {name: "a 'b' \u540d"}
    assert do(machine.command.execute_command(f'printf %s "${name}"')).stdout == "a 'b' \u540d"


def test_all_variables_of_the_environment_are_got(machine: Any, do: Do) -> None:
    result = do(machine.env.get())
    assert (result.success, result.envs["HOME"].startswith("/")) == (True, True)
