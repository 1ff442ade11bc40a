# Generated from src/sessionbay/_async/agent/task_agent.py by scripts/generate_sync.py. Do not edit.
"""The base class of the agents."""

from dataclasses import replace
from typing import Any, ClassVar, TypeVar

from ..._concurrency._sync import UnaryCall, shielded
from ...core import validation
from ...core.errors import AgentError
from ...core.tool import Tool
from ...models.agent import QueryResult, TaskResult
from ...operations.agent import TaskArgs, TaskRef, TaskTools, TaskWait
from ..module import Module
from .task import TERMINATE_TIMEOUT, Task

R = TypeVar("R", TaskResult, QueryResult)

START_TIMEOUT = 5.0  # the least seconds to start a task that is waited for: without an answer, its id is unknown


class TaskAgent(Module):
    """An agent that works on tasks described in words, one at a time. ``_tools`` declares its tools."""

    _tools: ClassVar[TaskTools[Any]]

    def get_task_status(self, task_id: str) -> QueryResult:
        """Get the state of a task.

        Args:
            task_id: The id of the task, from the result of its start.

        Returns:
            ``task_status`` is ``running``, ``finished`` (``completed`` on a phone), ``failed``, ``cancelled`` or
            ``unsupported``; ``task_action`` is the current step, ``task_product`` the outcome, ``error`` the reason of
            a failure. ``success`` is False only if the cloud did not report a state.

        Example:
            ```python
            query = session.agent.computer.get_task_status("task-1")
            print(query.task_status, query.error_message)
            ```
        """
        return self._call(self._tools.status, task_id)

    def terminate_task(self, task_id: str) -> TaskResult:
        """Terminate a task.

        Args:
            task_id: The id of the task, from the result of its start.

        Returns:
            Whether the cloud accepted the request. ``task_status`` is ``cancelled``, or ``cancelling`` on a phone.

        Example:
            ```python
            stopped = session.agent.computer.terminate_task("task-1")
            print(stopped.success, stopped.error_message)
            ```
        """
        return self._call(self._tools.stop, task_id)

    def _call(self, tool: Tool[TaskRef, R], task_id: str) -> R:
        ref = TaskRef(task_id=validation.text("task_id", task_id, AgentError))
        result = self._connection.call_tool(tool, ref)
        return result if result.task_id else replace(result, task_id=ref.task_id)

    def _wait(self, timeout: float, poll_interval: float) -> TaskWait:
        """Return the wait for a task that is started now."""
        self._connection.raise_if_lacking(self._tools.start)
        return TaskWait.of(timeout, poll_interval, self._connection.api.clock.monotonic())

    def _start(self, args: TaskArgs, timeout: float | None = None) -> TaskResult:
        return self._connection.call_tool(self._tools.start, args, self._connection.api.timeout(timeout))

    def _begin(self, args: TaskArgs, timeout: float | None = None) -> Task:
        """Start a task that is polled."""
        return Task(self._connection, self._tools, self._start(args, timeout))

    def _run(self, wait: TaskWait, start: UnaryCall[float, Task]) -> TaskResult:
        """Start a task, wait for its end, and terminate it if the wait ends before. The start is not interrupted."""
        api = self._connection.api
        limit = api.timeout(max(wait.deadline - api.clock.monotonic(), START_TIMEOUT)).total

        def begin() -> Task:
            return start(limit)

        task = shielded(begin, limit + TERMINATE_TIMEOUT)
        return api.raise_if_strict(task.wait(wait))
