# Generated from src/sessionbay/_async/agent/task_stream.py by scripts/generate_sync.py. Do not edit.
"""A running task of an agent, whose events are streamed over the session's WebSocket."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, Self

from ..._concurrency._sync import UserCall, call_back, run_beside
from ...core import validation
from ...core.errors import AgentBayError, AgentError, AgentTimeoutError
from ...environment import nonce
from ...models.agent import AgentEvent, TaskResult
from ...operations import frames
from ...operations.agent import PhoneTaskArgs, TaskTools, TaskWait
from ...operations.agent_stream import (
    CALL_FOR_USER,
    RESUME,
    START,
    EventOrder,
    TaskCollector,
    is_call_for_user,
    read_event,
    read_task_id,
)
from ...operations.dispatcher import Message, Subscription
from ..session_connection import SessionConnection
from ..ws.multiplexer import CONNECT_TIMEOUT, Multiplexer
from ..ws.session_multiplexer import multiplexer_of
from .task import Task

CALLBACKS = ("reasoning", "content", "tool_call", "tool_result", "error", CALL_FOR_USER)
REORDER_TIMEOUT = 0.5  # seconds to wait for an event with a lower number than the next one


class TaskStream(Task):
    """A task with streamed events. They are read, and the callbacks called, by the waiting and iterating code."""

    def __init__(
        self,
        connection: SessionConnection,
        tools: TaskTools[PhoneTaskArgs],
        args: PhoneTaskArgs,
        callbacks: Mapping[str, UserCall[AgentEvent, Any]],
    ) -> None:
        connection.raise_if_lacking(tools.start)
        super().__init__(connection, tools, TaskResult())
        self.result = None
        self._args = args
        self._callbacks = callbacks
        self._server = connection.server_of(tools.start.name) or tools.start.server
        self._multiplexer: Multiplexer = multiplexer_of(connection, AgentError)
        self._subscription = Subscription(nonce(), streams=True)
        self._collector = TaskCollector()
        self._order = EventOrder()
        self._end: Message | None = None

    def start(self, timeout: float | None) -> Self:
        """Start the task; ``timeout`` (seconds) shortens the time to connect."""
        frame = frames.call(self._subscription.id, self._server, START, self._args.dump())
        limit = min(timeout or CONNECT_TIMEOUT, CONNECT_TIMEOUT)
        self._multiplexer.request(frame, AgentError, self._subscription, limit)
        return self

    def next_event(self) -> AgentEvent | None:
        if self.result is not None:
            return None
        if (event := self._receive(None)) is not None:
            self._report(event)
        else:
            self.result = self._collect()
        return event

    def _follow(self, wait: TaskWait) -> TaskResult:
        """Read the events until the task has ended, or the time is over."""
        while (event := self._receive(wait.deadline)) is not None:
            self._report(event)
        if self._end is not None:
            return self._collect()
        return TaskResult(
            request_id=self._subscription.id,
            error_message=f"the task was not finished after {wait.timeout:g} s",
            task_id=self.task_id,
            task_status="running",
            task_result=self._collector.content,
            timed_out=True,
        )

    def _receive(self, deadline: float | None) -> AgentEvent | None:
        """Return the next event in order; None at the end of the stream, and at the deadline."""
        while (event := self._order.take()) is None and self._end is None:
            remaining = None if deadline is None else deadline - self.connection.api.clock.monotonic()
            if remaining is not None and remaining <= 0:
                return None
            self._read(remaining)
        if event is not None:
            self._collector.add(event)
        return event

    def _read(self, remaining: float | None) -> None:
        """Read a message. An event that waits for its predecessor does so for a moment only."""
        limit = min(remaining or REORDER_TIMEOUT, REORDER_TIMEOUT) if self._order.is_holding else remaining
        try:
            message = self._multiplexer.next(self._subscription, AgentError, limit, START)
        except AgentTimeoutError:
            self._order.skip()
            return
        self.task_id = read_task_id(message.data) or self.task_id
        if message.kind == "event":
            self._order.add(read_event(message.data))
        else:
            self._end = message
            self._order.close()

    def _report(self, event: AgentEvent) -> None:
        """Call the callbacks of an event, and answer a question to the user."""
        if callback := self._callbacks.get(event.type):
            call_back(callback, event)
        if not is_call_for_user(event):
            return
        callback = self._callbacks.get(CALL_FOR_USER)
        response = self._ask(callback, event) if callback else ""
        answer = validation.utf8("the text that on_call_for_user returns", response or "", AgentError)
        params = {"toolCallId": event.tool_call_id, "response": answer}
        self._multiplexer.notify(frames.call(self._subscription.id, self._server, RESUME, params), AgentError)

    def _ask(self, callback: UserCall[AgentEvent, Any], event: AgentEvent) -> Any:
        """Ask the user, who may take long; meanwhile the connection is read, so that it stays alive."""
        idle = Subscription(nonce())
        self._multiplexer.subscribe([idle], AgentError)
        stop_reading = run_beside(partial(self._keep_alive, idle))
        try:
            return call_back(callback, event)
        finally:
            self._multiplexer.drop(idle)
            stop_reading()

    def _keep_alive(self, idle: Subscription) -> None:
        with suppress(AgentBayError):
            self._multiplexer.next(idle, AgentError, None, START)

    def _collect(self) -> TaskResult:
        end = self._end or Message("end", {})
        return self._collector.result(end, self._subscription.id, self.task_id)

    def _terminate(self) -> str:
        """End the stream, and terminate the task if its id is known."""
        self._multiplexer.drop(self._subscription)
        return super()._terminate() if self.task_id else ""


def event_callbacks(*functions: Callable[[AgentEvent], Any] | None) -> dict[str, UserCall[AgentEvent, Any]]:
    """Return the functions by the type of event, those that are not None; they stand in the order of ``CALLBACKS``."""
    named = {name: function for name, function in zip(CALLBACKS, functions, strict=True) if function is not None}
    for name, function in named.items():
        if not callable(function):
            raise AgentError.usage(f"on_{name} must be a function that takes an AgentEvent, not {function!r}")
    return named
