"""The tasks of a phone's agent, streamed over the session's WebSocket: events, questions, ends."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from sessionbay import AgentError, AgentEvent, AgentUsageError, AsyncAgentBay, AsyncSession, TaskResult

from ..fake_cloud import KEY, FakeCloud, yes
from ..raw_hub import RawHub, hub, until_gone
from ..raw_server import BOUND, RawServer
from ..threads._async import until

QUESTION = {
    "phase": "event",
    "eventType": "tool_call",
    "seq": 2,
    "round": 1,
    "toolCallId": "tc-1",
    "toolName": "call_for_user",
    "args": {"prompt": "captcha?"},
}
END = {"phase": "end", "status": "finished", "taskResult": "done"}
STOPPED = yes({"content": [{"type": "text", "text": '{"taskId":"task-1","status":"cancelling"}'}]})


def content(seq: int, text: str = "", **more: Any) -> dict[str, Any]:
    return {"phase": "event", "eventType": "content", "seq": seq, "round": 1, "content": text or str(seq), **more}


@asynccontextmanager
async def serving(script: Callable[[RawHub], object]) -> AsyncGenerator[tuple[AsyncSession, FakeCloud]]:
    """Give a session whose hub is scripted, and its cloud."""
    with RawServer(hub(script)) as server:
        details = {"SessionId": "session-1", "WsUrl": server.url.replace("http", "ws", 1), "Token": "t"}
        cloud = FakeCloud(GetSession=yes(details), CallMcpTool=STOPPED)
        async with AsyncAgentBay(KEY, transport=cloud) as bay:
            yield (await bay.get("session-1")).session, cloud


def sending(*frames: Mapping[str, Any]) -> Callable[[RawHub], None]:
    """Return a hub that sends these frames to a task."""

    def script(raw: RawHub) -> None:
        request = raw.frame()
        for frame in frames:
            raw.reply(request, **frame)
        until_gone(raw)

    return script


async def streamed(*frames: Mapping[str, Any]) -> tuple[TaskResult, list[str]]:
    """Return what becomes of a task that sends these frames, and the contents of its events."""
    seen: list[str] = []
    async with serving(sending(*frames)) as (session, _):
        result = await session.agent.mobile.execute_task_and_wait(
            "x", BOUND, on_content=lambda event: seen.append(event.content)
        )
    return result, seen


async def test_the_frames_are_those_of_the_official_client() -> None:
    requests: list[Any] = []

    def script(raw: RawHub) -> None:
        requests.append(raw.frame())
        raw.reply(requests[0], phase="event", eventType="reasoning", seq=1, round=1, content="thinking")
        raw.reply(requests[0], **QUESTION)
        requests.append(raw.frame())
        answer = {"isError": False, "output": "1234"}
        known = {"toolCallId": "tc-1", "toolName": "call_for_user"}
        raw.reply(requests[0], phase="event", eventType="tool_result", seq=3, round=1, result=answer, **known)
        raw.reply(requests[0], **content(4, "done"))
        raw.reply(requests[0], **END, taskId="task-1")
        until_gone(raw)

    events: list[AgentEvent] = []

    def answer(event: AgentEvent) -> str:
        events.append(event)
        return "1234"

    async with serving(script) as (session, _):
        note = events.append
        execution = await session.agent.mobile.execute_task("Open app", 5, note, note, note, note, note, answer)
        assert execution.task_id == ""
        result = await execution.wait(BOUND)
    assert (result.success, result.task_result, result.task_status, result.task_id) == (
        True,
        "done",
        "finished",
        "task-1",
    )
    assert [(event.type, event.seq) for event in events] == [
        ("reasoning", 1),
        ("tool_call", 2),
        ("tool_call", 2),
        ("tool_result", 3),
        ("content", 4),
    ]
    assert (events[1].prompt, events[1].tool_call_id, events[1].args) == ("captcha?", "tc-1", {"prompt": "captcha?"})
    assert events[3].result == {"isError": False, "output": "1234"}
    head = {"invocationId": requests[0]["invocationId"], "source": "SDK", "target": "wuying_mobile_agent"}
    assert len(result.request_id) == 32
    assert result.request_id == requests[0]["invocationId"]
    resumed = {"method": "resume_task", "params": {"toolCallId": "tc-1", "response": "1234"}}
    assert requests == [
        {**head, "data": {"method": "exec_task", "params": {"task": "Open app", "max_steps": 5}}},
        {**head, "data": resumed},
    ]


async def test_a_question_that_nobody_answers_gets_an_empty_answer() -> None:
    def script(raw: RawHub) -> None:
        request = raw.frame()
        raw.reply(request, **QUESTION | {"seq": 1})
        answer = raw.frame()
        raw.reply(request, **END | {"taskResult": repr(answer["data"]["params"]["response"])})
        until_gone(raw)

    async with serving(script) as (session, _):
        result = await session.agent.mobile.execute_task_and_wait("x", BOUND, on_content=print)
        assert result.task_result == "''"
    async with serving(script) as (session, _):
        result = await session.agent.mobile.execute_task_and_wait("x", BOUND, on_call_for_user=lambda event: None)
        assert result.task_result == "''"


async def test_the_connection_stays_alive_while_the_user_thinks() -> None:
    hubs: list[RawHub] = []

    def script(raw: RawHub) -> None:
        hubs.append(raw)
        request = raw.frame()
        raw.reply(request, **QUESTION | {"seq": 1})
        raw.ping()
        answer = raw.frame()
        raw.reply(request, **END | {"taskResult": answer["data"]["params"]["response"]})
        until_gone(raw)

    async def think(event: AgentEvent) -> str:
        await until(lambda: hubs[0].pongs > 0)
        return event.prompt.upper()

    async with serving(script) as (session, _):
        result = await session.agent.mobile.execute_task_and_wait("x", BOUND, on_call_for_user=think)
        assert result.task_result == "CAPTCHA?"


async def test_events_are_reported_in_the_order_of_their_numbers() -> None:
    result, seen = await streamed(
        content(2), content(3), content(1), content(4), {"phase": "end", "status": "finished"}
    )
    assert (result.task_result, seen) == ("1234", ["1", "2", "3", "4"])


async def test_an_event_that_is_missing_holds_up_the_others_for_a_moment_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sessionbay._async.agent.task_stream.REORDER_TIMEOUT", 0.01)
    async with serving(sending(content(7), content(8))) as (session, _):
        async for event in await session.agent.mobile.execute_task("x", stream=True):
            assert event.seq in (7, 8)
            if event.seq == 8:
                break
    result, seen = await streamed(content(7), content(9), END)
    assert (result.success, seen) == (True, ["7", "9"])


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        ({"phase": "end", "status": "stopped"}, "the task ended with the status 'stopped'"),
        ({"phase": "end"}, "the task ended without a status"),
        ({"phase": "error", "error": {"code": "E", "message": "m"}}, "[E] m"),
        ({"phase": "event", "error": "ends it"}, "ends it"),
    ],
)
async def test_an_end_without_success_is_a_result_with_its_reason(end: dict[str, Any], reason: str) -> None:
    result, _ = await streamed(content(1, "kept"), end)
    assert (result.success, result.error_message, result.task_result, result.timed_out) == (
        False,
        reason,
        "kept",
        False,
    )


async def test_an_error_of_the_agents_fails_the_task() -> None:
    error = {"phase": "event", "eventType": "error", "seq": 1, "error": {"code": "E", "message": "m"}}
    seen: list[AgentEvent] = []
    async with serving(sending(error, END)) as (session, _):
        result = await session.agent.mobile.execute_task_and_wait("x", BOUND, on_error=seen.append)
    assert (result.success, result.error_message) == (False, "[E] m")
    assert [event.error for event in seen] == [{"code": "E", "message": "m"}]


@pytest.mark.parametrize(
    ("frames", "kind"), [((), "unreachable"), (({"phase": "later"},), "invalid_response")], ids=["lost", "malformed"]
)
async def test_a_stream_that_breaks_is_an_error(frames: Sequence[dict[str, Any]], kind: str) -> None:
    def script(raw: RawHub) -> None:
        request = raw.frame()
        for frame in frames:
            raw.reply(request, **frame)
        raw.peer.close()

    async with serving(script) as (session, _):
        execution = await session.agent.mobile.execute_task("x", stream=True)
        with pytest.raises(AgentError) as raised:
            await execution.wait(BOUND)
        assert raised.value.kind == kind
        assert not (await execution.wait(BOUND)).success


async def test_a_wait_that_runs_out_keeps_the_text_and_terminates_the_task_if_its_id_is_known() -> None:
    for known, note in (({"taskId": "task-1"}, "it was terminated"), ({}, "it goes on, as its id is not known")):
        async with serving(sending(content(1, "half", **known))) as (session, cloud):
            execution = await session.agent.mobile.execute_task("x", stream=True)
            assert [event.content async for event in _first(execution)] == ["half"]
            result = await execution.wait(0.01)
            assert (result.success, result.timed_out, result.task_result) == (False, True, "half")
            assert result.error_message == f"the task was not finished after 0.01 s; {note}"
            assert cloud.requests.count("CallMcpTool") == len(known)


async def _first(execution: Any) -> AsyncIterator[AgentEvent]:
    yield await anext(execution)


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(
    ("name", "frame"), [("on_content", content(1, "boom")), ("on_call_for_user", QUESTION | {"seq": 1})]
)
async def test_a_function_that_raises_ends_the_wait_and_the_task(known: bool, name: Any, frame: dict[str, Any]) -> None:
    def fail(event: AgentEvent) -> str:
        raise LookupError(event.content or event.prompt)

    callbacks: dict[Any, Any] = {name: fail}
    async with serving(sending(frame | ({"taskId": "task-1"} if known else {}))) as (session, cloud):
        with pytest.raises(LookupError, match=r"boom|captcha\?"):
            await session.agent.mobile.execute_task_and_wait("x", BOUND, **callbacks)
        assert cloud.requests.count("CallMcpTool") == known
        (line,) = session.connection.api.multiplexers.get().values()
        assert line._dispatcher._calls == {}


def _number(event: AgentEvent) -> float:
    return event.seq / 2


async def test_an_answer_to_a_question_is_text() -> None:
    async with serving(sending(QUESTION | {"seq": 1})) as (session, _):
        answer: Any = _number
        with pytest.raises(AgentUsageError, match="the text that on_call_for_user returns must be a string, not float"):
            await session.agent.mobile.execute_task_and_wait("x", BOUND, on_call_for_user=answer)


async def test_events_can_be_iterated_over_and_the_result_waits() -> None:
    seen: list[str] = []
    async with serving(sending(content(1), content(2), END)) as (session, cloud):
        async with await session.agent.mobile.execute_task("x", on_content=lambda event: seen.append("called")) as task:
            seen += [event.content async for event in task]
            assert (await task.wait()).task_result == "done"
            assert [event async for event in task] == []
        assert cloud.requests.count("CallMcpTool") == 0
    assert seen == ["called", "called", "1", "2"]


async def test_leaving_the_block_early_ends_the_stream_and_the_task() -> None:
    async with serving(sending(content(1, taskId="task-1"))) as (session, cloud):
        async with await session.agent.mobile.execute_task("x", stream=True) as task:
            async for _ in task:
                break
        assert [form["Args"] for form in cloud.forms[1:]] == ['{"task_id": "task-1"}']
        assert [event async for event in task] == []
        assert "was abandoned" in (await task.wait()).error_message
