"""The tasks of agents: starts, waits, terminations, and what the local engine and AGB make of them."""

import json
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from sessionbay import (
    AgentError,
    AgentTimeoutError,
    AgentUsageError,
    AsyncAGB,
    AsyncAgentBay,
    AsyncSession,
    RetryPolicy,
    TaskResult,
)
from sessionbay.operations.agent import schema_text

from ..fake_cloud import KEY, FakeCloud, no, yes
from .clock import FakeClock

STARTED, PHONE_STARTED = {"task_id": "t1"}, {"taskId": "t1"}
RUNNING = {"task_id": "t1", "status": "running", "action": "click"}
FINISHED = {"task_id": "t1", "status": "finished", "action": "", "product": "done"}
COMPLETED: dict[str, Any] = {
    "taskId": "t1",
    "status": "completed",
    "action": "tap",
    "result": "opened",
    "stream": [],
    "error": "",
}
CANCELLED = {"task_id": "t1", "status": "cancelled"}
STARTING = yes({"Port": 9333})
LOST = httpx.ReadTimeout("lost")


class Interrupt(BaseException):
    """What ends a wait, as a cancellation does."""


def text(answer: Any, *, is_error: bool = False) -> httpx.Response:
    """Return the answer of a tool."""
    words = answer if isinstance(answer, str) else json.dumps(answer)
    return yes({"content": [{"type": "text", "text": words}], "isError": is_error})


def on(*answers: Any, InitBrowser: Any = None, **options: Any) -> tuple[AsyncSession, FakeCloud, FakeClock]:  # noqa: N803
    """Return a session whose tools answer so one after the other, its cloud, and its clock."""
    prepared: list[Any] = [text(one) if isinstance(one, (str, dict)) else one for one in answers]
    clock, cloud = FakeClock(), FakeCloud(CallMcpTool=prepared or [text({})], InitBrowser=InitBrowser)
    options = {"retry": RetryPolicy(attempts=1), **options}
    return AsyncSession(AsyncAgentBay(api_key=KEY, transport=cloud, clock=clock, **options), "s1"), cloud, clock


def called(cloud: FakeCloud) -> list[str]:
    """Return the names of the tools that were called."""
    return [form["Name"] for form in cloud.forms]


async def test_a_task_is_started_polled_and_terminated_by_its_id() -> None:
    session, cloud, _ = on(STARTED, RUNNING, CANCELLED)
    agent = session.agent.computer
    started = await agent.execute_task("open a terminal")
    assert (started.success, started.task_id, started.task_status, started.task_result) == (True, "t1", "running", "")
    query = await agent.get_task_status(started.task_id)
    assert (query.task_id, query.task_status, query.task_action, query.stream) == ("t1", "running", "click", ())
    stopped = await agent.terminate_task(started.task_id)
    assert (stopped.success, stopped.task_id, stopped.task_status) == (True, "t1", "cancelled")
    assert [(form["Name"], form["Args"]) for form in cloud.forms] == [
        ("flux_execute_task", '{"task": "open a terminal"}'),
        ("flux_get_task_status", '{"task_id": "t1"}'),
        ("flux_terminate_task", '{"task_id": "t1"}'),
    ]


async def test_a_wait_looks_at_once_and_then_every_interval() -> None:
    session, cloud, clock = on(STARTED, FINISHED)
    result = await session.agent.computer.execute_task_and_wait("x", 9)
    assert (result.success, result.data, result.task_result, result.task_status) == (True, "done", "done", "finished")
    assert (len(cloud.forms), clock.slept) == (2, [])
    session, _, clock = on(STARTED, RUNNING, RUNNING, FINISHED)
    assert await session.agent.computer.execute_task_and_wait("x", 9, poll_interval=2)
    assert clock.slept == [2.0, 2.0]


