# Generated from src/sessionbay/_async/agent/task.py by scripts/generate_sync.py. Do not edit.
"""A started task of an agent: waits for its end, and terminates it."""

from dataclasses import replace
from typing import Any

from ..._concurrency._sync import shielded
from ...core.errors import AgentBayError, AgentError
from ...core.polling import constant_backoff
from ...models.agent import AgentEvent, QueryResult, TaskResult
from ...operations.agent import TaskRef, TaskTools, TaskWait, TaskWatch, is_task_gone, task_result
from ..api_client import CallTimeout
from ..polling import poll_until
from ..session_connection import SessionConnection

TERMINATE_TIMEOUT = 5.0  # seconds
LAST_POLL_TIMEOUT = 5.0  # seconds for a poll at the deadline


class Task:
    """A task that is polled.

    Attributes:
        connection: Sends the session's calls.
        task_id: Its id; empty if the cloud has not reported it.
        result: Its result; None until it has ended.
    """

    def __init__(self, connection: SessionConnection, tools: TaskTools[Any], started: TaskResult) -> None:
        self.connection = connection
        self.task_id = started.task_id
        self.result = None if started.success and started.task_id else started
        self._tools = tools
        self._started = started

    def wait(self, wait: TaskWait) -> TaskResult:
        """Return the result of the task, also to a strict client. Terminate the task if the wait ends before it."""
        if self.result is not None:
            return self.result
        try:
            result = self._follow(wait)
        except BaseException as exc:
            if problem := self.abandon():
                exc.add_note(f"and {problem}")
            raise
        if result.timed_out:
            problem = self._terminate()
            note = problem or ("it was terminated" if self.task_id else "it goes on, as its id is not known")
            result = replace(result, error_message=f"{result.error_message}; {note}")
        self.result = result
        return result

    def next_event(self) -> AgentEvent | None:
        """Return the next event; None at the end."""
        raise AgentError.usage("the task is not streamed: start it with stream=True")

    def abandon(self) -> str:
        """End the task before its end; return why it goes on, or an empty string."""
        self.result = TaskResult(task_id=self.task_id, error_message="the task was abandoned before its end")
        return self._terminate()

    def _follow(self, wait: TaskWait) -> TaskResult:
        """Poll the task until it has ended, or the time is over."""
        clock, watch = self.connection.api.clock, TaskWatch()
        intervals = constant_backoff(wait.interval)
        outcome = poll_until(self._look, watch.evaluate, clock=clock, deadline=wait.deadline, intervals=intervals)
        return task_result(outcome, self._started, wait.timeout)

    def _look(self, remaining: float | None) -> QueryResult:
        timeout, ref = self.connection.api.timeout(remaining or LAST_POLL_TIMEOUT), TaskRef(task_id=self.task_id)
        return self.connection.call_tool(self._tools.status, ref, timeout, strict=False)

    def _terminate(self) -> str:
        """Terminate the task; return why that failed, or an empty string."""
        timeout, ref = CallTimeout(TERMINATE_TIMEOUT), TaskRef(task_id=self.task_id)
        try:
            stopped = shielded(
                lambda: self.connection.call_tool(self._tools.stop, ref, timeout, strict=False), TERMINATE_TIMEOUT
            )
        except (AgentBayError, TimeoutError) as exc:
            reason = str(exc) or f"no answer within {TERMINATE_TIMEOUT:g} s"
        else:
            reason = "" if is_task_gone(stopped) else stopped.error_message
        return f"task {self.task_id} could not be terminated: {reason}" if reason else ""
