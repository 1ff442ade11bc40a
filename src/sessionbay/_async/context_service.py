"""The contexts of an account: folders that outlive sessions."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from .._concurrency._async import run_in_thread
from ..core import validation
from ..core.errors import ContextError
from ..core.operation import Operation
from ..core.polling import constant_backoff, is_gone
from ..core.public import public
from ..core.result import Result
from ..core.wire_model import Wire
from ..local_files import LocalPath, open_source
from ..models.contexts import (
    ClearContextResult,
    Context,
    ContextFileListResult,
    ContextListParams,
    ContextListResult,
    ContextOperationResult,
    ContextResult,
    ContextStateResult,
    ContextTransferResult,
    FileUrlResult,
)
from ..operations import contexts as ops
from .api_client import AsyncApiClient
from .paginator import AsyncPaginator
from .polling import poll_until
from .presigned import AsyncPresigned

Q = TypeVar("Q", bound=Wire)
R = TypeVar("R", bound=Result[Any])


@public
class AsyncContextService:
    """Creates, finds, clears and deletes contexts, and transfers their files.

    Methods that take a context accept its id. A refused call returns a failed result. Every method raises
    ``ContextUsageError`` for an invalid argument, before anything is sent, and ``ContextError`` when there is no
    response.
    """

    def __init__(self, api: AsyncApiClient) -> None:
        self._api = api

    async def list_files(
        self,
        context_id: Context | str,
        parent_folder_path: str = "",
        page_number: int = 1,
        page_size: int = 50,
        max_results: int | None = None,
        next_token: str | None = None,
    ) -> ContextFileListResult:
        """List the files in a folder of a context, one page of them: by number, or by mark.

        Args:
            context_id: The context, or its id.
            parent_folder_path: The folder, as it is called inside a session, e.g. ``/tmp/data``.
            page_number: Which page, from 1.
            page_size: How many files make a page.
            max_results: How many files make a page, where pages go by ``next_token`` (AgentBay).
            next_token: Which page: the ``next_token`` of the page before (AgentBay).

        Returns:
            ``entries`` (also ``data``), ``count``, and ``next_token``.

        Example:
            ```python
            made = await bay.context.create("my-data")
            listed = await bay.context.list_files(made.context_id, "/tmp/data")
            print([entry.file_name for entry in listed.entries])
            ```
        """
        by_mark = max_results is not None or next_token is not None
        request = ops.FilesRequest(
            context_id=ops.parse_context_id(context_id),
            parent_folder_path=validation.utf8("parent_folder_path", parent_folder_path or "", ContextError),
            page_number=None if by_mark else validation.count("page_number", page_number, ContextError),
            page_size=None if by_mark else validation.count("page_size", page_size, ContextError),
            max_results=validation.count("max_results", max_results or page_size, ContextError) if by_mark else None,
            next_token=next_token,
        )
        return await self._ask(ops.LIST_FILES, request)

    async def get_file_upload_url(self, context_id: Context | str, file_path: str) -> FileUrlResult:
        """Get an address that a file of a context can be sent to with ``PUT``, for a while and without a key.

        Args:
            context_id: The context, or its id.
            file_path: Where the file is to be, as it is called inside a session, e.g. ``/tmp/data/a.txt``.

        Returns:
            ``url`` (also ``data``), a secret, and ``expire_time``.

        Example:
            ```python
            made = await bay.context.create("my-data")
            address = await bay.context.get_file_upload_url(made.context_id, "/tmp/data/a.txt")
            print(address.success)
            ```
        """
        return await self._ask(ops.UPLOAD_URL, ops.file_ref(context_id, file_path))

    async def get_file_download_url(self, context_id: Context | str, file_path: str) -> FileUrlResult:
        """Get an address that a file of a context can be had from with ``GET``, for a while and without a key.

        Args:
            context_id: The context, or its id.
            file_path: The file, as it is called inside a session, or as ``list_files`` calls it.

        Returns:
            ``url`` (also ``data``), a secret, and ``expire_time``.

        Example:
            ```python
            made = await bay.context.create("my-data")
            await bay.context.upload_file(made.context_id, "/tmp/data/a.txt", b"text")
            address = await bay.context.get_file_download_url(made.context_id, "/tmp/data/a.txt")
            print(address.success)
            ```
        """
        return await self._ask(ops.DOWNLOAD_URL, ops.file_ref(context_id, file_path))

    async def delete_file(self, context_id: Context | str, file_path: str) -> ContextOperationResult:
        """Delete a file of a context.

        Args:
            context_id: The context, or its id.
            file_path: The file, as it is called inside a session.

        Returns:
            Whether it worked.

        Example:
            ```python
            made = await bay.context.create("my-data")
            await bay.context.upload_file(made.context_id, "/tmp/data/old.txt", b"text")
            deleted = await bay.context.delete_file(made.context_id, "/tmp/data/old.txt")
            print(deleted.success)
            ```
        """
        return await self._do(ops.DELETE_FILE, ops.file_ref(context_id, file_path))

    async def upload_file(
        self, context_id: Context | str, file_path: str, source: LocalPath | bytes
    ) -> ContextTransferResult:
        """Put a file into a context, whatever its size: it is never held in memory as a whole.

        Args:
            context_id: The context, or its id.
            file_path: Where it is to be, as it is called inside a session, e.g. ``/tmp/data/a.txt``.
            source: The path of a file on this machine; or bytes.

        Returns:
            ``size`` (bytes) and ``etag``.

        Raises:
            ContextUsageError: There is no such file on this machine; nothing was sent.

        Example:
            ```python
            made = await bay.context.create("my-data")
            sent = await bay.context.upload_file(made.context_id, "/tmp/data/a.txt", b"some text")
            print(sent.size)
            ```
        """
        where = ops.file_ref(context_id, file_path)
        with await run_in_thread(partial(open_source, source, ContextError)) as file:
            address = await self._ask(ops.UPLOAD_URL, where)
            if not address.success:
                return replace(address.as_failure(ContextTransferResult), path=file_path)
            return self._api.raise_if_strict(await AsyncPresigned(self._api).put(address.url, file, file_path))

    async def download_file(
        self, context_id: Context | str, file_path: str, target: LocalPath, *, overwrite: bool = True
    ) -> ContextTransferResult:
        """Get a file out of a context, whatever its size. It is in its place when it is whole, and not before.

        Args:
            context_id: The context, or its id.
            file_path: The file, as it is called inside a session.
            target: Where to put it on this machine; folders that are missing are made.
            overwrite: Whether a file that is there may be replaced.

        Returns:
            ``size`` (bytes) and ``etag``.

        Raises:
            ContextUsageError: There is such a file on this machine, and ``overwrite`` is False; nothing was sent.
            OSError: The file could not be written.

        Example:
            ```python
            from tempfile import TemporaryDirectory

            made = await bay.context.create("my-data")
            await bay.context.upload_file(made.context_id, "/tmp/data/a.txt", b"some text")
            with TemporaryDirectory() as folder:
                got = await bay.context.download_file(made.context_id, "/tmp/data/a.txt", f"{folder}/a.txt")
                print(got.size)
            ```
        """
        where, place = ops.file_ref(context_id, file_path), Path(target)
        if not overwrite and await run_in_thread(place.exists):
            raise ContextError.usage(f"{place} exists, and overwrite is False: give another place")
        address = await self._ask(ops.DOWNLOAD_URL, where)
        if not address.success:
            return replace(address.as_failure(ContextTransferResult), path=file_path)
        got = await AsyncPresigned(self._api).get(address.url, file_path, place, overwrite=overwrite)
        return self._api.raise_if_strict(got)

    async def _do(
        self, op: Operation[Q, None, ContextOperationResult], request: Q, *, gone_is_done: bool = False
    ) -> ContextOperationResult:
        """Send an operation that answers yes or no."""
        done = await self._call(op, request)
        if done.success or (gone_is_done and is_gone(done)):
            return ContextOperationResult(
                success=True,
                data=True,
                request_id=done.request_id,
                code=done.code,
                http_status_code=done.http_status_code,
            )
        return self._api.raise_if_strict(done)

    async def _ask(self, op: Operation[Q, Any, R], request: Q) -> R:
        return self._api.raise_if_strict(await self._call(op, request))

    async def _call(self, op: Operation[Q, Any, R], request: Q, limit: float | None = None) -> R:
        return await self._api.call(op, request, timeout=self._api.timeout(limit))

    async def get(
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
            found = await bay.context.get("my-data", create=True)
            print(found.context.name)
            ```
        """
        region = login_region_id or (self._api.dialect.region_id if create else None)
        request = ops.get_request(name, context_id, region, create=create)
        return await self._ask(ops.GET_CONTEXT, request)

    async def create(self, name: str) -> ContextResult:
        """Make a context, or get the one that has this name already.

        Args:
            name: Its name, which is unique in the account.

        Returns:
            ``context`` (also ``data``) and ``context_id``.

        Example:
            ```python
            made = await bay.context.create("my-data")
            print(made.context_id)
            ```
        """
        return await self.get(name, create=True)

    async def list(
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
            page = await bay.context.list(limit=50)
            print([context.name for context in page.contexts])
            ```
        """
        wanted = params or ContextListParams(max_results=limit, next_token=next_token, session_id=session_id)
        return await self._ask(ops.LIST_CONTEXTS, ops.list_request(wanted))

    def iter(self, *, limit: int = 50, session_id: str | None = None) -> AsyncPaginator[Any, Context]:
        """Iterate over all contexts, whatever number of pages they take.

        Args:
            limit: How many contexts each request asks for.
            session_id: Only contexts of this session (AgentBay).

        Returns:
            An iterator of ``Context``; it raises what the service refuses.

        Example:
            ```python
            async for context in bay.context.iter():
                print(context.name)
            ```
        """
        wanted = ContextListParams(max_results=limit, session_id=session_id)
        return AsyncPaginator(self._api, ops.LIST_CONTEXTS, ops.list_request(wanted))

    async def update(self, context: Context) -> ContextOperationResult:
        """Give a context the name that ``context`` has.

        Args:
            context: The context, with its new name.

        Returns:
            Whether it worked.

        Example:
            ```python
            from dataclasses import replace

            made = await bay.context.create("draft")
            renamed = await bay.context.update(replace(made.context, name="final"))
            print(renamed.success)
            ```
        """
        return await self._do(ops.MODIFY_CONTEXT, ops.rename_request(context))

    async def delete(self, context: Context | str) -> ContextOperationResult:
        """Delete a context and all that is in it. Deleting what is deleted already is a success.

        Args:
            context: The context, or its id.

        Returns:
            Whether it is gone.

        Example:
            ```python
            made = await bay.context.create("scratch")
            deleted = await bay.context.delete(made.context)
            print(deleted.success)
            ```
        """
        return await self._do(ops.DELETE_CONTEXT, ops.ContextRef(id=ops.parse_context_id(context)), gone_is_done=True)

    async def clear(
        self, context_id: Context | str, timeout: float = 60, poll_interval: float = 2.0
    ) -> ClearContextResult:
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
            made = await bay.context.create("my-data")
            cleared = await bay.context.clear(made.context_id, poll_interval=0.1)
            print(cleared.status)
            ```
        """
        wanted, clock = ops.parse_context_id(context_id), self._api.clock
        limit = validation.seconds("timeout", timeout, ContextError, zero=True)
        pauses = constant_backoff(validation.seconds("poll_interval", poll_interval, ContextError))
        deadline = clock.monotonic() + limit
        cleared = await self._call(ops.CLEAR_CONTEXT, ops.ContextRef(id=wanted), limit)
        if cleared.success:
            watch = ops.ClearWatch()
            look = partial(self._look, wanted)
            waited = await poll_until(look, watch.evaluate, clock=clock, deadline=deadline, intervals=pauses)
            cleared = ops.clear_result(waited, watch, wanted, limit)
        return self._api.raise_if_strict(cleared)

    async def clear_async(self, context_id: Context | str) -> ClearContextResult:
        """Begin to delete all that is in a context, without waiting for it.

        Args:
            context_id: The context, or its id.

        Returns:
            Whether the cloud took the request; ``status`` is ``clearing``, and ``get_clear_status`` tells how it goes.

        Example:
            ```python
            made = await bay.context.create("my-data")
            begun = await bay.context.clear_async(made.context_id)
            print(begun.status)
            ```
        """
        wanted = ops.parse_context_id(context_id)
        begun = await self._call(ops.CLEAR_CONTEXT, ops.ContextRef(id=wanted))
        return self._api.raise_if_strict(
            replace(begun, status=ops.CLEARING if begun.success else "", context_id=wanted)
        )

    start_clear = clear_async  # as some of the clouds' users know it

    async def get_clear_status(self, context_id: Context | str) -> ClearContextResult:
        """Tell how the clearing of a context goes.

        Args:
            context_id: The context, or its id.

        Returns:
            ``status``: ``clearing``, ``available`` when it is done, or another word of the cloud's.

        Example:
            ```python
            made = await bay.context.create("my-data")
            seen = await bay.context.get_clear_status(made.context_id)
            print(seen.status)
            ```
        """
        wanted = ops.parse_context_id(context_id)
        seen = await self._look(wanted, None)
        if seen.data is None:
            return self._api.raise_if_strict(replace(seen.as_failure(ClearContextResult), context_id=wanted))
        return ClearContextResult(
            success=True,
            status=seen.data,
            context_id=wanted,
            request_id=seen.request_id,
            code=seen.code,
        )

    async def _look(self, context_id: str, limit: float | None) -> ContextStateResult:
        return await self._call(ops.LOOK_CONTEXT, ops.GetContextRequest(context_id=context_id), limit)
