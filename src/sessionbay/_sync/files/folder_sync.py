# Generated from src/sessionbay/_async/files/folder_sync.py by scripts/generate_sync.py. Do not edit.
"""Folder synchronization between this machine and a session."""

import posixpath
import shlex
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Literal, Protocol

from ..._concurrency._sync import StateLock, UnaryCall, run_for_each, run_in_thread
from ...core.errors import AgentBayError, EngineEndedError, FileError
from ...core.result import Result
from ...local_files import safe_join, scan_tree, set_executable, sha256_of, write_atomically
from ...models.files import BinaryFileContentResult, DownloadResult, FileResult, FolderResult, UploadResult
from ...models.map import Progress
from ...operations.command import ShellArgs
from ...operations.complete_output import framed
from ...operations.file_failures import describe
from ...operations.transfers import FILE_COMMAND, FileCommandResult
from ...operations.trees import (
    LIST,
    MAKE_AND_LIST,
    Plan,
    Rules,
    Tree,
    executable_change,
    parent_paths,
    parse_listing,
    plan,
)
from ..api_client import CallTimeout
from ..command import GRACE
from ..session_connection import SessionConnection
from .scratch_file import read_output

CONCURRENCY = 8  # transfers at a time
MAX_TOOL_CALL_SIZE = 256 * 1024  # bytes of a file that a tool call carries; larger files go through the store
MAX_DIRECT_SIZE = 2**20  # the same on the direct route


class RemoteFiles(Protocol):
    """The methods of ``session.file_system`` that a push or pull calls."""

    def read_file(self, path: str, *, format: Literal["bytes"]) -> BinaryFileContentResult: ...
    def write_file(self, path: str, content: bytes) -> FileResult: ...
    def create_directory(self, path: str) -> FileResult: ...
    def delete_file(self, path: str) -> FileResult: ...
    def upload_file(self, local_path: Path, remote_path: str, *, wait_timeout: float) -> UploadResult: ...
    def download_file(self, remote_path: str, local_path: Path, *, wait_timeout: float) -> DownloadResult: ...


@dataclass(frozen=True, kw_only=True)
class FolderSyncOptions:
    """The arguments of a push or pull."""

    local: Path
    remote: str
    rules: Rules
    delete: bool
    progress: Callable[[Progress], object] | None
    timeout: float


@dataclass
class FolderSyncReport:
    """The outcome of each file so far."""

    sent: list[str] = field(default_factory=list[str])
    kept: list[str] = field(default_factory=list[str])
    deleted: list[str] = field(default_factory=list[str])
    errors: dict[str, str] = field(default_factory=dict[str, str])
    bytes: int = 0


