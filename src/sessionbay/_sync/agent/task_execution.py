# Generated from src/sessionbay/_async/agent/task_execution.py by scripts/generate_sync.py. Do not edit.
"""A running task of a phone's agent."""

from types import TracebackType
from typing import Self

from ...core.errors import AgentError
from ...core.public import public
from ...core.text import escape_line
from ...models.agent import AgentEvent, TaskResult
from ...operations.agent import TaskWait
from .task import Task

POLL_INTERVAL = 3.0  # seconds


@public
class TaskExecution:
    """A running task of a phone's agent; ``session.agent.mobile.execute_task`` returns it.

    ``wait`` returns its result. A task that was started with a callback, or with ``stream=True``, can be iterated over
    for its ``AgentEvent`` objects. As a context manager, it terminates a task that has not ended when its block is
    left; without a block, the task goes on until its end.

    A streamed task can be terminated only if the cloud has reported its id. Otherwise a timeout, a cancellation and
    leaving the block early end the stream locally, and the task goes on in the cloud.
    """

    def __init__(self, task: Task) -> None:
        self._task = task

    @property
    def task_id(self) -> str:
        """The id of the task; empty if the cloud has not reported it, or the task has ended with its start."""
        return self._task.task_id

    def __repr__(self) -> str:
        return (
            f"<{type(self).__name__} {escape_line(self.task_id)} {'running' if self._task.result is None else 'ended'}>"
        )

    def wait(self, timeout: float = 300, *, poll_interval: float = POLL_INTERVAL) -> TaskResult:
        """Wait until the task has ended, and return its result. A task that was refused has ended.

        The callbacks of a streamed task are called here, and while it is iterated over. An exception that one of them
        raises ends the wait, and terminates the task, as a cancellation does.

        Args:
            timeout: Seconds to wait. Then the task is terminated.
            poll_interval: Seconds between two looks at a task that is not streamed.

        Returns:
            The result. ``task_result`` is what the task produced. A wait that ran out has ``success=False`` and
            ``timed_out=True``.

        Raises:
            AgentError: The connection of a streamed task was lost.
            AgentUsageError: An argument is invalid.

        Example:
            ```python
            execution = session.agent.mobile.execute_task("Open the settings")
            result = execution.wait(timeout=180)
            print(result.task_result or result.error_message)
            ```
        """
        api = self._task.connection.api
        result = self._task.wait(TaskWait.of(timeout, poll_interval, api.clock.monotonic()))
        return api.raise_if_strict(result)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task.result is not None or self._task.connection.is_inherited:
            return
        problem = self._task.abandon()
        if problem and exc is not None:
            exc.add_note(f"and {problem}")
        elif problem:
            raise AgentError(problem)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> AgentEvent:
        event = self._task.next_event()
        if event is None:
            raise StopIteration
        return event
