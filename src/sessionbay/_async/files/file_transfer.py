"""One file on its way between this machine and a session, through the cloud's store."""

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, BinaryIO, TypeVar

from ..._concurrency._async import shielded
from ...core.errors import AgentBayError, FileError
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
from ..presigned import AsyncPresigned, Told
from ..session_connection import AsyncSessionConnection
from .atomic_write import PLACE

Q = TypeVar("Q", bound=Wire)
R = TypeVar("R", bound=Result[Any])
T = TypeVar("T", bound=FileTransferResult)
log = logging.getLogger("sessionbay.files")

CLEANING = 10.0  # seconds
SOON = 0.1  # seconds before the second look; the pauses grow from there


@dataclass(frozen=True)
class TransferTimeouts:
    """Whether the copy between session and store is waited for, how long, and how often it is looked at at least."""

    wait: bool
    timeout: float
    interval: float


async def ask(
    connection: AsyncSessionConnection, op: Operation[Q, Any, R], request: Q, limit: float | None = None
) -> R:
    """Send an operation on a session, for a file's sake: when there is no answer, raise a ``FileError``."""
    connection.raise_if_deleted()
    channel = connection.api
    return await channel.call(op, request, timeout=channel.timeout(limit), errors=FileError)


class AsyncFileTransfer:
    """Carries one file; ``context`` is the session's folder for transfers, which the store shares."""

    def __init__(
        self, connection: AsyncSessionConnection, context: InternalContext, path: str, patience: TransferTimeouts
    ) -> None:
        self._connection = connection
        self._context = context
        self._patience = patience
        copies_folders = connection.api.dialect.copies_folders
        self._station = TransferPath.of(path, context.context_path, nonce()[:12], copies_folders=copies_folders)
        if self._station.is_staged and not patience.wait:
            raise FileError.usage(
                f"wait=False needs a remote path inside {context.context_path}: others take a step after the wait"
            )
        self._file = FileRef(context_id=context.context_id, file_path=self._station.staged)
        self._names = self._station.names(nonce()[:12])
        self._presigned = AsyncPresigned(connection.api, FileError)
        self._deadline = 0.0
        self._begun: CopyWatch | None = None  # a copy that may go on

    async def upload(self, file: BinaryIO, content_type: str | None, progress: Told | None) -> UploadResult:
        """Bring a file to the store, and from there to its place."""
        path = self._station.path
        address = await ask(self._connection, UPLOAD_URL, self._file)
        if not address.success:
            return replace(address.as_failure(UploadResult), path=path, request_id_upload_url=address.request_id)
        put = partial(self._presigned.put, address.url, file, path)
        async with self._cleaned_up():
            stored = await put(content_type=content_type, progress=progress)
            self._start()
            copied = await self._copied("download") if stored.success else _moved(stored)
            if copied.success and self._station.is_staged:
                copied = await self._arrive(copied)
        return replace(
            _as(UploadResult, copied),
            path=path,
            request_id_upload_url=address.request_id,
            http_status_code=stored.http_status_code,
            etag=stored.etag,
            bytes_sent=stored.size,
        )

    async def download(self, place: LocalPath, *, overwrite: bool, progress: Told | None) -> DownloadResult:
        """Bring a file to the store, and from there to this machine."""
        self._start()
        async with self._cleaned_up():
            left = await self._leave() if self._station.is_staged else FileTransferResult(success=True)
            copied = await self._copied("upload") if left.success else left
            got = _as(DownloadResult, copied)
            if copied.success:
                got = await self._fetch(got, place, overwrite=overwrite, progress=progress)
        return replace(got, path=self._station.path, local_path=str(place), outcome_unknown=False)

    async def _fetch(
        self, copied: DownloadResult, place: LocalPath, *, overwrite: bool, progress: Told | None
    ) -> DownloadResult:
        address = await ask(self._connection, DOWNLOAD_URL, self._file)
        known = partial(replace, request_id_sync=copied.request_id_sync, request_id_download_url=address.request_id)
        if not address.success:
            return known(address.as_failure(DownloadResult))
        path = self._station.path
        got = await self._presigned.get(address.url, path, place, overwrite=overwrite, progress=progress)
        status = got.http_status_code
        told = replace(_as(DownloadResult, _moved(got)), request_id=got.request_id or address.request_id)
        return known(told, http_status_code=status, bytes_received=got.size)

    def _start(self) -> None:
        self._deadline = self._connection.api.clock.monotonic() + self._patience.timeout

    def _left(self) -> float:
        return max(self._deadline - self._connection.api.clock.monotonic(), 0.001)

    async def _copied(self, mode: str) -> FileTransferResult:
        """Have the file copied between session and store: ``upload`` is out of the session."""
        context_id, path, session_id = self._context.context_id, self._station.synced, self._connection.session_id
        request = SyncRequest(session_id=session_id, context_id=context_id, path=path, mode=mode)
        watch = self._begun = CopyWatch(context_id, path, mode)
        asked = await ask(self._connection, SYNC_CONTEXT, request, self._left())
        if not asked.success:
            return replace(asked.as_failure(FileTransferResult), request_id_sync=asked.request_id)
        told = FileTransferResult(success=True, request_id=asked.request_id, request_id_sync=asked.request_id)
        return await self._awaited(told, watch) if self._patience.wait else told

    async def _awaited(self, told: FileTransferResult, watch: CopyWatch) -> FileTransferResult:
        request = ContextInfoRequest(
            session_id=self._connection.session_id, context_id=watch.context_id, path=watch.path, task_type=watch.mode
        )

        async def look(limit: float | None) -> ContextInfoResult:
            return await ask(self._connection, CONTEXT_INFO, request, limit)

        pauses = exponential_backoff(min(SOON, self._patience.interval), 1.5, self._patience.interval)
        clock = self._connection.api.clock
        waited = await poll_until(look, watch.evaluate, clock=clock, deadline=self._deadline, intervals=pauses)
        if waited.verdict != "timeout":
            self._begun = None
        if waited.verdict == "arrived":
            return told
        reason, late = str(waited.cause or watch.reason), waited.verdict == "timeout"
        if late:
            reason = f"not copied after {self._patience.timeout:g} s: {reason}"
        code = waited.last.code if waited.last and waited.verdict == "refused" else ""
        return replace(told, success=False, error_message=reason, code=code, timed_out=late, outcome_unknown=True)

    async def _leave(self) -> FileTransferResult:
        """Copy the file into the folder for transfers."""
        ran = await self._shell(STAGE_UPLOAD, self._left())
        return FileTransferResult(success=True) if ran.success else _no(ran)

    async def _arrive(self, copied: FileTransferResult) -> FileTransferResult:
        """Put the file from the folder for transfers into its place."""
        ran = await self._shell(UNSTAGE_DOWNLOAD % PLACE["overwrite"] + REMOVE_STAGE, self._left())
        return copied if ran.success else replace(_no(ran), request_id_sync=copied.request_id_sync)

    async def _shell(self, script: str, limit: float) -> FileCommandResult:
        args = ShellArgs(command=f"{self._names}; {script}", timeout_ms=max(int(limit * 1000), 1))
        return await self._connection.call_tool(FILE_COMMAND, args, CallTimeout(limit + GRACE), strict=False)

    @asynccontextmanager
    async def _cleaned_up(self) -> AsyncGenerator[None]:
        """Leave nothing behind, here and in the store, of a file that has its place elsewhere."""
        try:
            yield
        finally:
            if self._station.is_staged:
                try:
                    await shielded(self._clean, CLEANING)
                except (AgentBayError, TimeoutError) as exc:  # the session's end removes it
                    log.debug("%s stays until the session ends: %s", self._station.staged, exc)

    async def _clean(self) -> None:
        if self._begun is not None:  # it would make anew what is removed
            self._deadline = self._connection.api.clock.monotonic() + CLEANING / 2
            await self._awaited(FileTransferResult(), self._begun)
        await self._shell(REMOVE_STAGE, CLEANING)
        await ask(self._connection, DELETE_FILE, self._file, CLEANING)


def _moved(stored: ContextTransferResult) -> FileTransferResult:
    """Return what a store has said."""
    if stored.success:
        return FileTransferResult(success=True, request_id=stored.request_id)
    return stored.as_failure(FileTransferResult)


def _no(ran: FileCommandResult) -> FileTransferResult:
    return ran.as_failure(FileTransferResult, ran.stderr.strip() or ran.error_message)


def _as(kind: type[T], said: FileTransferResult) -> T:
    """Return what was said, as an answer that has more to tell."""
    return kind(
        success=said.success,
        request_id=said.request_id,
        error_message=said.error_message,
        code=said.code,
        http_status_code=said.http_status_code,
        outcome_unknown=said.outcome_unknown,
        request_id_sync=said.request_id_sync,
        timed_out=said.timed_out,
    )
