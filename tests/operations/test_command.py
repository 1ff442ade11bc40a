"""How the answers of the command tool read, in all the ways in which they are worded."""

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from sessionbay.models.commands import CommandResult
from sessionbay.models.tools import McpToolResult
from sessionbay.operations.command import SHELL, ShellArgs, parse_failure, parse_response
from sessionbay.operations.tools import to_tool_result

from ..support import json_values, some, texts

NOT_WRAPPED = [
    "",
    "hello\n",
    "42",
    "null",
    "[1]",
    '"text"',
    '{"a": 1}',
    "{}",
    '{"exit_code": 0}',
    '{"stdout": "a"}',
    '{"stderr": "a"}',
    '{"stdout": "a", "exit_code": "none"}',
    '{"stdout": ["a"], "stderr": "b"}',
    '{"stdout": "a", "stderr": "b"',
    "[" * 100_000,
]


@pytest.mark.parametrize(
    ("payload", "read"),
    [
        ({"stdout": "a", "stderr": "b", "exit_code": 0}, {"data": "ab", "exit_code": 0}),
        ({"stdout": "a", "stderr": "b"}, {"data": "ab", "exit_code": 0}),
        ({"stdout": "a", "exit_code": 0}, {"stdout": "a", "stderr": "", "exit_code": 0}),
        ({"stderr": "b", "exit_code": 0}, {"stdout": "", "stderr": "b", "exit_code": 0}),
        ({"stdout": "", "stderr": "", "exit_code": 0, "traceId": "t-1"}, {"data": "", "trace_id": "t-1"}),
        ({"stdout": "a\n", "stderr": "", "exitCode": 0}, {"stdout": "a\n"}),
        ({"stdout": "a", "stderr": "", "exit_code": 0, "more": [1]}, {"stdout": "a"}),
    ],
    ids=lambda value: json.dumps(value)[:60],
)
def test_a_wrapped_answer_is_taken_apart(payload: dict[str, Any], read: dict[str, Any]) -> None:
    assert parse_response(json.dumps(payload)).items() >= read.items()


@pytest.mark.parametrize("text", NOT_WRAPPED, ids=lambda text: repr(text[:30]))
def test_a_text_without_the_wrapper_is_standard_output(text: str) -> None:
    assert parse_response(text) == {"data": text, "stdout": text, "exit_code": 0}


@pytest.mark.parametrize(
    ("stderr", "reported"),
    [("", "exit code 2"), ("first\nls: no such file\n", "exit code 2: ls: no such file"), (" \n ", "exit code 2")],
)
def test_a_code_other_than_0_is_no_success_and_says_why(stderr: str, reported: str) -> None:
    read = parse_response(json.dumps({"stdout": "out", "stderr": stderr, "exit_code": 2}))
    assert (read["success"], read["exit_code"], read["error_message"]) == (False, 2, reported)


def test_a_command_that_failed_keeps_what_it_wrote() -> None:
    read = parse_response('{"stdout": "out", "stderr": "err", "exit_code": 1}')
    assert (read["data"], read["stdout"], read["stderr"]) == ("outerr", "out", "err")


@pytest.mark.parametrize("text", NOT_WRAPPED, ids=lambda text: repr(text[:30]))
def test_a_failure_without_the_wrapper_is_its_own_reason(text: str) -> None:
    assert parse_failure(text) == {"error_message": text.strip()}


@pytest.mark.parametrize(
    ("payload", "exit_code", "reported"),
    [
        ({"errorCode": 1, "stdout": "", "stderr": "cat: no\n", "traceId": "t-1"}, 1, "cat: no"),
        ({"exit_code": 2, "errorCode": 1, "stdout": "", "stderr": "cat: no\n"}, 2, "cat: no"),
        ({"errorCode": -1, "stdout": "", "stderr": "timed out"}, None, "timed out"),
        ({"errorCode": -1, "stdout": "", "stderr": ""}, None, "the command failed"),
        ({"stdout": "", "stderr": "why"}, None, "why"),
        ({"errorCode": 0, "stdout": "", "stderr": "why"}, 0, "why"),
    ],
    ids=lambda value: json.dumps(value)[:60],
)
def test_a_wrapped_failure_is_taken_apart(payload: dict[str, Any], exit_code: int | None, reported: str) -> None:
    read = parse_failure(json.dumps(payload))
    assert (read["success"], read["exit_code"], read["error_message"]) == (False, exit_code, reported)


def test_a_failure_keeps_output_and_trace() -> None:
    read = parse_failure('{"errorCode": 1, "stdout": "out", "stderr": "err", "traceId": "t-1"}')
    assert (read["stdout"], read["stderr"], read["trace_id"]) == ("out", "err", "t-1")


@some
@given(stdout=texts, stderr=texts, exit_code=st.integers(0, 255))
def test_what_a_command_wrote_is_read_as_it_was_wrapped(stdout: str, stderr: str, exit_code: int) -> None:
    read = parse_response(json.dumps({"stdout": stdout, "stderr": stderr, "exit_code": exit_code}))
    assert (read["stdout"], read["stderr"], read["exit_code"]) == (stdout, stderr, exit_code)


@some
@given(texts | json_values.map(json.dumps))
def test_any_text_is_an_answer(text: str) -> None:
    read = parse_response(text)
    assert read["data"] == read["stdout"] + read.get("stderr", "")


def test_a_result_says_what_the_answer_says() -> None:
    answer = McpToolResult(
        success=True, data='{"stdout": "a", "stderr": "", "exit_code": 0}', request_id="REQ-1", http_status_code=200
    )
    wanted = CommandResult(success=True, data="a", stdout="a", exit_code=0, request_id="REQ-1", http_status_code=200)
    assert to_tool_result(SHELL, answer) == wanted


def test_a_tool_that_failed_is_a_command_that_did_not_run() -> None:
    answer = McpToolResult(is_error=True, error_message="Execution failed. Error code:-1 Error message: [timeout]")
    result = to_tool_result(SHELL, answer)
    assert (result.success, result.data, result.output, result.exit_code) == (False, None, "", None)


def test_a_refusal_of_the_cloud_is_no_output_of_the_command() -> None:
    answer = McpToolResult(code="X", error_message='{"stdout": "a", "stderr": "b"}', request_id="REQ-1")
    result = to_tool_result(SHELL, answer)
    assert (result.code, result.error_message, result.stdout) == ("X", '{"stdout": "a", "stderr": "b"}', "")


def test_the_arguments_of_a_command_leave_out_what_is_not_said() -> None:
    assert ShellArgs(command="ls").dump() == {"command": "ls"}