async def test_a_lost_poll_is_repeated() -> None:
    busy = httpx.Response(503, json={"Code": "Busy", "Message": "later"})
    session, _, clock = on(STARTED, LOST, busy, text("upstream", is_error=True), "no JSON", FINISHED)
    assert (await session.agent.computer.execute_task_and_wait("x", 60)).task_result == "done"
    assert clock.slept == [3.0] * 4


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ({"status": "failed", "error": "boom"}, "boom"),
        ({"status": "unsupported"}, "the task ended with the status 'unsupported'"),
        ({"status": "cancelled", "product": "half"}, "the task ended with the status 'cancelled': half"),
    ],
)
async def test_a_failed_task_keeps_the_servers_reason(status: dict[str, str], reason: str) -> None:
    session, cloud, _ = on(STARTED, status)
    result = await session.agent.computer.execute_task_and_wait("x", 9)
    assert (result.success, result.error_message, result.task_status) == (False, reason, status["status"])
    assert (result.task_id, result.task_result, result.timed_out) == ("t1", status.get("product", ""), False)
    assert len(cloud.forms) == 2


@pytest.mark.parametrize("answer", ["Task not found or already finished: t1", "no such session"])
async def test_an_error_in_place_of_a_status_ends_the_wait_with_its_reason(answer: str) -> None:
    session, _, clock = on(STARTED, text(answer, is_error=True))
    result = await session.agent.computer.execute_task_and_wait("x", 60)
    assert (result.success, result.error_message, result.task_id, result.timed_out) == (False, answer, "t1", False)
    assert len(clock.slept) == (0 if answer.startswith("Task") else 2)


@pytest.mark.parametrize("timeout", [2, 7])
async def test_a_wait_that_runs_out_terminates_the_task(timeout: float) -> None:
    session, cloud, clock = on(STARTED, RUNNING | {"product": "half"})
    result = await session.agent.computer.execute_task_and_wait("x", timeout)
    assert (result.success, result.timed_out, result.kind) == (False, True, "timeout")
    assert (result.task_id, result.task_status, result.task_result) == ("t1", "running", "half")
    message = f"the task was not finished after {timeout} s, last seen running; it was terminated"
    assert result.error_message == message
    assert sum(clock.slept) == timeout
    assert called(cloud)[-1] == "flux_terminate_task"


async def test_a_status_without_its_word_is_no_success() -> None:
    session, cloud, _ = on(STARTED, {})
    result = await session.agent.computer.execute_task_and_wait("x", 4)
    assert (result.success, result.timed_out, result.task_status) == (False, True, "")
    assert called(cloud)[-1] == "flux_terminate_task"
    query = await session.agent.computer.get_task_status("t1")
    assert (query.task_id, query.task_status) == ("t1", "")


async def test_a_termination_that_fails_is_reported() -> None:
    session, _, _ = on(STARTED, RUNNING, LOST)
    result = await session.agent.computer.execute_task_and_wait("x", 0.5, poll_interval=1)
    assert result.timed_out
    assert "task t1 could not be terminated: " in result.error_message


async def test_an_interrupted_wait_terminates_the_task() -> None:
    def interrupt() -> httpx.Response:
        raise Interrupt

    session, cloud, _ = on(STARTED, interrupt, CANCELLED)
    with pytest.raises(Interrupt) as raised:
        await session.agent.computer.execute_task_and_wait("x", 9)
    assert called(cloud)[-1] == "flux_terminate_task"
    assert not hasattr(raised.value, "__notes__")
    session, _, _ = on(STARTED, interrupt, text("denied", is_error=True))
    with pytest.raises(Interrupt) as raised:
        await session.agent.computer.execute_task_and_wait("x", 9)
    assert raised.value.__notes__ == ["and task t1 could not be terminated: denied"]


async def test_a_refused_start_is_a_result_and_nothing_is_polled() -> None:
    busy = text("Another task is currently running", is_error=True)
    session, cloud, _ = on(busy)
    for result in (
        await session.agent.computer.execute_task("x"),
        await session.agent.computer.execute_task_and_wait("x", 9),
        await session.agent.mobile.execute_task_and_wait("x", 9),
        await (await session.agent.mobile.execute_task("x")).wait(),
    ):
        assert (result.success, result.error_message) == (False, "Another task is currently running")
    assert len(cloud.forms) == 4
    strict, _, _ = on(busy, strict=True)
    with pytest.raises(AgentError, match="Another task"):
        await strict.agent.mobile.execute_task("x")


async def test_an_answer_that_is_no_tasks_raises() -> None:
    session, _, _ = on("words")
    for call in (session.agent.computer.execute_task, session.agent.computer.get_task_status):
        with pytest.raises(AgentError, match="the answer is not a task's") as raised:
            await call("x")
        assert raised.value.kind == "invalid_response"


