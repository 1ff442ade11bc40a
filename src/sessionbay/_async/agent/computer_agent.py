"""The agent that works on a desktop."""

from functools import partial

from ...core import validation
from ...core.errors import AgentError
from ...core.public import public
from ...models.agent import TaskResult
from ...operations.agent import COMPUTER, TaskArgs
from .task_agent import AsyncTaskAgent
from .task_execution import POLL_INTERVAL


@public
class AsyncComputerAgent(AsyncTaskAgent):
    """Works on tasks on the desktop of a session, in Windows images. AgentBay only; the local engine refuses.

    A refusal is a result. Every method raises ``AgentUsageError`` for an invalid argument and on AGB, before anything
    is sent, and ``AgentError`` when there is no response.
    """

    _tools = COMPUTER

    async def execute_task(self, task: str) -> TaskResult:
        """Start a task, and return without waiting for it.

        Args:
            task: What to do, in words.

        Returns:
            ``task_id``, for ``get_task_status`` and ``terminate_task``. Only one task runs at a time: another start is
            refused.

        Example:
            ```python
            started = await session.agent.computer.execute_task("Open the calculator")
            print(started.task_id, started.error_message)
            ```
        """
        return await self._start(self._args(task))

    async def execute_task_and_wait(
        self, task: str, timeout: float, *, poll_interval: float = POLL_INTERVAL
    ) -> TaskResult:
        """Start a task, and wait until it has ended.

        A timeout and a cancellation terminate the task.

        Args:
            task: What to do, in words.
            timeout: Seconds to wait.
            poll_interval: Seconds between two looks.

        Returns:
            The result. ``task_result`` is what the task produced. A wait that ran out has ``success=False`` and
            ``timed_out=True``.

        Example:
            ```python
            result = await session.agent.computer.execute_task_and_wait("Open the calculator", timeout=180)
            print(result.task_result or result.error_message)
            ```
        """
        args = self._args(task)
        return await self._run(self._wait(timeout, poll_interval), partial(self._begin, args))

    def _args(self, task: str) -> TaskArgs:
        return TaskArgs(task=validation.text("task", task, AgentError))
