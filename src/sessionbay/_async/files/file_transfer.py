"""Transferring one file between this machine and a session, through the cloud's store."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, BinaryIO, TypeVar

from ..._concurrency._async import shielded
from ...core.errors import AgentBayError, FileError
from ...core.escaping_filter import escaping_logger
from ...core.operation import Operation
from ...core.polling import exponential_backoff
from ...core.result import Result
from ...core.wire_model import Wire
from ...environment import nonce
from ...local_files import LocalPath
from ...models.contexts import ContextInfoResult, ContextTransferResult, InternalContext
from ...models.files import DownloadResult, FileTransferResult, UploadResult
from ...operations.command import ShellArgs
from ...operations.context import CONTEXT_INFO, SYNC_CONTEXT, ContextInfoRequest, SyncRequest
from ...operations.contexts import DELETE_FILE, DOWNLOAD_URL, UPLOAD_URL, FileRef
from ...operations.file_failures import describe
from ...operations.transfers import (
    FILE_COMMAND,
    REMOVE_STAGE,
    STAGE_UPLOAD,
    UNSTAGE_DOWNLOAD,
    CopyWatch,
    FileCommandResult,
    TransferPath,
)
from ..api_client import CallTimeout
from ..command import GRACE
from ..polling import poll_until
from ..presigned import AsyncPresigned, ByteProgress
from ..session_connection import AsyncSessionConnection
from .atomic_write import PLACE

Q = TypeVar("Q", bound=Wire)
R = TypeVar("R", bound=Result[Any])
T = TypeVar("T", bound=FileTransferResult)
log = escaping_logger("sessionbay.files")

CLEANUP_TIMEOUT = 10.0  # seconds
MIN_POLL_INTERVAL = 0.1  # seconds; the intervals grow from there


@dataclass(frozen=True)
class TransferTimeouts:
    """Whether to wait for the copy between session and store, for how long, and the maximum poll interval (seconds)."""

    wait: bool
    timeout: float
    interval: float


async def send(
    connection: AsyncSessionConnection, op: Operation[Q, Any, R], request: Q, limit: float | None = None
) -> R:
    """Send an operation of a session. Without a response, raise ``FileError``."""
    connection.raise_if_deleted()
    return await connection.api.call(op, request, timeout=connection.api.timeout(limit), errors=FileError)


class AsyncFileTransfer:
    """The transfer of one file through ``context``, the session's transfer folder, which the store shares."""

    def __init__(
        self, connection: AsyncSessionConnection, context: InternalContext, path: str, timeouts: TransferTimeouts
    ) -> None:
        self._connection = connection
        self._context = context
        self._timeouts = timeouts
        copies_folders = connection.api.dialect.copies_folders
        self._paths = TransferPath.of(path, context.context_path, nonce()[:12], copies_folders=copies_folders)
        if self._paths.is_staged and not timeouts.wait:
            raise FileError.usage(
                f"wait=False needs a remote path inside {context.context_path}: other paths take a step after the wait"
            )
        self._file = FileRef(context_id=context.context_id, file_path=self._paths.staged)
        self._names = self._paths.names(nonce()[:12])
        self._presigned = AsyncPresigned(connection.api, FileError)
        self._deadline = 0.0
        self._running: CopyWatch | None = None  # a copy that may not have ended

    async def upload(self, file: BinaryIO, content_type: str | None, progress: ByteProgress | None) -> UploadResult:
        """Upload a file to the store, and copy it from there to its path."""
        path = self._paths.path
        presigned = await send(self._connection, UPLOAD_URL, self._file)
        if not presigned.success:
            return replace(presigned.as_failure(UploadResult), path=path, request_id_upload_url=presigned.request_id)
        put = partial(self._presigned.put, presigned.url, file, path)
        async with self._cleanup():
            stored = await put(content_type=content_type, progress=progress)
            self._start()
            copied = await self._copy("download") if stored.success else _from_store(stored)
            if copied.success and self._paths.is_staged:
                copied = await self._unstage(copied)
        return replace(
            _as(UploadResult, copied),
            path=path,
            request_id_upload_url=presigned.request_id,
            http_status_code=stored.http_status_code,
            etag=stored.etag,
            bytes_sent=stored.size,
        )

    async def download(self, place: LocalPath, *, overwrite: bool, progress: ByteProgress | None) -> DownloadResult:
        """Copy a file to the store, and download it from there."""
        self._start()
        async with self._cleanup():
            staged = await self._stage() if self._paths.is_staged else FileTransferResult(success=True)
            copied = await self._copy("upload") if staged.success else staged
            result = _as(DownloadResult, copied)
            if copied.success:
                result = await self._fetch(result, place, overwrite=overwrite, progress=progress)
        return replace(result, path=self._paths.path, local_path=str(place), outcome_unknown=False)

    async def _fetch(
        self, copied: DownloadResult, place: LocalPath, *, overwrite: bool, progress: ByteProgress | None
    ) -> DownloadResult:
        presigned = await send(self._connection, DOWNLOAD_URL, self._file)
        with_ids = partial(
            replace, request_id_sync=copied.request_id_sync, request_id_download_url=presigned.request_id
        )
        if not presigned.success:
            return with_ids(presigned.as_failure(DownloadResult))
        path = self._paths.path
        got = await self._presigned.get(presigned.url, path, place, overwrite=overwrite, progress=progress)
        status = got.http_status_code
        result = replace(_as(DownloadResult, _from_store(got)), request_id=got.request_id or presigned.request_id)
        return with_ids(result, http_status_code=status, bytes_received=got.size)

    def _start(self) -> None:
        self._deadline = self._connection.api.clock.monotonic() + self._timeouts.timeout

    def _left(self) -> float:
        return max(self._deadline - self._connection.api.clock.monotonic(), 0.001)

    async def _copy(self, mode: str) -> FileTransferResult:
        """Request the copy between session and store: ``upload`` is out of the session."""
        context_id, path, session_id = self._context.context_id, self._paths.synced, self._connection.session_id
        request = SyncRequest(session_id=session_id, context_id=context_id, path=path, mode=mode)
        watch = self._running = CopyWatch(context_id, path, mode)
        requested = await send(self._connection, SYNC_CONTEXT, request, self._left())
        if not requested.success:
            return replace(requested.as_failure(FileTransferResult), request_id_sync=requested.request_id)
        result = FileTransferResult(success=True, request_id=requested.request_id, request_id_sync=requested.request_id)
        return await self._wait_for_copy(result, watch) if self._timeouts.wait else result

    async def _wait_for_copy(self, result: FileTransferResult, watch: CopyWatch) -> FileTransferResult:
        request = ContextInfoRequest(
            session_id=self._connection.session_id, context_id=watch.context_id, path=watch.path, task_type=watch.mode
        )

        async def poll(limit: float | None) -> ContextInfoResult:
            return await send(self._connection, CONTEXT_INFO, request, limit)

        intervals = exponential_backoff(min(MIN_POLL_INTERVAL, self._timeouts.interval), 1.5, self._timeouts.interval)
        clock = self._connection.api.clock
        waited = await poll_until(poll, watch.evaluate, clock=clock, deadline=self._deadline, intervals=intervals)
        if waited.verdict != "timeout":
            self._running = None
        if waited.verdict == "done":
            return result
        reason, late = str(waited.cause or watch.reason), waited.verdict == "timeout"
        if late:
            reason = f"not copied after {self._timeouts.timeout:g} s: {reason}"
        code = waited.last.code if waited.last and waited.verdict == "refused" else ""
        return replace(result, success=False, error_message=reason, code=code, timed_out=late, outcome_unknown=True)

    async def _stage(self) -> FileTransferResult:
        """Copy the file into the transfer folder."""
        ran = await self._shell(STAGE_UPLOAD, self._left())
        return FileTransferResult(success=True) if ran.success else self._from_command(ran)

    async def _unstage(self, copied: FileTransferResult) -> FileTransferResult:
        """Move the file from the transfer folder to its path."""
        ran = await self._shell(UNSTAGE_DOWNLOAD % PLACE["overwrite"], self._left())
        return copied if ran.success else replace(self._from_command(ran), request_id_sync=copied.request_id_sync)

    async def _shell(self, script: str, limit: float) -> FileCommandResult:
        args = ShellArgs(command=f"{self._names}; {script}", timeout_ms=max(int(limit * 1000), 1))
        return await self._connection.call_tool(FILE_COMMAND, args, CallTimeout(limit + GRACE), strict=False)

    def _from_command(self, ran: FileCommandResult) -> FileTransferResult:
        message = describe(self._paths.path, ran.code, ran.stderr.strip() or ran.error_message)
        return ran.as_failure(FileTransferResult, message)

    @asynccontextmanager
    async def _cleanup(self) -> AsyncGenerator[None]:
        """Remove the staged file from the session and from the store."""
        try:
            yield
        finally:
            if self._paths.is_staged:
                try:
                    await shielded(self._clean, CLEANUP_TIMEOUT)
                except (AgentBayError, TimeoutError) as exc:  # it is removed with the session
                    log.debug("%s remains until the session ends: %s", self._paths.staged, exc)

    async def _clean(self) -> None:
        if self._running is not None:  # it would create the removed file again
            self._deadline = self._connection.api.clock.monotonic() + CLEANUP_TIMEOUT / 2
            await self._wait_for_copy(FileTransferResult(), self._running)
        await self._shell(REMOVE_STAGE, CLEANUP_TIMEOUT)
        await send(self._connection, DELETE_FILE, self._file, CLEANUP_TIMEOUT)


def _from_store(stored: ContextTransferResult) -> FileTransferResult:
    """Return the result of a request to the store."""
    if stored.success:
        return FileTransferResult(success=True, request_id=stored.request_id)
    return stored.as_failure(FileTransferResult)


def _as(kind: type[T], result: FileTransferResult) -> T:
    """Return a result as one of a subclass."""
    return kind(
        success=result.success,
        request_id=result.request_id,
        error_message=result.error_message,
        code=result.code,
        http_status_code=result.http_status_code,
        outcome_unknown=result.outcome_unknown,
        request_id_sync=result.request_id_sync,
        timed_out=result.timed_out,
    )
