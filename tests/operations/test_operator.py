"""How the answers of the browser operator's tools are read, and which URLs and options are valid."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, strategies as st
from pydantic import BaseModel

from sessionbay import ActOptions, BrowserUsageError, ExtractOptions, ExtractResult, ObserveOptions, ObserveResult
from sessionbay.operations.operator import act_args, checked_url, extract_args, login_args, observe_args, wait_timeout
from sessionbay.operations.operator_results import fit, parse_act, parse_extract, parse_observe
from sessionbay.operations.tools import secret_args

from ..support import AGB, BAY, few, json_values, some, texts

objects = st.dictionaries(texts, st.none() | st.integers() | texts, max_size=2)
not_json = st.sampled_from(["{", "click(1)", "[1", "'a'"])


@few
@given(st.lists(st.tuples(texts, texts, texts, st.one_of(objects, not_json)), max_size=2), st.booleans())
def test_observed_elements_are_read_with_arguments_as_objects_or_text(elements: list[Any], encoded: bool) -> None:
    wire = [
        {
            "selector": selector,
            "description": description,
            "method": method,
            "arguments": json.dumps(arguments) if encoded and isinstance(arguments, dict) else arguments,
        }
        for selector, description, method, arguments in elements
    ]
    fields = parse_observe(json.dumps(wire))
    assert fields == {"is_done": True, "data": tuple(ObserveResult(*element) for element in elements)}
    assert [element.arguments for element in fields["data"]] == [arguments for *_, arguments in elements]


@pytest.mark.parametrize(
    "text", ["{}", "[1]", '[{"selector": {}}]', '["#b"]', "null", "oops", "[", '[{"method": 1e999}]']
)
def test_other_texts_are_failed_observations_or_name_no_element(text: str) -> None:
    fields = parse_observe(text)
    assert fields["is_done"]
    assert fields.get("data") or fields["error_message"]


@some
@given(st.one_of(texts, st.builds(json.dumps, json_values)))
def test_any_text_of_a_task_is_a_success_a_failure_or_a_wait(text: str) -> None:
    for parse in (parse_act, parse_observe, parse_extract):
        fields = {"success": True, **parse(text)}
        assert fields["success"] is ("data" in fields)
        assert fields["success"] or fields["error_message"]


@few
@given(st.lists(objects, min_size=1, max_size=3), st.booleans(), st.booleans())
def test_the_steps_of_an_action_are_its_message(steps: list[Any], is_done: bool, success: bool) -> None:
    fields = parse_act(json.dumps({"steps": steps, "is_done": is_done, "success": success}))
    assert fields["steps"] == tuple(steps)
    text = json.dumps(steps, ensure_ascii=False)
    assert fields["data"] == text if is_done and success else fields["error_message"].endswith(text)


def test_an_action_without_steps_says_so() -> None:
    assert parse_act('{"is_done": true, "success": true, "steps": []}')["data"] == "no action was executed"
    assert parse_act('{"is_done": true, "success": true, "steps": "clicked"}')["data"] == "clicked"
    assert parse_act('{"is_done": null}')["error_message"] == "the task is running"


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "HTTP://[::1]:8080/?q#f",
        "about:blank",
        "data:text/html,<p>hi",
        "file:///tmp/a.html",
        "chrome://version",
    ],
)
def test_urls_that_a_browser_opens(url: str) -> None:
    assert checked_url(url) == url


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("", "not blank"),
        (None, "must be a string"),
        ("example.com", "did you mean 'https://example.com'"),
        ("localhost:3000", "did you mean 'https://localhost:3000'"),
        ("javascript:alert(1)", "must begin with one of http, https"),
        ("https:", "must begin with"),
        ("https://", "names no host"),
        ("http:///path", "names no host"),
        (" https://example.com", "must begin with"),
    ],
)
def test_other_urls_raise(url: Any, message: str) -> None:
    with pytest.raises(BrowserUsageError, match=message):
        checked_url(url)


act: Any = ActOptions
observe: Any = ObserveOptions
extract: Any = ExtractOptions
element: Any = ObserveResult


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: act(" "), "action"),
        (lambda: act("x", 1000), "variables must be a dict"),  # AGB's order of arguments
        (lambda: act("x", timeout=0), "timeout must be above 0"),
        (lambda: act("x", timeoutMS=1.5), "timeoutMS must be a whole number"),
        (lambda: observe("x", "#main"), "use_vision must be True or False, not '#main'"),
        (lambda: observe("x", selector=""), "selector"),
        (lambda: extract("x", list[str]), "pydantic class, or a JSON Schema"),
        (lambda: extract("x", {"a": {1}}), "JSON values only"),
        (lambda: extract("x", Opaque), "Opaque has no JSON Schema"),
        (lambda: extract("x", {}, max_page=0), "max_page"),
        (lambda: element(1), "selector must be a string"),
        (lambda: element("#b", "", "click", {"x": float("nan")}), "arguments must hold JSON values only"),
    ],
)
def test_invalid_options_raise_where_they_are_made(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


class Opaque(BaseModel):
    handle: Callable[[], int]


def test_a_timeout_is_sent_to_agentbay_alone_in_whole_seconds() -> None:
    options = ActOptions("x", timeout=timedelta(seconds=1.5))  # type: ignore[arg-type]
    assert (act_args(options, BAY, "t").timeout, act_args(options, AGB, "t").timeout) == (2, None)
    assert (wait_timeout(options), wait_timeout(ObserveOptions("x")), wait_timeout(ObserveResult("#b"))) == (
        1.5,
        300,
        300,
    )


def test_the_trace_is_agentbays() -> None:
    for cloud, trace in ((BAY, "t"), (AGB, None)):
        assert act_args(ObserveResult("#b"), cloud, "t").trace_id == trace
        assert observe_args(ObserveOptions("x"), cloud, "t").trace_id == trace
        assert extract_args(ExtractOptions("x", {}), cloud, "t").trace_id == trace


def test_an_element_without_a_selector_is_sent_as_the_official_clients_do() -> None:
    assert act_args(ObserveResult("", "", "click", ""), AGB, "t").action == '{"method": "click", "arguments": {}}'


def test_secrets_are_in_no_repr() -> None:
    args = login_args('{"api_key": "HUSH"}', False)
    assert [secret.reveal() for secret in secret_args(args)] == ['{"api_key": "HUSH"}']
    options = ActOptions("type %password%", variables={"password": "HUSH"})
    assert "HUSH" not in repr(args) + repr(options) + repr(act_args(options, BAY, "t"))


def test_extracted_data_converts_to_json() -> None:
    class Page(BaseModel):
        title: str

    result = fit(ExtractResult(success=True, text='{"title": "a"}'), ExtractOptions("x", Page))
    assert result.data == Page(title="a")
    assert json.loads(result.to_json())["data"] == {"title": "a"}
