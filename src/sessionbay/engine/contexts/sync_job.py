"""One copy, in one direction, between a session and a context.

The session opens its own files, by its own view of paths, and passes them out: no path of a session is ever opened by
the engine. What comes out is taken only if it is a regular file.
"""

import asyncio
import contextlib
import logging
import os
import secrets
import sqlite3
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ..agent.connection import AgentConnection, AgentFailure, AgentGone
from ..agent.inside.archives import ARCHIVE_ERRORS
from ..api_errors import ApiError
from .archive import Archive
from .copy import ByteBudget, TooLarge, copy, require_regular_file, run_in_threads
from .files import Entry, Stamp
from .mount import ALL_FILES, FileState, Mount, covers
from .paths import BadPath, Parts, joined, relative_parts, shown
from .store import Packed, Store

log = logging.getLogger("sessionbay.engine")
REQUEST_TIMEOUT = 60.0
EXTRACT_TIMEOUT = 600.0
MAX_FILES = 100_000
MAX_COMPRESSION_RATIO = 200
"""How much smaller than its content an archive may be that was put into a context from outside."""
MAX_REPORTED_PROBLEMS = 3
MAX_PARALLEL_COPIES = 8
CopyTask = Callable[[], Awaitable[None]]
ARCHIVE_SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz")
FILE_ERRORS = (AgentFailure, BadPath, OSError, ApiError, TooLarge, TimeoutError, sqlite3.Error)
"""What can go wrong with one file and leaves the others as they are."""


class CopyFailed(Exception):
    """Not everything was copied; the message says what was not, and why."""


@dataclass(frozen=True)
class SessionFile:
    """A file of the session."""

    parts: Parts
    stamp: Stamp
    executable: bool