async def test_a_strict_client_raises_what_a_wait_returns() -> None:
    session, _, _ = on(STARTED, {"status": "failed", "error": "boom"}, strict=True)
    with pytest.raises(AgentError, match="boom") as raised:
        await session.agent.computer.execute_task_and_wait("x", 9)
    assert isinstance(raised.value.result, TaskResult)
    session, _, _ = on(STARTED, RUNNING, RUNNING, CANCELLED, strict=True)
    with pytest.raises(AgentTimeoutError, match="it was terminated"):
        await session.agent.computer.execute_task_and_wait("x", 3)


async def test_a_browsers_task_starts_the_browser_once() -> None:
    product = '{"title": "milk"}'
    session, cloud, _ = on({"task_id": "b1"}, {"task_id": "b1"}, FINISHED | {"product": product}, InitBrowser=STARTING)
    agent = session.agent.browser
    assert (await agent.execute_task("buy milk")).task_id == "b1"
    result = await agent.execute_task_and_wait("buy", 9, True, {"type": "object"}, full_page_screenshot=True)
    assert result.task_result == product
    assert cloud.requests == ["InitBrowser", *["CallMcpTool"] * 3]
    first, second = (json.loads(form["Args"]) for form in cloud.forms[1:3])
    assert first["output_schema"] == schema_text(None)
    assert second == {
        "task": "buy",
        "use_vision": True,
        "full_page_screenshot": True,
        "output_schema": '{"type": "object"}',
    }


async def test_a_browser_that_does_not_start_is_the_reason_of_the_failure() -> None:
    session, cloud, _ = on(InitBrowser=no("Browser.Unavailable", "no browser in this image"))
    for result in (
        await session.agent.browser.execute_task("x"),
        await session.agent.browser.execute_task_and_wait("x", 9),
    ):
        assert (result.success, result.code) == (False, "Browser.Unavailable")
        assert "the browser could not be started: [Browser.Unavailable] no browser" in result.error_message
    assert not await session.agent.browser.initialize()
    assert set(cloud.requests) == {"InitBrowser"}


async def test_a_phones_task_is_waited_for_after_its_start() -> None:
    session, cloud, _ = on(PHONE_STARTED, {"taskId": "t1", "status": "running"}, COMPLETED)
    execution = await session.agent.mobile.execute_task("open settings")
    assert (execution.task_id, "running" in repr(execution)) == ("t1", True)
    result = await execution.wait(timeout=60)
    assert (result.success, result.task_result, result.task_status) == (True, "opened", "completed")
    assert await execution.wait(60) is result
    assert json.loads(cloud.forms[0]["Args"]) == {"task": "open settings", "max_steps": 50}
    assert called(cloud) == ["execute_task", "get_task_status", "get_task_status"]


async def test_a_phones_start_in_words_is_the_result() -> None:
    session, cloud, _ = on("The settings are open.")
    execution = await session.agent.mobile.execute_task("open settings", 5)
    result = await execution.wait()
    assert (result.success, result.task_result, execution.task_id) == (True, "The settings are open.", "")
    assert cloud.forms[0]["Args"] == '{"task": "open settings", "max_steps": 5}'
    assert len(cloud.forms) == 1


async def test_leaving_a_block_early_terminates_the_task() -> None:
    session, cloud, _ = on(PHONE_STARTED, CANCELLED)
    async with await session.agent.mobile.execute_task("x") as execution:
        pass
    assert called(cloud) == ["execute_task", "terminate_task"]
    assert "was abandoned" in (await execution.wait()).error_message
    session, cloud, _ = on(PHONE_STARTED, COMPLETED)
    async with await session.agent.mobile.execute_task("x") as execution:
        await execution.wait(9)
    assert called(cloud) == ["execute_task", "get_task_status"]


async def test_a_block_whose_task_cannot_be_terminated_raises_or_adds_a_note() -> None:
    session, _, _ = on(PHONE_STARTED, text("denied", is_error=True))
    with pytest.raises(AgentError, match="task t1 could not be terminated: denied"):
        async with await session.agent.mobile.execute_task("x"):
            pass
    session, _, _ = on(PHONE_STARTED, text("denied", is_error=True))
    with pytest.raises(Interrupt) as raised:
        async with await session.agent.mobile.execute_task("x"):
            raise Interrupt
    assert raised.value.__notes__ == ["and task t1 could not be terminated: denied"]
    session, _, _ = on(PHONE_STARTED, text("Task not found or already finished", is_error=True))
    async with await session.agent.mobile.execute_task("x"):
        pass


