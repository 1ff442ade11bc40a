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
from .presigned import AsyncPresigned, upload

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
        """List a page of the files in a folder of a context, by page number or by token.

        Args:
            context_id: The context, or its id.
            parent_folder_path: The folder's path inside a session, e.g. ``/tmp/data``.
            page_number: The page number, from 1.
            page_size: The page size.
            max_results: The page size where pages go by ``next_token`` (AgentBay).
            next_token: The ``next_token`` of the previous page (AgentBay).

        Returns:
            ``entries`` (also ``data``), ``count``, and ``next_token``.

        Example:
            ```python
            made = await bay.context.create("my-data")
            listed = await bay.context.list_files(made.context_id, "/tmp/data")
            print([entry.file_name for entry in listed.entries])
            ```
        """
        by_token = max_results is not None or next_token is not None
        request = ops.FilesRequest(
            context_id=ops.parse_context_id(context_id),
            parent_folder_path=validation.utf8("parent_folder_path", parent_folder_path or "", ContextError),
            page_number=None if by_token else validation.count("page_number", page_number, ContextError),
            page_size=None if by_token else validation.count("page_size", page_size, ContextError),
            max_results=validation.count("max_results", max_results or page_size, ContextError) if by_token else None,
            next_token=next_token,
        )
        return await self._request(ops.LIST_FILES, request)

    async def get_file_upload_url(self, context_id: Context | str, file_path: str) -> FileUrlResult:
        """Get a presigned URL to upload a file of a context with ``PUT``.

        Args:
            context_id: The context, or its id.
            file_path: The file's path inside a session, e.g. ``/tmp/data/a.txt``.

        Returns:
            ``url`` (also ``data``), a secret, and ``expire_time``.

        Example:
            ```python
            made = await bay.context.create("my-data")
            address = await bay.context.get_file_upload_url(made.context_id, "/tmp/data/a.txt")
            print(address.success)
            ```
        """
        return await self._request(ops.UPLOAD_URL, ops.file_ref(context_id, file_path))

    async def get_file_download_url(self, context_id: Context | str, file_path: str) -> FileUrlResult:
        """Get a presigned URL to download a file of a context with ``GET``.

        Args:
            context_id: The context, or its id.
            file_path: The file's path inside a session, or the one that ``list_files`` returns.

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
        return await self._request(ops.DOWNLOAD_URL, ops.file_ref(context_id, file_path))

    async def delete_file(self, context_id: Context | str, file_path: str) -> ContextOperationResult:
        """Delete a file of a context.

        Args:
            context_id: The context, or its id.
            file_path: The file's path inside a session.

        Returns:
            Whether the file was deleted.

        Example:
            ```python
            made = await bay.context.create("my-data")
            await bay.context.upload_file(made.context_id, "/tmp/data/old.txt", b"text")
            deleted = await bay.context.delete_file(made.context_id, "/tmp/data/old.txt")
            print(deleted.success)
            ```
        """
        return await self._change(ops.DELETE_FILE, ops.file_ref(context_id, file_path))

    async def upload_file(
        self, context_id: Context | str, file_path: str, source: LocalPath | bytes
    ) -> ContextTransferResult:
        """Upload a file to a context in chunks, so that its size is not limited by memory.

        Args:
            context_id: The context, or its id.
            file_path: The file's path inside a session, e.g. ``/tmp/data/a.txt``.
            source: The path of a file on this machine, or bytes.

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
        request = ops.file_ref(context_id, file_path)
        with await run_in_thread(partial(open_source, source, ContextError)) as file:
            return self._api.raise_if_strict(await upload(self._api, request, file))

    async def download_file(
        self, context_id: Context | str, file_path: str, target: LocalPath, *, overwrite: bool = True
    ) -> ContextTransferResult:
        """Download a file of a context in chunks. The target appears when it is complete.

        Args:
            context_id: The context, or its id.
            file_path: The file's path inside a session.
            target: The path on this machine; missing folders are created.
            overwrite: Whether to replace an existing file.

        Returns:
            ``size`` (bytes) and ``etag``.

        Raises:
            ContextUsageError: The target exists, and ``overwrite`` is False; nothing was sent.
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
        request, path = ops.file_ref(context_id, file_path), Path(target)
        if not overwrite and await run_in_thread(path.exists):
            raise ContextError.usage(f"{path} exists, and overwrite is False: pass another path")
        source = await self._request(ops.DOWNLOAD_URL, request)
        if not source.success:
            return replace(source.as_failure(ContextTransferResult), path=file_path)
        result = await AsyncPresigned(self._api).get(source.url, file_path, path, overwrite=overwrite)
        return self._api.raise_if_strict(result)

    async def _change(
        self, op: Operation[Q, None, ContextOperationResult], request: Q, *, gone_is_done: bool = False
    ) -> ContextOperationResult:
        """Send an operation whose response holds no data; a success gets ``data=True``."""
        result = await self._send(op, request)
        if result.success or (gone_is_done and is_gone(result)):
            return ContextOperationResult(
                success=True,
                data=True,
                request_id=result.request_id,
                code=result.code,
                http_status_code=result.http_status_code,
            )
        return self._api.raise_if_strict(result)

    async def _request(self, op: Operation[Q, Any, R], request: Q) -> R:
        """Send an operation; a strict client raises a refusal."""
        return self._api.raise_if_strict(await self._send(op, request))

    async def _send(self, op: Operation[Q, Any, R], request: Q, timeout: float | None = None) -> R:
        return await self._api.call(op, request, timeout=self._api.timeout(timeout))

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
            create: Whether to create the context if it does not exist.
            context_id: The id in place of the name; ``create`` needs a name.
            login_region_id: The region to create it in; the client's own by default.

        Returns:
            ``context`` (also ``data``) and ``context_id``. An unknown context is a refusal.

        Example:
            ```python
            found = await bay.context.get("my-data", create=True)
            print(found.context.name)
            ```
        """
        region = login_region_id or (self._api.dialect.region_id if create else None)
        request = ops.get_request(name, context_id, region, create=create)
        return await self._request(ops.GET_CONTEXT, request)

    async def create(self, name: str) -> ContextResult:
        """Create a context, or return the one that has this name.

        Args:
            name: The name, unique in the account.

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
        """List a page of contexts.

        Args:
            params: The other arguments as one object.
            limit: The page size.
            next_token: The ``next_token`` of the previous page; None is the first page.
            session_id: Only contexts of this session (AgentBay).

        Returns:
            ``contexts`` (also ``data``), ``next_token`` and ``total_count``.

        Example:
            ```python
            page = await bay.context.list(limit=50)
            print([context.name for context in page.contexts])
            ```
        """
        params = params or ContextListParams(max_results=limit, next_token=next_token, session_id=session_id)
        return await self._request(ops.LIST_CONTEXTS, ops.list_request(params))

    def iter(self, *, limit: int = 50, session_id: str | None = None) -> AsyncPaginator[Any, Context]:
        """Iterate over all contexts.

        Args:
            limit: The page size.
            session_id: Only contexts of this session (AgentBay).

        Returns:
            An iterator of ``Context``. It raises a refusal.

        Example:
            ```python
            async for context in bay.context.iter():
                print(context.name)
            ```
        """
        params = ContextListParams(max_results=limit, session_id=session_id)
        return AsyncPaginator(self._api, ops.LIST_CONTEXTS, ops.list_request(params))

    async def update(self, context: Context) -> ContextOperationResult:
        """Rename a context to ``context.name``.

        Args:
            context: The context, with its new name.

        Returns:
            Whether the context was renamed.

        Example:
            ```python
            from dataclasses import replace

            made = await bay.context.create("draft")
            renamed = await bay.context.update(replace(made.context, name="final"))
            print(renamed.success)
            ```
        """
        return await self._change(ops.MODIFY_CONTEXT, ops.rename_request(context))

    async def delete(self, context: Context | str) -> ContextOperationResult:
        """Delete a context and its files. Deleting a deleted context succeeds.

        Args:
            context: The context, or its id.

        Returns:
            Whether the context is gone.

        Example:
            ```python
            made = await bay.context.create("scratch")
            deleted = await bay.context.delete(made.context)
            print(deleted.success)
            ```
        """
        return await self._change(
            ops.DELETE_CONTEXT, ops.ContextRef(id=ops.parse_context_id(context)), gone_is_done=True
        )

    async def clear(
        self, context_id: Context | str, timeout: float = 60, poll_interval: float = 2.0
    ) -> ClearContextResult:
        """Delete the files of a context, and wait until it is empty. The context keeps its id and name.

        Args:
            context_id: The context, or its id.
            timeout: Seconds for the request and the wait; 0 sends the request, looks once, and returns.
            poll_interval: Seconds between two looks.

        Returns:
            Whether the context is empty; ``status`` is the last state seen. A wait that ran out has ``success=False``
            and ``timed_out=True``; the context may still be cleared later.

        Example:
            ```python
            made = await bay.context.create("my-data")
            cleared = await bay.context.clear(made.context_id, poll_interval=0.1)
            print(cleared.status)
            ```
        """
        context_id, clock = ops.parse_context_id(context_id), self._api.clock
        timeout = validation.seconds("timeout", timeout, ContextError, zero=True)
        intervals = constant_backoff(validation.seconds("poll_interval", poll_interval, ContextError))
        deadline = clock.monotonic() + timeout
        result = await self._send(ops.CLEAR_CONTEXT, ops.ContextRef(id=context_id), timeout)
        if result.success:
            watch, look = ops.ClearWatch(), partial(self._get_state, context_id)
            outcome = await poll_until(look, watch.evaluate, clock=clock, deadline=deadline, intervals=intervals)
            result = ops.clear_result(outcome, watch, context_id, timeout)
        return self._api.raise_if_strict(result)

    async def clear_async(self, context_id: Context | str) -> ClearContextResult:
        """Request that a context is cleared, without waiting for it.

        Args:
            context_id: The context, or its id.

        Returns:
            Whether the cloud accepted the request; ``get_clear_status`` returns the progress.

        Example:
            ```python
            made = await bay.context.create("my-data")
            begun = await bay.context.clear_async(made.context_id)
            print(begun.status)
            ```
        """
        context_id = ops.parse_context_id(context_id)
        result = await self._send(ops.CLEAR_CONTEXT, ops.ContextRef(id=context_id))
        status = ops.CLEARING if result.success else ""
        return self._api.raise_if_strict(replace(result, status=status, context_id=context_id))

    start_clear = clear_async  # an older name of the clouds' own clients

    async def get_clear_status(self, context_id: Context | str) -> ClearContextResult:
        """Get the progress of the clearing of a context.

        Args:
            context_id: The context, or its id.

        Returns:
            ``status``: ``clearing``, ``available`` when the context is empty, or another state of the cloud.

        Example:
            ```python
            made = await bay.context.create("my-data")
            seen = await bay.context.get_clear_status(made.context_id)
            print(seen.status)
            ```
        """
        context_id = ops.parse_context_id(context_id)
        state = await self._get_state(context_id, None)
        if state.data is None:
            return self._api.raise_if_strict(replace(state.as_failure(ClearContextResult), context_id=context_id))
        return ClearContextResult(
            success=True, status=state.data, context_id=context_id, request_id=state.request_id, code=state.code
        )

    async def _get_state(self, context_id: str, timeout: float | None) -> ContextStateResult:
        return await self._send(ops.GET_STATE, ops.GetContextRequest(context_id=context_id), timeout)
