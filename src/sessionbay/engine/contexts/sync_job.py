"""Copies files between a session and a context.

The engine never opens a path of a session. The session's agent opens its files and passes descriptors, which the engine
accepts for regular files only.
"""

import asyncio
import contextlib
import os
import secrets
import sqlite3
from collections.abc import Awaitable, Callable, Generator, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ...core.escaping_filter import escaping_logger
from ..agent.connection import AgentConnection, AgentFailure, AgentGone
from ..agent.inside.archives import ARCHIVE_ERRORS
from ..api_errors import ApiError
from ..shortage import shortage_of
from .archive import Archive
from .byte_budget import ByteBudget, TooLarge
from .copy import copy, require_regular_file
from .data_folder import Entry, FileVersion
from .mount import ALL_FILES, FileState, Mount, covers
from .paths import BadPath, Parts, joined, relative_parts, shown
from .store import Packed, Store
from .threads import run_in_threads

log = escaping_logger("sessionbay.engine")
REQUEST_TIMEOUT = 60.0  # seconds
EXTRACT_TIMEOUT = 600.0  # seconds
MAX_FILES = 100_000
MAX_COMPRESSION_RATIO = 200  # of archives that were uploaded from outside
MAX_REPORTED_PROBLEMS = 3
MAX_PARALLEL_COPIES = 8
CopyTask = Callable[[], Awaitable[None]]
ARCHIVE_SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz")
FILE_ERRORS = (AgentFailure, BadPath, OSError, ApiError, TooLarge, TimeoutError, sqlite3.Error)
"""The errors of a single file, after which the others are still copied."""


class CopyFailed(Exception):
    """Some files were not copied; the message has their names and reasons."""


@dataclass(frozen=True)
class SessionFile:
    """A file in the session."""

    parts: Parts
    version: FileVersion
    executable: bool