async def test_a_polled_task_has_no_events() -> None:
    session, _, _ = on(PHONE_STARTED, COMPLETED)
    execution = await session.agent.mobile.execute_task("x")
    with pytest.raises(AgentUsageError, match="stream=True"):
        async for _ in execution:
            pass


MISTAKES: dict[str, Callable[[AsyncSession], Any]] = {
    "task must be a string that is not blank": lambda session: session.agent.computer.execute_task(" "),
    "task must be a string": lambda session: session.agent.mobile.execute_task(None),  # type: ignore[arg-type]
    "timeout must be above 0": lambda session: session.agent.computer.execute_task_and_wait("x", 0),
    "timeout must be a number": lambda session: session.agent.mobile.execute_task_and_wait("x", "9"),  # type: ignore[arg-type]
    "poll_interval must be": lambda session: session.agent.mobile.execute_task_and_wait("x", 9, poll_interval=-1),
    "max_steps must be a whole number of 1 or more": lambda session: session.agent.mobile.execute_task("x", 0),
    "max_steps must be": lambda session: session.agent.mobile.execute_task_and_wait("x", 9, True),
    "on_content must be a function": lambda session: session.agent.mobile.execute_task("x", on_content="print"),  # type: ignore[arg-type]
    "on_call_for_user must be": lambda session: session.agent.mobile.execute_task_and_wait("x", 9, on_call_for_user=1),  # type: ignore[arg-type]
    "output_schema must be": lambda session: session.agent.browser.execute_task("x", False, "{}"),  # type: ignore[arg-type]
    "use_vision must be True or False": lambda session: session.agent.browser.execute_task("x", "no"),  # type: ignore[arg-type]
    "full_page_screenshot must be": lambda session: session.agent.browser.execute_task("x", full_page_screenshot=1),  # type: ignore[arg-type]
    "task must": lambda session: session.agent.browser.execute_task_and_wait("", 9),
    "task_id must be": lambda session: session.agent.computer.get_task_status(""),
    "task_id must be a string": lambda session: session.agent.mobile.terminate_task(None),  # type: ignore[arg-type]
    "has no WebSocket address": lambda session: session.agent.mobile.execute_task("x", stream=True),
}


async def test_a_mistake_raises_before_anything_is_sent() -> None:
    session, cloud, _ = on()
    for message, attempt in MISTAKES.items():
        with pytest.raises(AgentUsageError, match=message):
            await attempt(session)
    assert cloud.requests == []


async def test_agb_has_no_agents() -> None:
    agent = AsyncSession(AsyncAGB(api_key=KEY, transport=FakeCloud()), "s1").agent
    for attempt in (
        lambda: agent.computer.execute_task("x"),
        lambda: agent.computer.execute_task_and_wait("x", 9),
        lambda: agent.computer.get_task_status("t1"),
        lambda: agent.browser.execute_task("x"),
        lambda: agent.browser.execute_task_and_wait("x", 9),
        lambda: agent.browser.initialize(),
        lambda: agent.mobile.execute_task("x"),
        lambda: agent.mobile.execute_task("x", stream=True),
        lambda: agent.mobile.terminate_task("t1"),
    ):
        with pytest.raises(AgentUsageError, match="AGB has no tool"):
            await attempt()


async def test_the_local_engine_refuses_agents_by_name(bay_session: AsyncSession) -> None:
    started = await bay_session.agent.computer.execute_task("open a terminal")
    assert (started.success, started.code) == (False, "ToolNotSupportedLocally")
    assert "'flux_execute_task': it needs a model of the cloud" in started.error_message
    browser = await bay_session.agent.browser.execute_task("buy milk")
    assert re.search("'browser_use_execute_task': it needs a model|could not be started", browser.error_message)
    execution = await bay_session.agent.mobile.execute_task("open settings")
    assert "'execute_task': it needs a phone" in (await execution.wait()).error_message
    streamed = await bay_session.agent.mobile.execute_task_and_wait("open settings", 60, on_content=print)
    assert "[TargetNotFound] The local engine does not serve 'wuying_mobile_agent'" in streamed.error_message
