# Generated from src/sessionbay/_async/context_service.py by scripts/generate_sync.py. Do not edit.
"""The contexts of an account: folders that outlive sessions."""

from dataclasses import replace
from functools import partial
from typing import Any

from ..core import validation
from ..core.errors import ContextError
from ..core.polling import constant_backoff
from ..models.contexts import (
    ClearContextResult,
    Context,
    ContextListParams,
    ContextListResult,
    ContextOperationResult,
    ContextResult,
    ContextStateResult,
)
from ..operations import contexts as ops
from .context_files import ContextFiles
from .paginator import Paginator
from .polling import poll_until


class ContextService(ContextFiles):
    """Makes, finds, empties and deletes contexts, and carries their files.

    Where a method takes a context, its id will do. A refusal is a result. Every method raises ``ContextUsageError`` for
    a wrong argument, before anything is sent, and ``ContextError`` when there was no answer.
    """

    def get(
        self,
        name: str | None = None,
        create: bool = False,
        context_id: str | None = None,
        *,
        login_region_id: str | None = None,
    ) -> ContextResult:
        """Get a context by its name or its id.

        Args:
            name: The name.
            create: Whether to make the context if there is none of that name.
            context_id: The id, in place of the name; it cannot be created.
            login_region_id: The region to make it in; the client's own if not given.

        Returns:
            ``context`` (also ``data``) and ``context_id``; a refusal if there is none.

        Example:
            ```python
            found = bay.context.get("my-data", create=True)
            print(found.context.name)
            ```
        """
        region = login_region_id or (self._api.dialect.region_id if create else None)
        request = ops.get_request(name, context_id, region, create=create)
        return self._ask(ops.GET_CONTEXT, request)

    def create(self, name: str) -> ContextResult:
        """Make a context, or get the one that has this name already.

        Args:
            name: Its name, which is unique in the account.

        Returns:
            ``context`` (also ``data``) and ``context_id``.

        Example:
            ```python
            made = bay.context.create("my-data")
            print(made.context_id)
            ```
        """
        return self.get(name, create=True)

    def list(
        self,
        params: ContextListParams | None = None,
        *,
        limit: int = 10,
        next_token: str | None = None,
        session_id: str | None = None,
    ) -> ContextListResult:
        """List contexts, one page of them.

        Args:
            params: All of what follows in one, in place of it.
            limit: How many contexts make a page.
            next_token: Which page: the ``next_token`` of the page before; None is the first.
            session_id: Only contexts of this session (AgentBay).

        Returns:
            ``contexts`` (also ``data``), ``next_token`` and ``total_count``.

        Example:
            ```python
            page = bay.context.list(limit=50)
            print([context.name for context in page.contexts])
            ```
        """
        wanted = params or ContextListParams(max_results=limit, next_token=next_token, session_id=session_id)
        return self._ask(ops.LIST_CONTEXTS, ops.list_request(wanted))

    def iter(self, *, limit: int = 50, session_id: str | None = None) -> Paginator[Any, Context]:
        """Iterate over all contexts, whatever number of pages they take.

        Args:
            limit: How many contexts each request asks for.
            session_id: Only contexts of this session (AgentBay).

        Returns:
            An iterator of ``Context``; it raises what the service refuses.

        Example:
            ```python
            for context in bay.context.iter():
                print(context.name)
            ```
        """
        wanted = ContextListParams(max_results=limit, session_id=session_id)
        return Paginator(self._api, ops.LIST_CONTEXTS, ops.list_request(wanted))

    def update(self, context: Context) -> ContextOperationResult:
        """Give a context the name that ``context`` has.

        Args:
            context: The context, with its new name.

        Returns:
            Whether it worked.

        Example:
            ```python
            from dataclasses import replace

            made = bay.context.create("draft")
            renamed = bay.context.update(replace(made.context, name="final"))
            print(renamed.success)
            ```
        """
        return self._do(ops.MODIFY_CONTEXT, ops.named(context))

    def delete(self, context: Context | str) -> ContextOperationResult:
        """Delete a context and all that is in it. Deleting what is deleted already is a success.

        Args:
            context: The context, or its id.

        Returns:
            Whether it is gone.

        Example:
            ```python
            made = bay.context.create("scratch")
            deleted = bay.context.delete(made.context)
            print(deleted.success)
            ```
        """
        return self._do(ops.DELETE_CONTEXT, ops.ContextRef(id=ops.id_of(context)), gone_is_done=True)

    def clear(self, context_id: Context | str, timeout: float = 60, poll_interval: float = 2.0) -> ClearContextResult:
        """Delete all that is in a context, and wait until it is empty. The context keeps its id and its name.

        Args:
            context_id: The context, or its id.
            timeout: Seconds that all of it may take; 0 asks, looks once, and returns.
            poll_interval: Seconds between two looks.

        Returns:
            Whether it is empty; ``status`` is the last state seen. A wait that ran out has ``success=False`` and
            ``timed_out=True``; the clearing itself may still come about.

        Example:
            ```python
            made = bay.context.create("my-data")
            cleared = bay.context.clear(made.context_id, poll_interval=0.1)
            print(cleared.status)
            ```
        """
        wanted, clock = ops.id_of(context_id), self._api.clock
        limit = validation.seconds("timeout", timeout, ContextError, zero=True)
        pauses = constant_backoff(validation.seconds("poll_interval", poll_interval, ContextError))
        deadline = clock.monotonic() + limit
        cleared = self._call(ops.CLEAR_CONTEXT, ops.ContextRef(id=wanted), limit)
        if cleared.success:
            watch = ops.ClearWatch()
            look = partial(self._look, wanted)
            waited = poll_until(look, watch.evaluate, clock=clock, deadline=deadline, intervals=pauses)
            cleared = ops.cleared(waited, watch, wanted, limit)
        return self._api.raise_if_strict(cleared)

    def clear_async(self, context_id: Context | str) -> ClearContextResult:
        """Begin to delete all that is in a context, without waiting for it.

        Args:
            context_id: The context, or its id.

        Returns:
            Whether the cloud took the request; ``status`` is ``clearing``, and ``get_clear_status`` tells how it goes.

        Example:
            ```python
            made = bay.context.create("my-data")
            begun = bay.context.clear_async(made.context_id)
            print(begun.status)
            ```
        """
        wanted = ops.id_of(context_id)
        begun = self._call(ops.CLEAR_CONTEXT, ops.ContextRef(id=wanted))
        return self._api.raise_if_strict(
            replace(begun, status=ops.CLEARING if begun.success else "", context_id=wanted)
        )

    start_clear = clear_async  # as some of the clouds' users know it

    def get_clear_status(self, context_id: Context | str) -> ClearContextResult:
        """Tell how the clearing of a context goes.

        Args:
            context_id: The context, or its id.

        Returns:
            ``status``: ``clearing``, ``available`` when it is done, or another word of the cloud's.

        Example:
            ```python
            made = bay.context.create("my-data")
            seen = bay.context.get_clear_status(made.context_id)
            print(seen.status)
            ```
        """
        wanted = ops.id_of(context_id)
        seen = self._look(wanted, None)
        if seen.data is None:
            return self._api.raise_if_strict(replace(seen.as_failure(ClearContextResult), context_id=wanted))
        return ClearContextResult(
            success=True, status=seen.data, context_id=wanted, request_id=seen.request_id, code=seen.code
        )

    def _look(self, context_id: str, limit: float | None) -> ContextStateResult:
        return self._call(ops.LOOK_CONTEXT, ops.GetContextRequest(context_id=context_id), limit)