class FolderSync:
    """One ``push`` or ``pull``."""

    def __init__(self, connection: SessionConnection, files: RemoteFiles, options: FolderSyncOptions) -> None:
        self._files = files
        self._connection = connection
        self._options = options
        self._here, self._there = Tree(), Tree()
        self._report = FolderSyncReport()
        self._done = 0
        self._lock = StateLock()
        direct = connection.has_direct_route("write_file")
        self._max_tool_call_size = MAX_DIRECT_SIZE if direct else MAX_TOOL_CALL_SIZE

    def push(self) -> FolderResult:
        """Send the files that differ."""
        listed = self._scan(MAKE_AND_LIST)
        if not listed.success:
            return listed
        planned = plan(self._here, self._there, self._options.rules)
        folders = {above[0] for path in planned.to_send if (above := parent_paths(path))} - self._there.entries.keys()
        self._run_for_each(self._make_folder, sorted(folders))
        return self._carry_out(planned, self._push_file, self._delete_there)

    def pull(self) -> FolderResult:
        """Fetch the files that differ."""
        listed = self._scan(LIST)
        if not listed.success:
            return listed
        run_in_thread(partial(self._options.local.mkdir, parents=True, exist_ok=True))
        planned = plan(self._there, self._here, self._options.rules)
        return self._carry_out(planned, self._pull_file, self._delete_here)

    def _scan(self, script: str) -> FolderResult:
        """Scan both sides."""
        if run_in_thread(self._options.local.is_dir):
            self._here = run_in_thread(partial(scan_tree, self._options.local))
        ran = self._run(script)
        if not ran.success:
            return ran.as_failure(FolderResult, describe(self._options.remote, ran.code, ran.stderr.strip()))
        try:
            self._there = parse_listing(read_output(self._connection, ran))
        except ValueError as exc:
            message = f"the session's list of files is incomplete or invalid: {exc}"
            raise FileError.of("invalid_response", message, request_id=ran.request_id) from exc
        if ran.stderr.strip():
            self._there.errors["."] = ran.stderr.strip()
        return FolderResult(success=True)

    def _run(self, script: str) -> FileCommandResult:
        args = ShellArgs(
            command=f"folder={shlex.quote(self._options.remote)}; {framed(script)}",
            timeout_ms=int(self._options.timeout * 1000),
        )
        limits = CallTimeout(self._options.timeout + GRACE)
        return self._connection.call_tool(FILE_COMMAND, args, limits, strict=False)

    def _carry_out(
        self,
        planned: Plan,
        transfer: UnaryCall[str, int | None],
        delete: UnaryCall[str, None],
    ) -> FolderResult:
        report, total = self._report, len(planned.to_send)
        report.errors |= planned.errors

        def send(path: str) -> None:
            try:
                size = transfer(path)
            except EngineEndedError:
                raise
            except (AgentBayError, OSError) as exc:
                self._record(path, total, error=str(exc) or type(exc).__name__)
            else:
                self._record(path, total, size)

        def drop(path: str) -> None:
            try:
                delete(path)
            except EngineEndedError:
                raise
            except (AgentBayError, OSError) as exc:
                report.errors[path] = str(exc) or type(exc).__name__
            else:
                report.deleted.append(path)

        self._report_progress(total)
        self._run_for_each(send, planned.to_send)
        if self._options.delete and not report.errors:
            self._run_for_each(drop, planned.to_delete)
        self._report_progress(total, ended=True)
        return _result(report, planned)

    def _run_for_each(self, call: UnaryCall[str, None], items: Iterable[str]) -> None:
        """Call ``call`` for each item, several at a time. An exception ends all of them."""
        queue, failures = iter(items), list[Exception]()

        def work(number: int) -> None:
            while (item := self._next(queue)) is not None and not failures:
                try:
                    call(item)
                except Exception as exc:  # noqa: BLE001  # raised by the progress callback
                    failures.append(exc)

        run_for_each(work, range(CONCURRENCY))
        if failures:
            raise failures[0]

    def _next(self, queue: Iterator[str]) -> str | None:
        with self._lock:
            return next(queue, None)

    def _record(self, path: str, total: int, size: int | None = None, error: str = "") -> None:
        """Record the outcome of a file. A file without a size was identical."""
        with self._lock:
            report = self._report
            self._done += 1
            if error:
                report.errors[path] = error
            elif size is None:
                report.kept.append(path)
            else:
                report.sent.append(path)
                report.bytes += size
        self._report_progress(total)

    def _report_progress(self, total: int, *, ended: bool = False) -> None:
        if self._options.progress:
            failed = self._done - len(self._report.sent) - len(self._report.kept)
            self._options.progress(Progress(total=total, done=self._done, failed=failed, ended=ended))

    def _make_folder(self, path: str) -> None:
        with suppress(AgentBayError):  # its files will fail, with the reason
            self._files.create_directory(self._remote(path))

    def _push_file(self, path: str) -> int | None:
        """Send a file; return its size, or None if the session has its content."""
        place = self._options.local / path
        size = None if self._is_same(path, place) else self._send(path, place)
        if (executable := executable_change(path, self._here, self._there)) is not None:
            command = f"chmod {'+x' if executable else 'a-x'} -- {shlex.quote(self._remote(path))}"
            (self._connection.call_tool(FILE_COMMAND, ShellArgs(command=command), strict=False)).raise_for_error()
        return size

    def _send(self, path: str, place: Path) -> int:
        size = self._here.entries[path].size
        if size <= self._max_tool_call_size:
            content = run_in_thread(place.read_bytes)
            (self._files.write_file(self._remote(path), content)).raise_for_error()
            return len(content)
        upload = partial(self._files.upload_file, place, self._remote(path))
        return (upload(wait_timeout=self._options.timeout)).raise_for_error().bytes_sent

    def _pull_file(self, path: str) -> int | None:
        """Fetch a file; return its size, or None if this machine has its content."""
        place = run_in_thread(partial(safe_join, self._options.local, path))
        size = None if self._is_same(path, place) else self._fetch(path, place)
        if (executable := executable_change(path, self._there, self._here)) is not None:
            run_in_thread(partial(set_executable, place, executable))
        return size

    def _fetch(self, path: str, place: Path) -> int:
        if self._there.entries[path].size <= self._max_tool_call_size:
            content = (self._files.read_file(self._remote(path), format="bytes")).unwrap()
            run_in_thread(partial(write_atomically, place, content))
            return len(content)
        download = partial(self._files.download_file, self._remote(path), place)
        return (download(wait_timeout=self._options.timeout)).raise_for_error().bytes_received

    def _is_same(self, path: str, place: Path) -> bool:
        here, there = self._here.entries.get(path), self._there.entries.get(path)
        if here is None or there is None or here.size != there.size or not there.digest:
            return False
        return run_in_thread(partial(sha256_of, place)) == there.digest

    def _delete_there(self, path: str) -> None:
        deleted: Result[bool] = self._files.delete_file(self._remote(path))
        deleted.raise_for_error()

    def _delete_here(self, path: str) -> None:
        place = run_in_thread(partial(safe_join, self._options.local, path))
        run_in_thread(place.unlink)

    def _remote(self, path: str) -> str:
        return posixpath.join(self._options.remote, path)


def _result(report: FolderSyncReport, planned: Plan) -> FolderResult:
    result = FolderResult(
        success=not report.errors,
        sent=tuple(sorted(report.sent)),
        kept=tuple(sorted(report.kept)),
        deleted=tuple(sorted(report.deleted)),
        skipped=planned.skipped,
        errors=report.errors,
        bytes=report.bytes,
    )
    if result.success:
        return result
    path, reason = next(iter(report.errors.items()))
    more = f", and {len(report.errors) - 1} more" if len(report.errors) > 1 else ""
    return replace(result, error_message=f"{path}: {reason}{more}")
