"""The contexts of a session: folders that outlive it."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from ..core import validation
from ..core.errors import ContextError
from ..core.polling import PollOutcome, constant_backoff, exponential_backoff
from ..core.public import public
from ..models.context_sync import ContextMount, ContextSync
from ..models.contexts import ContextBindingsResult, ContextBindResult, ContextInfoResult, ContextSyncResult
from ..operations.context import (
    BIND_CONTEXTS,
    CONTEXT_INFO,
    LIST_BINDINGS,
    SYNC_CONTEXT,
    BindingListWatch,
    BindWatch,
    ContextInfoRequest,
    SyncRequest,
    TaskWatch,
    awaited_bindings,
    bind_request,
    format_unlisted,
    sync_result,
)
from .module import AsyncModule
from .polling import poll_until
from .session_connection import AsyncSessionConnection

BACKOFF = (0.25, 1.5, 5.0)  # the first interval, its growth and the longest one, in seconds
CREATION_TIMEOUT = 180.0  # seconds for the contexts of a new session


@public
class AsyncSessionContext(AsyncModule):
    """Binds contexts to a session, and copies them in and out."""

    async def info(
        self, context_id: str | None = None, path: str | None = None, task_type: str | None = None
    ) -> ContextInfoResult:
        """Get the progress of the copies of contexts.

        Args:
            context_id: Only this context.
            path: Only this path.
            task_type: Only ``upload`` (session to context) or ``download``.

        Returns:
            ``context_status_data`` has a task for each copy; a session without contexts has none.

        Raises:
            ContextError: There was no answer.

        Example:
            ```python
            progress = await session.context.info()
            print(progress.context_status_data)
            ```
        """
        request = ContextInfoRequest(
            session_id=self._connection.session_id, context_id=context_id, path=path, task_type=task_type
        )
        return await self._connection.request(CONTEXT_INFO, request)

    async def sync(
        self,
        context_id: str | None = None,
        path: str | None = None,
        mode: str | None = None,
        *,
        callback: Callable[[bool], object] | None = None,
        max_retries: int | None = None,
        retry_interval: float | None = None,
        timeout: float = 600,
    ) -> ContextSyncResult:
        """Copy the contexts of the session, and wait until they are copied.

        Args:
            context_id: Only this context; goes with ``path``.
            path: Only this path.
            mode: ``upload`` (session to context) or ``download``; the cloud's choice by default.
            callback: Called with ``success`` before this returns.
            max_retries: The maximum number of looks, as the clouds' own clients count them.
            retry_interval: Milliseconds between two looks. By default the intervals grow from 250 to 5000.
            timeout: Seconds for the request and the wait.

        Returns:
            Whether all contexts were copied; ``tasks`` holds their last known states.

        Raises:
            ContextUsageError: An argument is wrong; nothing was sent.
            ContextError: The request to copy was not answered.

        Example:
            ```python
            copied = await session.context.sync()
            print(copied.success)
            ```
        """
        timeout = validation.seconds("timeout", timeout, ContextError, zero=True)
        if (context_id is None) != (path is None):
            raise ContextError.usage("context_id and path go together: pass both, or neither for all contexts")
        if mode is not None:
            validation.choice("mode", mode, ("upload", "download"), ContextError)
        interval = None
        if retry_interval is not None:
            interval = validation.seconds("retry_interval", retry_interval, ContextError) / 1000
        if max_retries is not None:
            looks = validation.count("max_retries", max_retries, ContextError)
            timeout = min(timeout, looks * (interval or BACKOFF[2]))
        deadline = self._connection.api.clock.monotonic() + timeout
        request = SyncRequest(session_id=self._connection.session_id, context_id=context_id, path=path, mode=mode)
        result = await self._connection.send(SYNC_CONTEXT, request, timeout)
        if result.success:
            watch = TaskWatch(frozenset({context_id} if context_id else ()), mode)
            intervals = constant_backoff(interval) if interval else None
            outcome = await watch_tasks(self._connection, watch, deadline, context_id, path, intervals)
            result = sync_result(outcome, timeout, mode)
        if callback:
            callback(result.success)
        return self._connection.api.raise_if_strict(result)

    async def bind(
        self, *contexts: ContextSync | ContextMount, wait_for_completion: bool = True, timeout: float = 180
    ) -> ContextBindResult:
        """Bind contexts to the running session, each to its own path. AgentBay only.

        Args:
            contexts: A ``ContextSync`` is copied in and out, a ``ContextMount`` is written through.
            wait_for_completion: Whether to wait until the ``ContextSync`` ones are copied in.
            timeout: Seconds for the wait.

        Returns:
            Whether the contexts are bound; ``context_error`` holds the reason if they were not copied in. A path that
            is bound already is a refusal.

        Raises:
            ContextUsageError: No contexts were passed, or the cloud cannot bind; nothing was sent.
            ContextError: There was no answer.

        Example:
            ```python
            from sessionbay import ContextSync

            made = await bay.context.create("my-data")
            bound = await session.context.bind(ContextSync(context_id=made.context_id, path="/tmp/data"))
            print(bound.success)
            ```
        """
        timeout = validation.seconds("timeout", timeout, ContextError, zero=True)
        request = bind_request(self._connection.session_id, contexts, self._connection.api.dialect)
        bound = await self._connection.request(BIND_CONTEXTS, request)
        pairs = awaited_bindings(contexts)
        if not bound.success or not pairs or not wait_for_completion:
            return bound
        return replace(bound, context_error=await self._wait_for(pairs, timeout))

    async def list_bindings(self) -> ContextBindingsResult:
        """List the contexts that are bound to the session. AgentBay only.

        Returns:
            ``bindings`` (also ``data``), each with ``context_id``, ``context_name``, ``path``, ``policy`` and
            ``bind_time``.

        Raises:
            ContextUsageError: The cloud is AGB; nothing was sent.
            ContextError: There was no answer.

        Example:
            ```python
            listed = await session.context.list_bindings()
            print([binding.path for binding in listed.bindings])
            ```
        """
        return await self._connection.request(LIST_BINDINGS, self._connection.ref)

    async def _wait_for(self, pairs: frozenset[tuple[str, str]], timeout: float) -> str:
        """Wait until contexts are bound and copied in; return why they are not, or an empty string."""
        clock = self._connection.api.clock
        deadline = clock.monotonic() + timeout
        watch = BindingListWatch(frozenset(context_id for context_id, _ in pairs))

        async def look(remaining: float | None) -> ContextBindingsResult:
            return await self._connection.send(LIST_BINDINGS, self._connection.ref, remaining)

        intervals = exponential_backoff(*BACKOFF)
        listed = await poll_until(look, watch.evaluate, clock=clock, deadline=deadline, intervals=intervals)
        if listed.verdict != "done":
            return format_unlisted(listed, timeout)
        copied = await watch_tasks(self._connection, BindWatch(pairs), deadline)
        return sync_result(copied, timeout, "download").error_message


AsyncContextManager = AsyncSessionContext


async def watch_tasks(
    connection: AsyncSessionConnection,
    watch: TaskWatch | BindWatch,
    deadline: float,
    context_id: str | None = None,
    path: str | None = None,
    intervals: Iterator[float] | None = None,
) -> PollOutcome[ContextInfoResult]:
    """Poll the copies of contexts until ``watch`` is conclusive."""
    request = ContextInfoRequest(session_id=connection.session_id, context_id=context_id, path=path)

    async def look(timeout: float | None) -> ContextInfoResult:
        return await connection.send(CONTEXT_INFO, request, timeout)

    clock, intervals = connection.api.clock, intervals or exponential_backoff(*BACKOFF)
    return await poll_until(look, watch.evaluate, clock=clock, deadline=deadline, intervals=intervals)


async def wait_for_contexts(connection: AsyncSessionConnection, context_ids: frozenset[str]) -> str:
    """Wait until the contexts of a new session are copied in; return why they were not, or an empty string."""
    if not context_ids:
        return ""
    deadline = connection.api.clock.monotonic() + CREATION_TIMEOUT
    outcome = await watch_tasks(connection, TaskWatch(context_ids), deadline)
    return sync_result(outcome, CREATION_TIMEOUT).error_message
