"""Code that keeps its variables, and the environment of a session."""

import base64
import time
from typing import Any

from ..plain import wheel
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


def test_code_imports_what_pip_installed_from_a_folder(session: Any, do: Do) -> None:
    name, folder = f"installed_{next(NUMBERS)}_{time.time_ns()}", "/tmp/wheels"
    do(session.file_system.create_directory(folder))
    path = f"{folder}/{name}-1.0-py3-none-any.whl"
    content = base64.b64encode(wheel(name, 42)).decode()
    assert do(session.command.execute_command(f"echo {content} | base64 -d > {path}")).success
    installed = do(session.command.execute_command(f"pip install --no-index --find-links {folder} {name}", 50_000))
    assert installed.success, installed.error_message
    result = do(session.code.run_code(f"import {name}; {name}.value", "python"))
    assert (result.success, result.result) == (True, "42"), result.error_message