@dataclass(eq=False)
class SyncJob:
    """One copy of what is at and below ``top``, a path of the session."""

    agent: AgentConnection
    store: Store
    binding: Mount
    top: Parts
    allowance: ByteBudget
    problems: list[str] = field(default_factory=list[str])

    async def upload(self) -> None:
        """Bring the context up to the session's state."""
        kind, found, complete = await self._inside()
        if kind == "none" and self.top != self.binding.parts:
            raise CopyFailed(f"{shown(joined(self.top))}: there is no such file in the session")
        if self.binding.archives:
            await self._pack(found)
        else:
            if complete and self.binding.policy.delete_policy.sync_local_file:
                await run_in_threads(partial(self._drop_deleted, {file.parts for file in found}))
            await self._together((file.parts, partial(self._send, file)) for file in found)
        self._conclude()

    async def download(self) -> None:
        """Bring the session up to the context's state."""
        context_id = self.binding.context_id
        stored = await run_in_threads(partial(self.store.entries, context_id, self.binding.stored(self.top)))
        if not stored and self.binding.internal:
            raise CopyFailed(f"{shown(joined(self.top))}: there is no such file in the context")
        chosen = await self._chosen(stored)
        is_file = [entry.parts for entry in stored] == [self.binding.stored(self.binding.parts)]
        if not self.binding.internal and not is_file:
            await self._request("make_directory", path=joined(self.binding.parts))
        _, there, _ = await self._inside(ALL_FILES)
        now = {file.parts: file.stamp for file in there}
        packed = {} if self.binding.internal else await run_in_threads(partial(self.store.packed, context_id))
        # Archives first: a file that is kept as such is newer than the one in an archive.
        works: list[tuple[Parts, CopyTask]] = []
        for entry in chosen:
            parts, kind = self.binding.inside(entry.parts), packed.get(entry.parts, "")
            if kind:
                await self._tried(parts, self._take(entry, parts, kind))
            elif not self._is_there(entry, parts, now.get(parts)):
                works.append((parts, partial(self._take, entry, parts, kind)))
        await self._together(works)
        self._conclude()

    async def _inside(self, selection: dict[str, Any] | None = None) -> tuple[str, list[SessionFile], bool]:
        """Return what is at the top, the files there, and whether those are surely all."""
        prefix = "/".join(self.top[len(self.binding.parts) :])
        found = await self._request(
            "tree",
            path=joined(self.top),
            prefix=prefix,
            selection=self.binding.selection() if selection is None else selection,
            max_files=MAX_FILES,
        )
        for name in found["odd"]:
            log.info("%s in %s is not copied: it is no regular file", shown(name), shown(joined(self.top)))
        self.problems += [str(problem) for problem in found["unread"]]
        files: list[SessionFile] = []
        for name, stamp, executable in found["files"][: MAX_FILES + 1]:
            try:
                parts = (*self.top, *relative_parts(name)) if name else self.top
                files.append(SessionFile(parts, tuple(int(part) for part in stamp), bool(executable)))
            except BadPath as exc:
                self.problems.append(str(exc))
        return str(found["kind"]), files, not found["unread"]

    async def _chosen(self, stored: list[Entry]) -> list[Entry]:
        """Return those files of the context that the policy wants; an archive of everything always is."""
        start = len(self.binding.stored(self.binding.parts))
        names = ["/".join(entry.parts[start:]) for entry in stored]
        wanted = set(await self._request("choose", names=names, selection=self.binding.selection()))
        archive = self.binding.archive if self.binding.parts else None
        return [entry for entry, name in zip(stored, names, strict=True) if name in wanted or entry.parts == archive]

    def _is_there(self, entry: Entry, parts: Parts, inside: Stamp | None) -> bool:
        """Return whether the session has a file already. What was put up for it is taken once, changed or not."""
        seen = self.binding.seen.get(parts)
        if seen is None or seen.stored != entry.stamp:
            return False
        return inside is not None and (self.binding.internal or seen.inside == inside)

    async def _send(self, file: SessionFile) -> None:
        """Copy a file from the session."""
        stored = self.binding.stored(file.parts)
        seen = self.binding.seen.get(file.parts)
        if seen and seen.inside == file.stamp and await run_in_threads(partial(self._still, stored, seen.stored)):
            return
        opened = await self._opened(file)
        if opened is None:
            return
        stamp, fd = opened
        kept = await run_in_threads(partial(self._receive, fd, stored, file.executable))
        self.binding.seen[file.parts] = FileState(kept, tuple(stamp))

    async def _opened(self, file: SessionFile) -> tuple[list[int], int] | None:
        """Return a file's stamp, and the descriptor to read it by; None when it is gone since it was found."""
        try:
            return await self._request_fd("send_file", path=joined(file.parts), follow=file.parts == self.top)
        except AgentFailure:
            now = await self._request(
                "tree", path=joined(file.parts), prefix="", selection=ALL_FILES, max_files=MAX_FILES
            )
            if now["kind"] == "none":
                return None
            raise

    def _still(self, stored: Parts, stamp: Stamp) -> bool:
        found = self.store.files.find(self.binding.context_id, stored)
        return found is not None and found.stamp == stamp

    def _receive(self, source: int, stored: Parts, executable: bool) -> Stamp:
        """Copy from an open file of the session, and close it."""
        with _closing(source):
            require_regular_file(source)
            draft, target = self.store.draft()
            try:
                with _closing(target):
                    copy(source, target, self.allowance.take(source))
                    os.fchmod(target, 0o700 if executable else 0o600)
            except BaseException:
                draft.unlink(missing_ok=True)
                raise
            return self.store.keep(draft, self.binding.context_id, stored)

    def _drop_deleted(self, there: set[Parts]) -> None:
        """Remove from the context what this session had and has no more, unless somebody else changed it since."""
        for parts, seen in list(self.binding.seen.items()):
            if covers(self.top, parts) and parts not in there:
                self.store.drop(self.binding.context_id, self.binding.stored(parts), seen.stored)
                del self.binding.seen[parts]

    async def _take(self, entry: Entry, parts: Parts, packed: Packed) -> None:
        """Copy a file into the session, or what is in it; nothing half done stays."""
        extract = self.binding.policy.extract_policy
        suffix = next((end for end in ARCHIVE_SUFFIXES if parts[-1].endswith(end)), "")
        unpack = extract.extract and bool(packed) and bool(suffix)
        scratch = joined((*parts[:-1], f".{secrets.token_hex(8)}{suffix}"))
        _, target = await self._request_fd("take_file", path=scratch)
        kept = False
        try:
            executable = await run_in_threads(partial(self._hand_over, entry, target))
            if unpack:
                await self._extract(scratch, self._folder_of(parts, packed, suffix), packed)
            if not (unpack and extract.delete_src_file):
                order = {"scratch": scratch, "path": joined(parts), "executable": executable}
                stamp = await self._request("keep_file", **order)
                self.binding.seen[parts] = FileState(entry.stamp, tuple(stamp))
                kept = True
        finally:
            if not kept:
                with contextlib.suppress(*FILE_ERRORS, AgentGone):
                    await self._request("delete", path=scratch)
        if packed == "tree":
            self.binding.seen[("", *entry.parts)] = FileState(entry.stamp, ())

    def _folder_of(self, parts: Parts, packed: Packed, suffix: str) -> Parts:
        if packed == "tree" or self.binding.policy.extract_policy.extract_to_current_folder:
            return parts[:-1]
        return (*parts[:-1], parts[-1].removesuffix(suffix))

    async def _extract(self, archive: str, folder: Parts, packed: Packed) -> None:
        ratio = 0 if packed == "tree" else MAX_COMPRESSION_RATIO  # an archive of our own shrinks as much as it can
        limits = {"max_files": MAX_FILES, "max_bytes": self.allowance.left, "max_ratio": ratio}
        async with asyncio.timeout(EXTRACT_TIMEOUT):
            await self.agent.request("extract", archive=archive, folder=joined(folder), limits=limits)

    def _hand_over(self, entry: Entry, target: int) -> bool:
        """Copy to an open file of the session, and close it; return whether it is one to run."""
        with _closing(target):
            require_regular_file(target)
            source = self.store.files.open(self.binding.context_id, entry.parts)
            with _closing(source):
                copy(source, target, self.allowance.take(source))
                return bool(os.fstat(source).st_mode & 0o100)

    async def _pack(self, found: list[SessionFile]) -> None:
        """Put all files into one archive, in place of the one before."""
        binding = self.binding
        found = [file for file in found if file.parts != binding.inside(binding.archive)]
        key = ("", *binding.archive)
        state: Stamp = tuple(number for file in found for number in file.stamp)
        seen = binding.seen.get(key)
        current = await run_in_threads(partial(self.store.files.find, binding.context_id, binding.archive))
        ours = seen is not None and current is not None and current.stamp == seen.stored
        if (ours and seen is not None and seen.inside == state) or not (found or current):
            return
        draft, fd = await run_in_threads(self.store.draft)
        archive = Archive(fd, self.allowance)
        try:
            for file in found:
                await self._tried(file.parts, self._add(archive, file))
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
        kept = await run_in_threads(partial(self.store.keep, draft, binding.context_id, binding.archive, "tree"))
        binding.seen[key] = FileState(kept, state)

    async def _add(self, archive: Archive, file: SessionFile) -> None:
        if opened := await self._opened(file):
            await run_in_threads(partial(_packed, archive, self._name(file.parts), opened[1], file.executable))

    async def _add_missing(self, archive: Archive, names: set[str]) -> None:
        """Add what the archive before has besides ``names``; one that cannot be read stays as it is."""
        old = await run_in_threads(partial(self.store.files.open, self.binding.context_id, self.binding.archive))
        try:
            await run_in_threads(partial(archive.add_missing, old, names))
        except ARCHIVE_ERRORS as exc:
            where = shown(joined(self.binding.archive))
            told = f"the context's {where} is kept, since it cannot be read as an archive: {exc}"
            raise CopyFailed(f"{told}; move it away to have the session's files copied") from exc

    def _name(self, parts: Parts) -> str:
        return "/".join(parts[len(self.binding.parts) :])

    async def _together(self, works: Iterable[tuple[Parts, CopyTask]]) -> None:
        """Copy many files, several at the same time: each waits for the session more than for the disk."""
        waiting = iter(works)

        async def some() -> None:
            for parts, work in waiting:
                await self._tried(parts, work())

        await asyncio.gather(*(some() for _ in range(MAX_PARALLEL_COPIES)))

    async def _tried(self, parts: Parts, work: Awaitable[None]) -> None:
        """Copy one file; a failure is told at the end, and keeps no other file back."""
        try:
            await work
        except FILE_ERRORS as exc:
            self.problems.append(f"{shown(joined(parts))}: {exc}")

    def _conclude(self) -> None:
        if self.problems:
            more = (
                f"; and {len(self.problems) - MAX_REPORTED_PROBLEMS} more"
                if len(self.problems) > MAX_REPORTED_PROBLEMS
                else ""
            )
            raise CopyFailed("; ".join(self.problems[:MAX_REPORTED_PROBLEMS]) + more)

    async def _request(self, order: str, **more: Any) -> Any:
        async with asyncio.timeout(REQUEST_TIMEOUT):
            return await self.agent.request(order, **more)

    async def _request_fd(self, order: str, **more: Any) -> tuple[Any, int]:
        async with asyncio.timeout(REQUEST_TIMEOUT):
            return await self.agent.request_fd(order, **more)


def _packed(archive: Archive, name: str, fd: int, executable: bool) -> None:
    try:
        require_regular_file(fd)
    except BaseException:
        os.close(fd)
        raise
    archive.add(name, fd, executable)


@contextlib.contextmanager
def _closing(fd: int) -> Any:
    try:
        yield fd
    finally:
        os.close(fd)
