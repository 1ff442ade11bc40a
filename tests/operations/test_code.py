"""How the answers of the code tool are worded and read."""

import json
from typing import Any

import pytest
from hypothesis import given

from sessionbay.core.errors import CodeUsageError
from sessionbay.models.code import ExecutionError, ExecutionLogs, ExecutionResult
from sessionbay.operations import code, frames
from sessionbay.operations.code_stream import write_events

from ..support import json_values, some, texts

KERNEL = {"stdout": ["hello\n"], "stderr": [], "executionError": "", "execution_count": 3, "execution_time": 0.5}


@pytest.mark.parametrize("wrap", [lambda one: one, json.dumps, lambda one: json.dumps(json.dumps(one))])
def test_a_result_is_read_as_an_object_as_text_and_as_text_of_text(wrap: Any) -> None:
    bundle = {"text/plain": "42", "image/png": "iVBO", "application/json": {"a": 1}, "isMainResult": True, "x/y": "?"}
    fields = code.parse_response(json.dumps({**KERNEL, "result": [wrap(bundle)]}))
    assert fields["results"] == (ExecutionResult(text="42", png="iVBO", json={"a": 1}, is_main_result=True),)
    assert fields["results"][0].formats() == ["text", "png", "json"]
    assert (fields["data"], fields["execution_count"], fields["execution_time"]) == ("42", 3, 0.5)
    assert fields["logs"] == ExecutionLogs(("hello\n",), ())
    assert "success" not in fields


@pytest.mark.parametrize("mime", ["application/vnd.vegalite.v4+json", "application/vnd.vegalite.v5+json", "chart"])
def test_a_chart_is_read_by_each_of_its_names(mime: str) -> None:
    assert code.parse_result({mime: {"mark": "bar"}}).chart == {"mark": "bar"}


def test_the_rich_form_is_read() -> None:
    answer = {
        "logs": {"stdout": ["a"], "stderr": ["b"]},
        "results": [{"html": "<b>"}, {"text": "main", "is_main_result": True}],
        "error": {"name": "ValueError", "value": "no", "traceback": "Traceback"},
        "isError": True,
    }
    fields = code.parse_response(json.dumps(answer))
    assert (fields["success"], fields["error_message"]) == (False, "ValueError: no")
    assert fields["error"] == ExecutionError("ValueError", "no", "Traceback")
    assert fields["data"] == "main"


@pytest.mark.parametrize("read", [code.parse_response, code.parse_failure])
def test_what_the_code_raised_is_reported_wherever_it_stands(read: Any) -> None:
    fields = read(json.dumps({**KERNEL, "result": [], "executionError": "NameError: name 'x' is not defined"}))
    assert fields["error"] == ExecutionError("NameError", "name 'x' is not defined")
    assert (fields["success"], fields["error_message"]) == (False, "NameError: name 'x' is not defined")
    assert fields["logs"].stdout == ("hello\n",)


@pytest.mark.parametrize("text", ["4", '{"a": 1}', "plain\n", "[1, 2]", "null"])
def test_output_that_is_no_answer_of_the_tools_is_output(text: str) -> None:
    assert code.parse_response(text)["data"] == text


def test_an_answer_inside_an_answer_is_read() -> None:
    inner = json.dumps({**KERNEL, "result": ["7"]})
    fields = code.parse_response(json.dumps({"content": [{"type": "text", "text": inner}]}))
    assert fields["results"] == (ExecutionResult(text="7"),)


@some
@given(json_values | texts.map(json.dumps))
def test_anything_is_read_as_an_answer_or_as_output(value: Any) -> None:
    for read in (code.parse_response, code.parse_failure):
        assert read(json.dumps(value))


@pytest.mark.parametrize(
    ("given", "meant"), [(" Py ", "python"), ("nodejs", "javascript"), ("R", "r"), ("java", "java")]
)
def test_languages_go_by_several_names(given: str, meant: str) -> None:
    assert code.parse_language(given) == meant


def test_a_language_that_no_cloud_has_is_refused() -> None:
    with pytest.raises(CodeUsageError, match="'python' or 'javascript' or 'r' or 'java'"):
        code.parse_language("cobol")


@pytest.mark.parametrize("text", ["\N{GRINNING FACE}" * 300_000, "\u65e5" * 300_000, '"\x01' * 300_000])
@pytest.mark.parametrize(
    "event",
    [
        lambda text: {"event": "stdout", "chunk": text},
        lambda text: {"event": "result", "main": True, "mime": {"text/plain": "x", "text/html": text}},
        lambda text: {"event": "error", "name": text, "value": text, "traceback": text},
    ],
    ids=["output", "result", "error"],
)
def test_no_event_is_longer_than_a_frame_that_the_clouds_clients_take(event: Any, text: str) -> None:
    request = frames.call("1" * 32, "wuying_codespace", "run_code", {})
    reported = [
        frames.write(frames.event(request, payload.pop("eventType"), **payload))
        for payload in write_events(event(text))
    ]
    assert reported
    assert max(map(len, reported)) < 2**20
