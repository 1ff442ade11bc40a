"""The contexts of a session: folders that outlive it."""

from typing import ClassVar

from ..core import checks
from ..core.errors import ContextError
from ..core.polling import Waited, growing
from ..models.contexts import ContextInfoResult, ContextSyncResult
from ..ops.context import CONTEXT_INFO, SYNC_CONTEXT, ContextInfoRequest, SyncRequest, TaskWatch, copied
from .module import AsyncModule
from .waiting import until

PACE = (0.25, 1.5, 5.0)  # the first pause, its growth, and the longest one, in seconds


class AsyncSessionContext(AsyncModule):
    """Copies the contexts of a session in and out."""

    _name: ClassVar[str] = "context"

    async def info(
        self, context_id: str | None = None, path: str | None = None, task_type: str | None = None
    ) -> ContextInfoResult:
        """Tell how the copying of contexts goes.

        Args:
            context_id: Only this context.
            path: Only this path.
            task_type: Only ``upload`` (session to context) or ``download``.

        Returns:
            ``context_status_data``, a task each; a session without contexts has none.

        Raises:
            ContextError: There was no answer.

        Example:
            ```python
            seen = await session.context.info()
            print(seen.context_status_data)
            ```
        """
        request = ContextInfoRequest(
            session_id=self._session.session_id, context_id=context_id, path=path, task_type=task_type
        )
        return await self._session._ask(CONTEXT_INFO, request)

    async def sync(
        self,
        context_id: str | None = None,
        path: str | None = None,
        mode: str | None = None,
        *,
        timeout: float = 600,
    ) -> ContextSyncResult:
        """Copy the contexts of the session, and wait until that is done.

        Args:
            context_id: Only this context; goes with ``path``.
            path: Only this path.
            mode: ``upload`` (session to context) or ``download``; the cloud's choice if not given.
            timeout: Seconds that all of it may take.

        Returns:
            Whether all was copied; ``tasks`` are the copies as they were last seen.

        Raises:
            ContextUsageError: An argument is wrong; nothing was sent.
            ContextError: The request to copy was not answered.

        Example:
            ```python
            copied = await session.context.sync()
            print(copied.success)
            ```
        """
        limit = checks.seconds("timeout", timeout, ContextError, zero=True)
        if (context_id is None) != (path is None):
            raise ContextError.usage("context_id and path go together: give both, or neither for all contexts")
        if mode is not None:
            checks.choice("mode", mode, ("upload", "download"), ContextError)
        deadline = self._session._channel.clock.monotonic() + limit
        request = SyncRequest(session_id=self._session.session_id, context_id=context_id, path=path, mode=mode)
        asked = await self._session._call(SYNC_CONTEXT, request, limit)
        if asked.success:
            watch = TaskWatch(frozenset({context_id} if context_id else ()))
            asked = copied(await self._watch(watch, deadline, context_id, path), limit)
        return asked.raise_if_strict() if self._session._strict else asked

    async def _watch(
        self, watch: TaskWatch, deadline: float, context_id: str | None = None, path: str | None = None
    ) -> Waited[ContextInfoResult]:
        """Look at the copies until ``watch`` says that they are done."""
        request = ContextInfoRequest(session_id=self._session.session_id, context_id=context_id, path=path)

        async def look(limit: float | None) -> ContextInfoResult:
            return await self._session._call(CONTEXT_INFO, request, limit)

        clock = self._session._channel.clock
        return await until(look, watch.judge, clock=clock, deadline=deadline, pauses=growing(*PACE))
