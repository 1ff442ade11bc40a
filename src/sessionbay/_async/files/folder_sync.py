"""One push or pull: the files of a folder that differ, several at a time."""

import posixpath
import shlex
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ..._concurrency._async import StateLock, UnaryCall, run_for_each, run_in_thread, shielded
from ...core.errors import AgentBayError
from ...core.result import Result
from ...local_files import safe_join, scan_tree, set_executable, sha256_of, write_atomically
from ...models.files import FolderResult
from ...models.map import Progress
from ...operations.command import ShellArgs
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
from ..session_connection import AsyncSessionConnection

if TYPE_CHECKING:
    from ..file_system import AsyncFileSystem

AT_ONCE = 8  # files that go over beside each other
SMALL = 256 * 1024  # bytes up to which a file goes by a tool call: above that, by the store
SMALL_DIRECT = 2**20  # the same where tool calls go straight to the machine
CLEANING = 10.0  # seconds


@dataclass(frozen=True, kw_only=True)
class FolderSyncOptions:
    """What a push or pull is to do; see their arguments."""

    local: Path
    remote: str
    rules: Rules
    delete: bool
    progress: Callable[[Progress], object] | None
    timeout: float


@dataclass
class FolderSyncReport:
    """What has become of the files so far."""

    sent: list[str] = field(default_factory=list[str])
    kept: list[str] = field(default_factory=list[str])
    deleted: list[str] = field(default_factory=list[str])
    errors: dict[str, str] = field(default_factory=dict[str, str])
    bytes: int = 0


