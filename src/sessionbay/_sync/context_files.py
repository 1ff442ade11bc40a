# Generated from src/sessionbay/_async/context_files.py by scripts/generate_sync.py. Do not edit.
"""The files of contexts: listed, sent, fetched and deleted, without any session."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from .._concurrency._sync import run_in_thread
from ..core import validation
from ..core.errors import ContextError
from ..core.operation import Operation
from ..core.polling import is_gone
from ..core.result import Result
from ..core.wire_model import Wire
from ..local_files import LocalPath, open_source
from ..models.contexts import (
    Context,
    ContextFileListResult,
    ContextOperationResult,
    ContextTransferResult,
    FileUrlResult,
)
from ..operations import contexts as ops
from .api_client import ApiClient
from .presigned import Presigned

Q = TypeVar("Q", bound=Wire)
R = TypeVar("R", bound=Result[Any])


class ContextFiles:
    """The part of the service of contexts that is about their files."""

    def __init__(self, api: ApiClient) -> None:
        self._api = api

    def list_files(
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
            made = bay.context.create("my-data")
            listed = bay.context.list_files(made.context_id, "/tmp/data")
            print([entry.file_name for entry in listed.entries])
            ```
        """
        by_mark = max_results is not None or next_token is not None
        request = ops.FilesRequest(
            context_id=ops.id_of(context_id),
            parent_folder_path=validation.utf8("parent_folder_path", parent_folder_path or "", ContextError),
            page_number=None if by_mark else validation.count("page_number", page_number, ContextError),
            page_size=None if by_mark else validation.count("page_size", page_size, ContextError),
            max_results=validation.count("max_results", max_results or page_size, ContextError) if by_mark else None,
            next_token=next_token,
        )
        return self._ask(ops.LIST_FILES, request)

    def get_file_upload_url(self, context_id: Context | str, file_path: str) -> FileUrlResult:
        """Get an address that a file of a context can be sent to with ``PUT``, for a while and without a key.

        Args:
            context_id: The context, or its id.
            file_path: Where the file is to be, as it is called inside a session, e.g. ``/tmp/data/a.txt``.

        Returns:
            ``url`` (also ``data``), a secret, and ``expire_time``.

        Example:
            ```python
            made = bay.context.create("my-data")
            address = bay.context.get_file_upload_url(made.context_id, "/tmp/data/a.txt")
            print(address.success)
            ```
        """
        return self._ask(ops.UPLOAD_URL, ops.file_of(context_id, file_path))

    def get_file_download_url(self, context_id: Context | str, file_path: str) -> FileUrlResult:
        """Get an address that a file of a context can be had from with ``GET``, for a while and without a key.

        Args:
            context_id: The context, or its id.
            file_path: The file, as it is called inside a session, or as ``list_files`` calls it.

        Returns:
            ``url`` (also ``data``), a secret, and ``expire_time``.

        Example:
            ```python
            made = bay.context.create("my-data")
            bay.context.upload_file(made.context_id, "/tmp/data/a.txt", b"text")
            address = bay.context.get_file_download_url(made.context_id, "/tmp/data/a.txt")
            print(address.success)
            ```
        """
        return self._ask(ops.DOWNLOAD_URL, ops.file_of(context_id, file_path))

    def delete_file(self, context_id: Context | str, file_path: str) -> ContextOperationResult:
        """Delete a file of a context.

        Args:
            context_id: The context, or its id.
            file_path: The file, as it is called inside a session.

        Returns:
            Whether it worked.

        Example:
            ```python
            made = bay.context.create("my-data")
            bay.context.upload_file(made.context_id, "/tmp/data/old.txt", b"text")
            deleted = bay.context.delete_file(made.context_id, "/tmp/data/old.txt")
            print(deleted.success)
            ```
        """
        return self._do(ops.DELETE_FILE, ops.file_of(context_id, file_path))

    def upload_file(
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
            made = bay.context.create("my-data")
            sent = bay.context.upload_file(made.context_id, "/tmp/data/a.txt", b"some text")
            print(sent.size)
            ```
        """
        where = ops.file_of(context_id, file_path)
        with run_in_thread(partial(open_source, source, ContextError)) as file:
            address = self._ask(ops.UPLOAD_URL, where)
            if not address.success:
                return replace(address.as_failure(ContextTransferResult), path=file_path)
            return self._api.raise_if_strict(Presigned(self._api).put(address.url, file, file_path))

    def download_file(
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

            made = bay.context.create("my-data")
            bay.context.upload_file(made.context_id, "/tmp/data/a.txt", b"some text")
            with TemporaryDirectory() as folder:
                got = bay.context.download_file(made.context_id, "/tmp/data/a.txt", f"{folder}/a.txt")
                print(got.size)
            ```
        """
        where, place = ops.file_of(context_id, file_path), Path(target)
        if not overwrite and run_in_thread(place.exists):
            raise ContextError.usage(f"{place} exists, and overwrite is False: give another place")
        address = self._ask(ops.DOWNLOAD_URL, where)
        if not address.success:
            return replace(address.as_failure(ContextTransferResult), path=file_path)
        got = Presigned(self._api).get(address.url, file_path, place, overwrite=overwrite)
        return self._api.raise_if_strict(got)

    def _do(
        self, op: Operation[Q, None, ContextOperationResult], request: Q, *, gone_is_done: bool = False
    ) -> ContextOperationResult:
        """Send an operation that answers yes or no."""
        done = self._call(op, request)
        if done.success or (gone_is_done and is_gone(done)):
            return ContextOperationResult(
                success=True,
                data=True,
                request_id=done.request_id,
                code=done.code,
                http_status_code=done.http_status_code,
            )
        return self._api.raise_if_strict(done)

    def _ask(self, op: Operation[Q, Any, R], request: Q) -> R:
        return self._api.raise_if_strict(self._call(op, request))

    def _call(self, op: Operation[Q, Any, R], request: Q, limit: float | None = None) -> R:
        return self._api.call(op, request, timeout=self._api.timeout(limit))
