"""The agent that works in a browser."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from pydantic import BaseModel

from ...core import validation
from ...core.errors import AgentError
from ...core.public import public
from ...models.agent import TaskResult
from ...models.browser import BrowserInitResult
from ...models.browser_option import BrowserOption
from ...operations.agent import BROWSER, BrowserTaskArgs, schema_text
from ..browser import AsyncBrowser
from ..session_connection import AsyncSessionConnection
from .task_agent import AsyncTaskAgent
from .task_execution import POLL_INTERVAL

Schema = type[BaseModel] | Mapping[str, Any]


@public
class AsyncBrowserAgent(AsyncTaskAgent):
    """Works on tasks in the session's browser. AgentBay only; the local engine refuses.

    A refusal is a result. Every method raises ``AgentUsageError`` for an invalid argument and on AGB, before anything
    is sent, and ``AgentError`` when there is no response; ``BrowserError`` if that was to the start of the browser.
    """

    _tools = BROWSER

    def __init__(self, connection: AsyncSessionConnection, browser: AsyncBrowser) -> None:
        super().__init__(connection)
        self._browser = browser

    async def initialize(self, option: BrowserOption | None = None) -> BrowserInitResult:
        """Start the browser, as ``session.browser.initialize`` does. A task starts it by itself, with the defaults.

        Args:
            option: How to start it; the defaults of ``BrowserOption`` if None. Ignored if it was started already.

        Returns:
            Whether the browser runs.

        Example:
            ```python
            started = await session.agent.browser.initialize(BrowserOption(use_stealth=True))
            print(started.success, started.error_message)
            ```
        """
        self._connection.raise_if_lacking(self._tools.start)
        return await self._browser.initialize(option)

    async def execute_task(
        self,
        task: str,
        use_vision: bool = False,
        output_schema: Schema | None = None,
        full_page_screenshot: bool = False,
    ) -> TaskResult:
        """Start a task, and return without waiting for it.

        Args:
            task: What to do, in words.
            use_vision: Whether the model also sees the page, and not only its elements.
            output_schema: A pydantic class, or a JSON Schema as a dict, of the result. By default an object with the
                text ``result``.
            full_page_screenshot: Whether the model sees the whole page, and not only its visible part. This costs more
                tokens, and has an effect with ``use_vision`` only.

        Returns:
            ``task_id``, for ``get_task_status`` and ``terminate_task``. A browser that cannot be started is a failure.

        Example:
            ```python
            started = await session.agent.browser.execute_task("Find the weather in Shanghai")
            print(started.task_id, started.error_message)
            ```
        """
        args = self._args(task, use_vision, output_schema, full_page_screenshot)
        ready = await self.initialize()
        return await self._start(args) if ready else _not_ready(ready)

    async def execute_task_and_wait(
        self,
        task: str,
        timeout: float,
        use_vision: bool = False,
        output_schema: Schema | None = None,
        full_page_screenshot: bool = False,
        *,
        poll_interval: float = POLL_INTERVAL,
    ) -> TaskResult:
        """Start a task, and wait until it has ended.

        A timeout and a cancellation terminate the task.

        Args:
            task: What to do, in words.
            timeout: Seconds to wait, the start of the browser included.
            use_vision: See ``execute_task``.
            output_schema: See ``execute_task``.
            full_page_screenshot: See ``execute_task``.
            poll_interval: Seconds between two looks.

        Returns:
            The result. ``task_result`` is what the task produced: JSON text by the schema. A wait that ran out has
            ``success=False`` and ``timed_out=True``.

        Example:
            ```python
            result = await session.agent.browser.execute_task_and_wait("Find the weather in Shanghai", timeout=180)
            print(result.task_result or result.error_message)
            ```
        """
        args = self._args(task, use_vision, output_schema, full_page_screenshot)
        wait = self._wait(timeout, poll_interval)
        ready = await self.initialize()
        return await self._run(wait, partial(self._begin, args)) if ready else _not_ready(ready)

    def _args(
        self, task: str, use_vision: bool, output_schema: Schema | None, full_page_screenshot: bool
    ) -> BrowserTaskArgs:
        return BrowserTaskArgs(
            task=validation.text("task", task, AgentError),
            use_vision=validation.boolean("use_vision", use_vision, AgentError),
            full_page_screenshot=validation.boolean("full_page_screenshot", full_page_screenshot, AgentError),
            output_schema=schema_text(output_schema),
        )


def _not_ready(ready: BrowserInitResult) -> TaskResult:
    return ready.as_failure(TaskResult, f"the browser could not be started: {ready.error_message}")