class AsyncFolderSync:
    """What ``push`` and ``pull`` share, and each of them."""

    def __init__(
        self, connection: AsyncSessionConnection, files: "AsyncFileSystem", options: FolderSyncOptions
    ) -> None:
        self._files = files
        self._connection = connection
        self._options = options
        self._here, self._there = Tree(), Tree()
        self._report = FolderSyncReport()
        self._done = 0
        self._guard = StateLock()
        direct = self._connection.has_direct_route("write_file")
        self._small = SMALL_DIRECT if direct else SMALL

    async def push(self) -> FolderResult:
        """Send what the session lacks."""
        listed = await self._look(MAKE_AND_LIST)
        if not listed.success:
            return listed
        planned = plan(self._here, self._there, self._options.rules)
        folders = {above[0] for path in planned.to_send if (above := parent_paths(path))} - self._there.entries.keys()
        await self._several(self._make_folder, sorted(folders))
        return await self._carried_out(planned, self._push_file, self._delete_there)

    async def pull(self) -> FolderResult:
        """Fetch what this machine lacks."""
        listed = await self._look(LIST)
        if not listed.success:
            return listed
        await run_in_thread(partial(self._options.local.mkdir, parents=True, exist_ok=True))
        planned = plan(self._there, self._here, self._options.rules)
        return await self._carried_out(planned, self._pull_file, self._delete_here)

    async def _look(self, script: str) -> FolderResult:
        """See what is on both sides."""
        if await run_in_thread(self._options.local.is_dir):
            self._here = await run_in_thread(partial(scan_tree, self._options.local))
        ran = await self._run(script)
        if not ran.success:
            return ran.as_failure(FolderResult, ran.error_message)
        place = ran.stdout
        try:
            content = await self._files.read_file(place, format="bytes")
        finally:
            await shielded(partial(self._forget, place), CLEANING)
        if content.data is None:
            return content.as_failure(FolderResult)
        try:
            self._there = parse_listing(content.data)
        except ValueError:
            return content.as_failure(FolderResult, "the session's list of files cannot be read")
        if ran.stderr.strip():
            self._there.errors["."] = ran.stderr.strip()
        return FolderResult(success=True)

    async def _run(self, script: str) -> FileCommandResult:
        args = ShellArgs(
            command=f"folder={shlex.quote(self._options.remote)}; {script}",
            timeout_ms=int(self._options.timeout * 1000),
        )
        limits = CallTimeout(self._options.timeout + GRACE)
        return await self._connection.call_tool(FILE_COMMAND, args, limits, strict=False)

    async def _forget(self, place: str) -> None:
        args = ShellArgs(command=f"rm -f -- {shlex.quote(place)}")
        await self._connection.call_tool(FILE_COMMAND, args, CallTimeout(CLEANING), strict=False)

    async def _carried_out(
        self,
        planned: Plan,
        carry: UnaryCall[str, int | None],
        delete: UnaryCall[str, None],
    ) -> FolderResult:
        report, total = self._report, len(planned.to_send)
        report.errors |= planned.errors

        async def go(path: str) -> None:
            try:
                size = await carry(path)
            except (AgentBayError, OSError) as exc:
                self._note(path, total, error=str(exc) or type(exc).__name__)
            else:
                self._note(path, total, size)

        async def drop(path: str) -> None:
            try:
                await delete(path)
            except (AgentBayError, OSError) as exc:
                report.errors[path] = str(exc) or type(exc).__name__
            else:
                report.deleted.append(path)

        self._tell(total)
        await self._several(go, planned.to_send)
        if self._options.delete and not report.errors:
            await self._several(drop, planned.to_delete)
        self._tell(total, ended=True)
        return _result(report, planned)

    async def _several(self, call: UnaryCall[str, None], items: Iterable[str]) -> None:
        """Make ``call`` of every item, a few at a time; what it raises ends all of it."""
        left, failures = iter(items), list[Exception]()

        async def work(number: int) -> None:
            while (item := self._next(left)) is not None and not failures:
                try:
                    await call(item)
                except Exception as exc:  # noqa: BLE001  # the user's callback, told to the user as it is
                    failures.append(exc)

        await run_for_each(work, range(AT_ONCE))
        if failures:
            raise failures[0]

    def _next(self, left: Iterator[str]) -> str | None:
        with self._guard:
            return next(left, None)

    def _note(self, path: str, total: int, size: int | None = None, error: str = "") -> None:
        """Note what became of a file; no size is that of one that stays."""
        with self._guard:
            report = self._report
            self._done += 1
            if error:
                report.errors[path] = error
            elif size is None:
                report.kept.append(path)
            else:
                report.sent.append(path)
                report.bytes += size
        self._tell(total)

    def _tell(self, total: int, *, ended: bool = False) -> None:
        if self._options.progress:
            failed = self._done - len(self._report.sent) - len(self._report.kept)
            self._options.progress(Progress(total=total, done=self._done, failed=failed, ended=ended))

    async def _make_folder(self, path: str) -> None:
        with suppress(AgentBayError):  # a folder that is not made is told by its files
            await self._files.create_directory(self._remote(path))

    async def _push_file(self, path: str) -> int | None:
        """Send a file; return its size, None when the session has its bytes."""
        place = self._options.local / path
        size = None if await self._is_same(path, place) else await self._send(path, place)
        if (runs := executable_change(path, self._here, self._there)) is not None:
            command = f"chmod {'+x' if runs else 'a-x'} -- {shlex.quote(self._remote(path))}"
            (await self._connection.call_tool(FILE_COMMAND, ShellArgs(command=command), strict=False)).raise_for_error()
        return size

    async def _send(self, path: str, place: Path) -> int:
        size = self._here.entries[path].size
        if size <= self._small:
            content = await run_in_thread(place.read_bytes)
            (await self._files.write_file(self._remote(path), content)).raise_for_error()
            return len(content)
        upload = partial(self._files.upload_file, place, self._remote(path))
        return (await upload(wait_timeout=self._options.timeout)).raise_for_error().bytes_sent

    async def _pull_file(self, path: str) -> int | None:
        """Fetch a file; return its size, None when this machine has its bytes."""
        place = await run_in_thread(partial(safe_join, self._options.local, path))
        size = None if await self._is_same(path, place) else await self._fetch(path, place)
        if (runs := executable_change(path, self._there, self._here)) is not None:
            await run_in_thread(partial(set_executable, place, runs))
        return size

    async def _fetch(self, path: str, place: Path) -> int:
        if self._there.entries[path].size <= self._small:
            content = (await self._files.read_file(self._remote(path), format="bytes")).unwrap()
            await run_in_thread(partial(write_atomically, place, content))
            return len(content)
        download = partial(self._files.download_file, self._remote(path), place)
        return (await download(wait_timeout=self._options.timeout)).raise_for_error().bytes_received

    async def _is_same(self, path: str, place: Path) -> bool:
        here, there = self._here.entries.get(path), self._there.entries.get(path)
        if here is None or there is None or here.size != there.size or not there.digest:
            return False
        return await run_in_thread(partial(sha256_of, place)) == there.digest

    async def _delete_there(self, path: str) -> None:
        deleted: Result[bool] = await self._files.delete_file(self._remote(path))
        deleted.raise_for_error()

    async def _delete_here(self, path: str) -> None:
        place = await run_in_thread(partial(safe_join, self._options.local, path))
        await run_in_thread(place.unlink)

    def _remote(self, path: str) -> str:
        return posixpath.join(self._options.remote, path)


def _result(report: FolderSyncReport, planned: Plan) -> FolderResult:
    told = FolderResult(
        success=not report.errors,
        sent=tuple(sorted(report.sent)),
        kept=tuple(sorted(report.kept)),
        deleted=tuple(sorted(report.deleted)),
        skipped=planned.skipped,
        errors=report.errors,
        bytes=report.bytes,
    )
    if told.success:
        return told
    first = next(iter(report.errors.items()))
    more = f", and {len(report.errors) - 1} more" if len(report.errors) > 1 else ""
    return replace(told, error_message=f"{first[0]}: {first[1]}{more}")
