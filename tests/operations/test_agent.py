"""How the answers of the agents' tools, and the events of a streamed task, are read."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest
from hypothesis import given, strategies as st
from pydantic import BaseModel, Field

from sessionbay import AgentError, AgentEvent, AgentUsageError, QueryResult
from sessionbay.models.tools import McpToolResult
from sessionbay.operations import agent
from sessionbay.operations.agent import TaskWatch, parse_phone_start, parse_start, parse_status, schema_text, to_text
from sessionbay.operations.agent_stream import EventOrder, TaskCollector, read_event
from sessionbay.operations.dispatcher import Message
from sessionbay.operations.tools import to_tool_result

from ..support import json_values, some, texts


class Page(BaseModel):
    """A page."""

    title: str = Field(description="bold “title”")


@dataclass
class NoModel:
    title: str


def test_the_tools_have_the_clouds_names() -> None:
    assert [tool.name for tools in (agent.COMPUTER, agent.BROWSER, agent.PHONE) for tool in tools] == [
        "flux_execute_task",
        "flux_get_task_status",
        "flux_terminate_task",
        "browser_use_execute_task",
        "browser_use_get_task_status",
        "browser_use_terminate_task",
        "execute_task",
        "get_task_status",
        "terminate_task",
    ]
    assert {tool.only for tool in (*agent.COMPUTER, *agent.BROWSER, *agent.PHONE)} == {"agentbay"}


@pytest.mark.parametrize("text", ['{"task_id":"t"}', '{"taskId":"t"}', '{"taskId": "t", "error": ""}'])
def test_a_start_is_read_with_either_name_of_the_id(text: str) -> None:
    for parse in (parse_start, parse_phone_start):
        assert parse(text) == {"data": "", "task_id": "t", "task_status": "running"}


@pytest.mark.parametrize(("text", "reason"), [('{"error":"busy"}', "busy"), ('{"error":{"message":"busy"}}', "busy")])
def test_a_start_that_reports_an_error_has_failed(text: str, reason: str) -> None:
    for parse in (parse_start, parse_phone_start):
        fields = parse(text)
        assert (fields["success"], fields["error_message"]) == (False, reason)


@pytest.mark.parametrize("text", ["", "{}", "[]", "opened", '{"status": "running"}'])
def test_a_start_without_an_id_is_no_answer(text: str) -> None:
    with pytest.raises(ValueError, match="answer"):
        parse_start(text)


def test_a_phones_start_without_an_id_is_the_end() -> None:
    for text in ("opened", '{"status":"success"}', "[1]"):
        fields = {"data": text, "task_result": text, "task_status": "completed"}
        assert parse_phone_start(text) == fields
    failed = parse_phone_start('{"status":"failed"}')
    assert (failed["success"], "status 'failed'" in failed["error_message"]) == (False, True)
    for text in ("", " ", "{}"):
        with pytest.raises(ValueError, match="neither an id nor a result"):
            parse_phone_start(text)


def test_a_status_is_read_leniently() -> None:
    fields = parse_status('{"taskId":7,"product":{"a":1},"action":null,"stream":[{"content":"x"},3]}')
    assert fields == {
        "data": '{"a": 1}',
        "task_id": "7",
        "task_status": "",
        "task_action": "",
        "task_product": '{"a": 1}',
        "stream": ({"content": "x"},),
        "error": "",
    }
    assert parse_status('{"result":"r","product":"p","stream":"no list"}')["task_product"] == "r"


@some
@given(st.dictionaries(st.sampled_from(["task_id", "status", "product", "stream", "error"]), json_values))
def test_any_object_is_a_status(value: dict[str, Any]) -> None:
    result = to_tool_result(agent.PHONE.status, McpToolResult(success=True, data=to_text({"x": 1} | value)))
    assert isinstance(result.task_status, str)
    assert isinstance(result.stream, tuple)


def test_a_schema_is_sent_as_text() -> None:
    assert schema_text(None) == to_text(agent.DEFAULT_SCHEMA)
    assert schema_text({"type": "object"}) == '{"type": "object"}'
    assert '"description": "bold \\u201ctitle\\u201d"' in schema_text(Page)


class Unspeakable(BaseModel):
    call: Callable[[], None]


@pytest.mark.parametrize("schema", [NoModel, Unspeakable, 3, "{}", Page(title="a"), {"a": object()}, [Page]])
def test_a_schema_of_another_kind_raises(schema: Any) -> None:
    with pytest.raises(AgentUsageError, match="output_schema"):
        schema_text(schema)


def test_a_wait_goes_on_until_a_status_that_is_final() -> None:
    watch = TaskWatch()
    seen = [watch.evaluate(QueryResult(success=True, task_status=word)) for word in ("", "running", "cancelling")]
    assert seen == ["pending"] * 3
    ends = {word: watch.evaluate(QueryResult(success=True, task_status=word)) for word in agent.SUCCEEDED}
    assert ends == {"finished": "done", "completed": "done"}
    assert {watch.evaluate(QueryResult(success=True, task_status=word)) for word in agent.FAILED} == {"failed"}


def test_a_wait_ends_at_errors_in_a_row_or_when_the_task_is_gone() -> None:
    watch, refused = TaskWatch(), QueryResult(error_message="no")
    assert [watch.evaluate(refused), watch.evaluate(refused)] == ["pending"] * 2
    assert watch.evaluate(QueryResult(success=True, task_status="running")) == "pending"
    assert [watch.evaluate(refused) for _ in range(3)] == ["pending", "pending", "refused"]
    busy = QueryResult(error_message="busy", http_status_code=503)
    assert {TaskWatch().evaluate(busy) for _ in range(9)} == {"pending"}
    assert TaskWatch().evaluate(QueryResult(error_message="Task not found or already finished: t")) == "refused"


def event(number: int) -> AgentEvent:
    return AgentEvent(type="content", seq=number, content=str(number))


@some
@given(st.integers(0, 12), st.randoms(use_true_random=False))
def test_events_come_in_the_order_of_their_numbers(count: int, random: Random) -> None:
    numbers = list(range(1, 1 + count))
    shuffled = random.sample(numbers, count)
    order, taken = EventOrder(), list[int]()
    for number in shuffled:
        order.add(event(number))
        while (found := order.take()) is not None:
            taken.append(found.seq)
    order.close()
    while (found := order.take()) is not None:
        taken.append(found.seq)
    assert taken == numbers


def test_an_event_does_not_wait_for_ever_for_one_that_is_missing() -> None:
    order = EventOrder()
    order.skip()
    order.add(event(3))
    assert (order.take(), order.is_holding) == (None, True)
    order.skip()
    assert order.take() == event(3)
    order.add(event(2))  # late
    assert (order.take(), order.is_holding) == (event(2), False)


@some
@given(st.dictionaries(st.sampled_from(["eventType", "seq", "args", "result", "error", "toolName"]), json_values))
def test_any_frame_is_an_event(data: dict[str, Any]) -> None:
    found = read_event(data)
    assert isinstance(found.seq, int)
    assert isinstance(found.type, str)


@some
@given(texts)
def test_a_questions_prompt_is_read(text: str) -> None:
    data = {"eventType": "tool_call", "toolName": "call_for_user", "args": {"prompt": text}}
    assert read_event(data).prompt == text
    assert read_event(data | {"toolName": "click"}).prompt == ""


@pytest.mark.parametrize(
    ("end", "success", "status", "reason"),
    [
        (Message("end", {"status": "finished", "taskResult": "r"}), True, "finished", ""),
        (Message("end", {"status": "stopped"}), False, "stopped", "the task ended with the status 'stopped'"),
        (Message("end", {}), False, "", "the task ended without a status"),
        (Message("end", {"status": "failed", "error": {"code": "E", "message": "m"}}), False, "failed", "[E] m"),
        (Message("failed", {"phase": "error", "error": {"message": "m"}}, '{"message": "m"}'), False, "failed", "m"),
        (Message("failed", {}, "[TargetNotFound] no"), False, "failed", "[TargetNotFound] no"),
    ],
)
def test_an_end_is_a_result(end: Message, success: bool, status: str, reason: str) -> None:
    collector = TaskCollector()
    collector.add(event(1))
    result = collector.result(end, "r1", "t1")
    assert (result.success, result.task_status, result.error_message) == (success, status, reason)
    assert (result.request_id, result.task_id) == ("r1", "t1")
    assert result.task_result == end.data.get("taskResult", "1")
    assert result.data == (result.task_result if success else None)


def test_an_error_of_the_agents_fails_the_task_whatever_its_end_says() -> None:
    collector = TaskCollector()
    collector.add(AgentEvent(type="error", error={"code": "E1", "message": "lost the screen"}))
    result = collector.result(Message("end", {"status": "finished"}), "", "")
    assert (result.success, result.error_message) == (False, "[E1] lost the screen")


def test_a_lost_connection_is_no_result() -> None:
    with pytest.raises(AgentError) as raised:
        TaskCollector().result(Message("failed", {}, "lost", "unreachable"), "r1", "")
    assert (raised.value.kind, raised.value.request_id) == ("unreachable", "r1")