@dataclass(eq=False)
class SyncJob:
    """One copy of the files at and below ``top``, a path of the session."""

    agent: AgentConnection
    store: Store
    binding: Mount
    top: Parts
    budget: ByteBudget
    problems: list[str] = field(default_factory=list[str])

    async def upload(self) -> None:
        """Copy the session's files to the context."""
        kind, found, complete = await self._scan()
        if kind == "none" and self.top != self.binding.parts:
            raise CopyFailed(f"{shown(joined(self.top))}: no such file in the session")
        if self.binding.archives:
            await self._pack(found)
        else:
            if complete and self.binding.policy.delete_policy.sync_local_file:
                await run_in_threads(partial(self._drop_deleted, {file.parts for file in found}))
            await self._run_parallel((file.parts, partial(self._upload_file, file)) for file in found)
        self._raise_problems()

    async def download(self) -> None:
        """Copy the context's files to the session."""
        context_id = self.binding.context_id
        stored = await run_in_threads(partial(self.store.entries, context_id, self.binding.stored(self.top)))
        if not stored and self.binding.internal:
            raise CopyFailed(f"{shown(joined(self.top))}: no such file in the context")
        chosen = await self._selected(stored)
        is_file = [entry.parts for entry in stored] == [self.binding.stored(self.binding.parts)]
        if not self.binding.internal and not is_file:
            await self._request("make_directory", path=joined(self.binding.parts))
        _, there, _ = await self._scan(ALL_FILES)
        now = {file.parts: file.version for file in there}
        packed = {} if self.binding.internal else await run_in_threads(partial(self.store.packed, context_id))
        # Archives first: a plain file is newer than one in an archive.
        jobs: list[tuple[Parts, CopyTask]] = []
        for entry in chosen:
            parts, kind = self.binding.inside(entry.parts), packed.get(entry.parts, "")
            if kind:
                await self._attempt(parts, self._download_file(entry, parts, kind))
            elif not self._is_current(entry, parts, now.get(parts)):
                jobs.append((parts, partial(self._download_file, entry, parts, kind)))
        await self._run_parallel(jobs)
        self._raise_problems()

    async def _scan(self, selection: dict[str, Any] | None = None) -> tuple[str, list[SessionFile], bool]:
        """Return what ``top`` is, the files there, and whether the list is complete."""
        prefix = "/".join(self.top[len(self.binding.parts) :])
        found = await self._request(
            "tree",
            path=joined(self.top),
            prefix=prefix,
            selection=self.binding.selection() if selection is None else selection,
            max_files=MAX_FILES,
        )
        for name in found["odd"]:
            log.info("%s in %s is not copied: not a regular file", shown(name), shown(joined(self.top)))
        self.problems += [str(problem) for problem in found["unread"]]
        files: list[SessionFile] = []
        for name, version, executable in found["files"][: MAX_FILES + 1]:
            try:
                parts = (*self.top, *relative_parts(name)) if name else self.top
                files.append(SessionFile(parts, tuple(int(part) for part in version), bool(executable)))
            except BadPath as exc:
                self.problems.append(str(exc))
        return str(found["kind"]), files, not found["unread"]

    async def _selected(self, stored: list[Entry]) -> list[Entry]:
        """Return the files of the context that the policy selects, which always include the archive."""
        start = len(self.binding.stored(self.binding.parts))
        names = ["/".join(entry.parts[start:]) for entry in stored]
        wanted = set(await self._request("choose", names=names, selection=self.binding.selection()))
        archive = self.binding.archive if self.binding.parts else None
        return [entry for entry, name in zip(stored, names, strict=True) if name in wanted or entry.parts == archive]

    def _is_current(self, entry: Entry, parts: Parts, inside: FileVersion | None) -> bool:
        """Return whether the session has a file already; transferred files are copied once."""
        seen = self.binding.seen.get(parts)
        if seen is None or seen.stored != entry.version:
            return False
        return inside is not None and (self.binding.internal or seen.inside == inside)

    async def _upload_file(self, file: SessionFile) -> None:
        """Copy a file to the context."""
        stored = self.binding.stored(file.parts)
        if await run_in_threads(partial(self._is_stored, file, stored)):
            return
        opened = await self._open(file)
        if opened is None:
            return
        version, fd = opened
        kept = await run_in_threads(partial(self._receive, fd, stored, file.executable))
        self.binding.seen[file.parts] = FileState(kept, tuple(version))

    async def _open(self, file: SessionFile) -> tuple[list[int], int] | None:
        """Return a file's version and descriptor, or None if it was removed meanwhile."""
        try:
            return await self._request_fd("send_file", path=joined(file.parts), follow=file.parts == self.top)
        except AgentFailure:
            now = await self._request(
                "tree", path=joined(file.parts), prefix="", selection=ALL_FILES, max_files=MAX_FILES
            )
            if now["kind"] == "none":
                return None
            raise

    def _is_stored(self, file: SessionFile, stored: Parts) -> bool:
        seen = self.binding.seen.get(file.parts)
        if seen is None or seen.inside != file.version:
            return False
        entry = self.store.files.find(self.binding.context_id, stored)
        return entry is not None and entry.version == seen.stored

    def _receive(self, source: int, stored: Parts, executable: bool) -> FileVersion:
        """Copy from an open file of the session to the context, and close it."""
        with _closing(source):
            require_regular_file(source)
            draft, target = self.store.create_draft()
            try:
                with _closing(target):
                    copy(source, target, self.budget.take(source))
                    os.fchmod(target, 0o700 if executable else 0o600)
            except BaseException:
                draft.unlink(missing_ok=True)
                raise
            return self.store.publish(draft, self.binding.context_id, stored)

    def _drop_deleted(self, there: set[Parts]) -> None:
        """Remove the files from the context that were deleted in the session and not changed elsewhere."""
        for parts, seen in list(self.binding.seen.items()):
            if covers(self.top, parts) and parts not in there:
                self.store.remove_file(self.binding.context_id, self.binding.stored(parts), seen.stored)
                del self.binding.seen[parts]

    async def _download_file(self, entry: Entry, parts: Parts, packed: Packed) -> None:
        """Copy a file to the session, or extract it there; remove it again on failure."""
        extract = self.binding.policy.extract_policy
        suffix = next((end for end in ARCHIVE_SUFFIXES if parts[-1].endswith(end)), "")
        unpack = extract.extract and bool(packed) and bool(suffix)
        scratch = joined((*parts[:-1], f".{secrets.token_hex(8)}{suffix}"))
        kept = False
        try:
            _, target = await self._request_fd("take_file", path=scratch)
            executable = await run_in_threads(partial(self._copy_out, entry, target))
            if unpack:
                await self._extract(scratch, self._folder_of(parts, packed, suffix), packed)
            if not (unpack and extract.delete_src_file):
                version = await self._request("keep_file", scratch=scratch, path=joined(parts), executable=executable)
                self.binding.seen[parts] = FileState(entry.version, tuple(version))
                kept = True
        finally:
            if not kept:
                with contextlib.suppress(*FILE_ERRORS, AgentGone):
                    await self._request("delete", path=scratch)
        if packed == "tree":
            self.binding.seen[("", *entry.parts)] = FileState(entry.version, ())

    def _folder_of(self, parts: Parts, packed: Packed, suffix: str) -> Parts:
        if packed == "tree" or self.binding.policy.extract_policy.extract_to_current_folder:
            return parts[:-1]
        return (*parts[:-1], parts[-1].removesuffix(suffix))

    async def _extract(self, archive: str, folder: Parts, packed: Packed) -> None:
        ratio = 0 if packed == "tree" else MAX_COMPRESSION_RATIO  # the engine made that archive
        limits = {"max_files": MAX_FILES, "max_bytes": self.budget.remaining, "max_ratio": ratio}
        async with asyncio.timeout(EXTRACT_TIMEOUT):
            await self.agent.request("extract", archive=archive, folder=joined(folder), limits=limits)

    def _copy_out(self, entry: Entry, target: int) -> bool:
        """Copy from the context to an open file of the session, and close it; return whether it is executable."""
        with _closing(target):
            require_regular_file(target)
            source = self.store.files.open(self.binding.context_id, entry.parts)
            with _closing(source):
                copy(source, target, self.budget.take(source))
                return bool(os.fstat(source).st_mode & 0o100)

    async def _pack(self, found: list[SessionFile]) -> None:
        """Upload all files as one archive, replacing the previous one."""
        binding = self.binding
        found = [file for file in found if file.parts != binding.inside(binding.archive)]
        key = ("", *binding.archive)
        state: FileVersion = tuple(number for file in found for number in file.version)
        seen = binding.seen.get(key)
        current = await run_in_threads(partial(self.store.files.find, binding.context_id, binding.archive))
        ours = seen is not None and current is not None and current.version == seen.stored
        if (ours and seen is not None and seen.inside == state) or not (found or current):
            return
        draft, fd = await run_in_threads(self.store.create_draft)
        archive = Archive(fd, self.budget)
        try:
            for file in found:
                await self._attempt(file.parts, self._add(archive, file))
            if current and not self.problems and not (ours and binding.policy.delete_policy.sync_local_file):
                await self._add_missing(archive, {self._name(file.parts) for file in found})
            await run_in_threads(archive.close)
        except BaseException:
            archive.abandon()
            draft.unlink(missing_ok=True)
            raise
        if self.problems:
            draft.unlink(missing_ok=True)
            return
        kept = await run_in_threads(partial(self.store.publish, draft, binding.context_id, binding.archive, "tree"))
        binding.seen[key] = FileState(kept, state)

    async def _add(self, archive: Archive, file: SessionFile) -> None:
        if opened := await self._open(file):
            await run_in_threads(partial(_add_opened, archive, self._name(file.parts), opened[1], file.executable))

    async def _add_missing(self, archive: Archive, names: set[str]) -> None:
        """Add the files of the previous archive that are not in ``names``."""
        old = await run_in_threads(partial(self.store.files.open, self.binding.context_id, self.binding.archive))
        try:
            await run_in_threads(partial(archive.add_missing, old, names))
        except ARCHIVE_ERRORS as exc:
            where = shown(joined(self.binding.archive))
            raise CopyFailed(f"the context's {where} is not a readable archive: {exc}; move it away") from exc

    def _name(self, parts: Parts) -> str:
        return "/".join(parts[len(self.binding.parts) :])

    async def _run_parallel(self, jobs: Iterable[tuple[Parts, CopyTask]]) -> None:
        """Run copies in parallel, as each waits for the session more than for the disk."""
        pending = iter(jobs)

        async def worker() -> None:
            for parts, job in pending:
                await self._attempt(parts, job())

        await asyncio.gather(*(worker() for _ in range(MAX_PARALLEL_COPIES)))

    async def _attempt(self, parts: Parts, work: Awaitable[None]) -> None:
        """Copy one file, and collect its error."""
        try:
            await work
        except FILE_ERRORS as exc:
            self.problems.append(f"{shown(joined(parts))}: {shortage_of(exc) or exc}")

    def _raise_problems(self) -> None:
        if self.problems:
            omitted = len(self.problems) - MAX_REPORTED_PROBLEMS
            more = f"; and {omitted} more" if omitted > 0 else ""
            raise CopyFailed("; ".join(self.problems[:MAX_REPORTED_PROBLEMS]) + more)

    async def _request(self, op: str, **arguments: Any) -> Any:
        async with asyncio.timeout(REQUEST_TIMEOUT):
            return await self.agent.request(op, **arguments)

    async def _request_fd(self, op: str, **arguments: Any) -> tuple[Any, int]:
        async with asyncio.timeout(REQUEST_TIMEOUT):
            return await self.agent.request_fd(op, **arguments)


def _add_opened(archive: Archive, name: str, fd: int, executable: bool) -> None:
    try:
        require_regular_file(fd)
    except BaseException:
        os.close(fd)
        raise
    archive.add(name, fd, executable)


@contextlib.contextmanager
def _closing(fd: int) -> Generator[int]:
    try:
        yield fd
    finally:
        os.close(fd)
