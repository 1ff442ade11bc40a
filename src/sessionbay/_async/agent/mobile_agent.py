"""The agent that works on a phone."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from ..._concurrency._async import UserCall
from ...core import validation
from ...core.errors import AgentError
from ...core.public import public
from ...models.agent import AgentEvent, TaskResult
from ...operations.agent import PHONE, PhoneTaskArgs
from .task import AsyncTask
from .task_agent import AsyncTaskAgent
from .task_execution import POLL_INTERVAL, AsyncTaskExecution
from .task_stream import AsyncTaskStream, event_callbacks


@public
class AsyncMobileAgent(AsyncTaskAgent):
    """Works on tasks on a phone. AgentBay only; the local engine refuses.

    A refusal is a result, that of ``execute_task`` by the ``wait`` of the task that it returns. Every method raises
    ``AgentUsageError`` for an invalid argument and on AGB, before anything is sent, and ``AgentError`` when there is no
    response.

    With any callback, the events of the task are streamed over the session's WebSocket. The callbacks are called in
    the order of the events, one after the other, by the code that waits for the result or iterates over the events.
    """

    _tools = PHONE

    async def execute_task(
        self,
        task: str,
        max_steps: int = 50,
        on_reasoning: UserCall[AgentEvent, object] | None = None,
        on_content: UserCall[AgentEvent, object] | None = None,
        on_tool_call: UserCall[AgentEvent, object] | None = None,
        on_tool_result: UserCall[AgentEvent, object] | None = None,
        on_error: UserCall[AgentEvent, object] | None = None,
        on_call_for_user: UserCall[AgentEvent, str | None] | None = None,
        *,
        stream: bool = False,
    ) -> AsyncTaskExecution:
        """Start a task, and return without waiting for it.

        Args:
            task: What to do, in words.
            max_steps: The largest number of taps, swipes and other steps.
            on_reasoning: Called with each piece of the model's reasoning.
            on_content: Called with each piece of the model's text.
            on_tool_call: Called with each tool call, those that ask the user included.
            on_tool_result: Called with the result of each tool call.
            on_error: Called with each error of the agent's. The task fails.
            on_call_for_user: Called when the agent asks the user; ``prompt`` is the question. It returns the answer.
                Without it, the answer is empty.
            stream: Whether to stream events also without a callback, to iterate over them.

        Returns:
            The running task. ``wait()`` returns its result, also that of a task that the cloud refused to start.

        Example:
            ```python
            execution = await session.agent.mobile.execute_task("Open the settings", stream=True)
            async for event in execution:
                print(event.type, event.content)
            print((await execution.wait()).error_message)
            ```
        """
        args = self._args(task, max_steps)
        callbacks = event_callbacks(on_reasoning, on_content, on_tool_call, on_tool_result, on_error, on_call_for_user)
        start = self._begin_stream(args, callbacks) if callbacks or stream else self._begin(args)
        return AsyncTaskExecution(await start)

    async def execute_task_and_wait(
        self,
        task: str,
        timeout: float,
        max_steps: int = 50,
        on_reasoning: UserCall[AgentEvent, object] | None = None,
        on_content: UserCall[AgentEvent, object] | None = None,
        on_tool_call: UserCall[AgentEvent, object] | None = None,
        on_tool_result: UserCall[AgentEvent, object] | None = None,
        on_error: UserCall[AgentEvent, object] | None = None,
        on_call_for_user: UserCall[AgentEvent, str | None] | None = None,
        *,
        poll_interval: float = POLL_INTERVAL,
    ) -> TaskResult:
        """Start a task, and wait until it has ended.

        A timeout, a cancellation and an exception of a callback terminate the task. With a callback, they can do so
        only if the cloud has reported the id of the task; else they end the stream locally, and the task goes on.

        Args:
            task: What to do, in words.
            timeout: Seconds to wait.
            max_steps: The largest number of taps, swipes and other steps.
            on_reasoning: See ``execute_task``.
            on_content: See ``execute_task``.
            on_tool_call: See ``execute_task``.
            on_tool_result: See ``execute_task``.
            on_error: See ``execute_task``.
            on_call_for_user: See ``execute_task``.
            poll_interval: Seconds between two looks at a task without callbacks.

        Returns:
            The result. ``task_result`` is what the task produced; without a result of its own, that of a streamed task
            is the text of its ``content`` events. A wait that ran out has ``success=False`` and ``timed_out=True``.

        Example:
            ```python
            result = await session.agent.mobile.execute_task_and_wait(
                "Open the settings", timeout=180, on_content=lambda event: print(event.content)
            )
            print(result.task_result or result.error_message)
            ```
        """
        args = self._args(task, max_steps)
        callbacks = event_callbacks(on_reasoning, on_content, on_tool_call, on_tool_result, on_error, on_call_for_user)
        start = partial(self._begin_stream, args, callbacks) if callbacks else partial(self._begin, args)
        return await self._run(self._wait(timeout, poll_interval), start)

    def _args(self, task: str, max_steps: int) -> PhoneTaskArgs:
        steps = validation.count("max_steps", max_steps, AgentError)
        return PhoneTaskArgs(task=validation.text("task", task, AgentError), max_steps=steps)

    async def _begin_stream(
        self, args: PhoneTaskArgs, callbacks: Mapping[str, UserCall[AgentEvent, Any]], timeout: float | None = None
    ) -> AsyncTask:
        return await AsyncTaskStream(self._connection, self._tools, args, callbacks).start(timeout)
