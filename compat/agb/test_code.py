"""Code that keeps its variables."""

import base64
import time
from typing import Any

from ..plain import wheel
from .conftest import NUMBERS


def test_code_gives_its_result_and_its_output(machine: Any) -> None:
    result = machine.code.run("print('hello')\n6 * 7", "python")
    assert (result.success, result.result, result.logs.stdout) == (True, "42", ["hello\n"]), result.error_message


def test_code_keeps_its_variables(machine: Any) -> None:
    name = f"kept_agb_{next(NUMBERS)}"
    assert machine.code.run(f"{name} = 20", "python").success
    assert machine.code.run(f"{name} + 1", "python").result == "21"


def test_code_that_fails_reports_the_error(machine: Any) -> None:
    result = machine.code.run("1 / 0", "python")
    assert (result.success, "ZeroDivisionError" in result.error_message) == (False, True)


def test_code_streams_its_output(machine: Any) -> None:
    came: list[str] = []
    code = "print('one')\nprint('two')\n6 * 7"
    result = machine.code.run(code, "python", stream_beta=True, on_stdout=came.append)
    assert (result.success, result.result) == (True, "42"), result.error_message
    assert "".join(came) == "".join(result.logs.stdout) == "one\ntwo\n"


def test_code_imports_what_pip_installed_from_a_folder(session: Any) -> None:
    name, folder = f"installed_{next(NUMBERS)}_{time.time_ns()}", "/tmp/wheels"
    session.file.mkdir(folder)
    path = f"{folder}/{name}-1.0-py3-none-any.whl"
    content = base64.b64encode(wheel(name, 42)).decode()
    assert session.command.execute(f"echo {content} | base64 -d > {path}").success
    installed = session.command.execute(f"pip install --no-index --find-links {folder} {name}", 50_000)
    assert installed.success, installed.error_message
    result = session.code.run(f"import {name}; {name}.value", "python")
    assert (result.success, result.result) == (True, "42"), result.error_message
