"""The files and folders of a session."""

import shlex
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Literal, overload

from .._concurrency._async import AsyncBackground, run_in_thread
from ..core import validation
from ..core.error_codes import ErrorCode
from ..core.errors import FileError
from ..core.output import MAX_CHARACTER_SIZE
from ..core.public import public
from ..core.text import pieces
from ..environment import SupportsIsSet
from ..local_files import LocalPath, local_file, open_source
from ..models.contexts import InternalContext, InternalContextsResult
from ..models.files import (
    BinaryFileContentResult,
    DirectoryListResult,
    DownloadResult,
    FileChangeEvent,
    FileContentResult,
    FileInfoResult,
    FileResult,
    FileSearchResult,
    FolderResult,
    MultipleFileContentResult,
    UploadResult,
    decode_text,
)
from ..models.map import Progress
from ..operations import files as tools
from ..operations.command import ShellArgs
from ..operations.context import FILE_TRANSFER, INTERNAL_CONTEXTS, InternalRequest
from ..operations.file_failures import describe
from ..operations.files import MAX_BINARY_CHUNK, MAX_DIRECT_CHUNK, MAX_TEXT_CHUNK, RemotePath, WriteMode
from ..operations.transfers import FILE_COMMAND
from ..operations.trees import Rules
from .files.atomic_write import AsyncAtomicWrite, write_piece
from .files.file_mode import DIRECT_PIECE_SIZE, as_bytes, as_text
from .files.file_reader import AsyncFileReader
from .files.file_transfer import AsyncFileTransfer, TransferTimeouts, send
from .files.file_writer import AsyncFileWriter
from .files.folder_sync import AsyncFolderSync, FolderSyncOptions
from .files.watch import AsyncWatch
from .module import AsyncModule
from .presigned import ByteProgress

_WRITE_MODES: dict[str, WriteMode] = {"w": "overwrite", "a": "append", "x": "create_new"}
_OPEN_MODES = [f"{first}{kind}" for first in ("r", *_WRITE_MODES) for kind in ("", "b")]
_Callback = Callable[[list[FileChangeEvent]], object]


@public
class AsyncFileSystem(AsyncModule):
    """Reads, writes, finds, moves and watches the files of a session.

    Paths are strings or ``PathLike`` objects; relative ones start at the home folder of the session's user.

    A refused call returns a failed result with a ``code``, such as ``not_found``: ``raise_for_error`` raises the
    matching subclass of ``FileError``, which is also Python's own exception (``FileNotFoundError``). Every method
    raises ``FileUsageError`` for an invalid argument, before anything is sent, and ``FileError`` when there is no
    response.
    """

    _transfer_context: InternalContext | None = None

    async def write_file(
        self, path: RemotePath, content: str | bytes, mode: WriteMode = "overwrite", *, parents: bool = True
    ) -> FileResult:
        """Write a file of any size.

        Content that does not fit into one message (on the direct route 8 MiB, else 50 KiB of text and no bytes) is
        written to a partial file, which then replaces the file: readers never see a part of it.

        Args:
            path: The file.
            content: A string, which is encoded as UTF-8, or bytes.
            mode: ``overwrite``, ``append``, or ``create_new``, which refuses an existing file.
            parents: Whether to create missing parent folders.

        Returns:
            A result without a payload.

        Example:
            ```python
            written = await session.file_system.write_file("notes/today.txt", "first line")
            print(written.success)
            ```
        """
        target = validation.path("path", path, FileError, file=True)
        validation.choice("mode", mode, ("overwrite", "append", "create_new"), FileError)
        data = validation.content("content", content, FileError)
        text = _as_text(data)
        parts = self._split(b64encode(data).decode() if text is None else text)
        if text is None or len(parts) > 1:
            encoding: Literal["text", "base64"] = "base64" if text is None else "text"
            atomic_write = AsyncAtomicWrite(self._connection, target, mode, encoding, parents=parents)
            return await self._write_parts(atomic_write, parts)
        args = tools.WriteArgs(path=target, content=text, mode=mode)
        written = await write_piece(self._connection, args, parents=parents)
        message = describe(target, written.code, written.error_message)
        return self._connection.api.raise_if_strict(replace(written, error_message=message))

    def _split(self, text: str) -> list[str]:
        """Return the parts of a text that fit into messages."""
        if not self._connection.has_direct_route(tools.WRITE.name):
            return list(pieces(text, MAX_TEXT_CHUNK))
        starts = range(0, max(len(text), 1), MAX_DIRECT_CHUNK)
        return [text[start : start + MAX_DIRECT_CHUNK] for start in starts]

    async def _write_parts(self, atomic_write: AsyncAtomicWrite, parts: Iterable[str]) -> FileResult:
        async with atomic_write:
            for part in parts:
                written = await atomic_write.add(part)
                if not written.success:
                    return self._connection.api.raise_if_strict(replace(written, outcome_unknown=False))
            return self._connection.api.raise_if_strict(await atomic_write.place())

    @overload
    async def read_file(
        self, path: RemotePath, *, format: Literal["text"] = "text", offset: int = 0, length: int | None = None
    ) -> FileContentResult: ...
    @overload
    async def read_file(
        self, path: RemotePath, *, format: Literal["bytes"], offset: int = 0, length: int | None = None
    ) -> BinaryFileContentResult: ...
    async def read_file(
        self,
        path: RemotePath,
        *,
        format: Literal["text", "bytes"] = "text",
        offset: int = 0,
        length: int | None = None,
    ) -> FileContentResult | BinaryFileContentResult:
        """Read a file of any size, or a part of it.

        Args:
            path: The file.
            format: ``text`` (UTF-8) or ``bytes``.
            offset: The first byte to read. A character of a text belongs to the part in which it begins.
            length: The number of bytes to read; the rest of the file by default.

        Returns:
            ``content`` (also ``data``) is the text or the bytes. The code ``not_text`` means that a text is not UTF-8.

        Example:
            ```python
            await session.file_system.write_file("notes.txt", "first line")
            print((await session.file_system.read_file("notes.txt")).content)
            print((await session.file_system.read_file("notes.txt", offset=6)).content)
            ```
        """
        source = validation.path("path", path, FileError)
        validation.choice("format", format, ("text", "bytes"), FileError)
        validation.count("offset", offset, FileError, least=0)
        if length is not None:
            validation.count("length", length, FileError)
        is_whole = not offset and length is None
        read = self._read_whole(source, format) if is_whole else self._read_range(source, format, offset, length)
        return self._connection.api.raise_if_strict(await read)

    async def _read_whole(
        self, path: str, format: Literal["text", "bytes"]
    ) -> FileContentResult | BinaryFileContentResult:
        if self._connection.has_direct_route(tools.READ_TEXT.name):
            whole = await self._read_once(path, format)
            return await self._read_range(path, format, 0, None) if whole.code == ErrorCode.TOO_LARGE else whole
        info = await self._connection.call_tool(tools.INFO, tools.PathArgs(path=path), strict=False)
        if info.data is None or info.data.is_directory:
            message = info.error_message or describe(path, ErrorCode.IS_DIRECTORY, "")
            failure = info.as_failure(BinaryFileContentResult, message)
            failure = replace(failure, code=info.code or ErrorCode.IS_DIRECTORY.value)
            return failure if format == "bytes" else decode_text(failure, path)
        if info.data.size <= MAX_TEXT_CHUNK:
            return await self._read_once(path, format, length=info.data.size)
        return await self._read_range(path, format, 0, info.data.size)

    async def _read_once(
        self, path: str, format: Literal["text", "bytes"], length: int = 0
    ) -> FileContentResult | BinaryFileContentResult:
        if format == "text":
            args = tools.ReadArgs(path=path, length=length)
            return await self._connection.call_tool(tools.READ_TEXT, args, strict=False)
        return await self._read_bytes(path, 0, length)

    async def _read_range(
        self, path: str, format: Literal["text", "bytes"], offset: int, length: int | None
    ) -> FileContentResult | BinaryFileContentResult:
        """Read a part of a file as bytes, piece by piece: a piece of text might end inside a character."""
        if format == "bytes":
            return await self._read_pieces(path, offset, length)
        margin = MAX_CHARACTER_SIZE - 1
        before = min(offset, margin)
        wanted = None if length is None else length + before + margin
        return decode_text(await self._read_pieces(path, offset - before, wanted), path, before, length or 0)

    async def _read_pieces(self, path: str, offset: int, length: int | None) -> BinaryFileContentResult:
        direct = self._connection.has_direct_route(tools.READ_BYTES.name)
        piece_size, content = DIRECT_PIECE_SIZE if direct else MAX_BINARY_CHUNK, bytearray()
        while True:
            size = piece_size if length is None else min(piece_size, length - len(content))
            piece = await self._read_bytes(path, offset + len(content), size)
            content += piece.data or b""
            if not piece.success or len(piece.data or b"") < size or len(content) == length:
                break
        if not piece.success:
            return piece
        return BinaryFileContentResult(success=True, data=bytes(content), request_id=piece.request_id)

    async def _read_bytes(self, path: str, offset: int, length: int) -> BinaryFileContentResult:
        args = tools.ReadArgs(path=path, offset=offset, length=length, format="binary")
        return await self._connection.call_tool(tools.READ_BYTES, args, strict=False)

    @overload
    def open(self, path: RemotePath, mode: Literal["r"] = "r") -> AsyncFileReader[str]: ...
    @overload
    def open(self, path: RemotePath, mode: Literal["rb"]) -> AsyncFileReader[bytes]: ...
    @overload
    def open(self, path: RemotePath, mode: Literal["w", "a", "x"]) -> AsyncFileWriter[str]: ...
    @overload
    def open(self, path: RemotePath, mode: Literal["wb", "ab", "xb"]) -> AsyncFileWriter[bytes]: ...
    def open(
        self, path: RemotePath, mode: Literal["r", "rb", "w", "wb", "a", "ab", "x", "xb"] = "r"
    ) -> AsyncFileReader[str] | AsyncFileReader[bytes] | AsyncFileWriter[str] | AsyncFileWriter[bytes]:
        r"""Open a file for reading or writing in pieces. The result is a context manager.

        Args:
            path: The file. Missing parent folders of a file to write are created.
            mode: As in Python's ``open``: ``r``, ``w``, ``a`` or ``x``, with ``b`` for bytes. Text is UTF-8.

        Returns:
            A reader (``read``, ``readline``, iteration over lines) or a writer (``write``). What is written replaces
            the file when the block ends without an exception.

        Raises:
            FileError: The file cannot be read or written; raised within the block.

        Example:
            ```python
            async with session.file_system.open("lines.txt", "w") as file:
                await file.write("one\ntwo\n")
            async with session.file_system.open("lines.txt") as file:
                async for line in file:
                    print(line.rstrip())
            ```
        """
        validation.choice("mode", mode, _OPEN_MODES, FileError)
        target = validation.path("path", path, FileError, file=True)
        if write_mode := _WRITE_MODES.get(mode[0]):
            if mode.endswith("b"):
                return AsyncFileWriter(self._connection, target, write_mode, as_bytes())
            return AsyncFileWriter(self._connection, target, write_mode, as_text())
        if mode == "rb":
            return AsyncFileReader(self._connection, target, as_bytes())
        return AsyncFileReader(self._connection, target, as_text())

    async def read_multiple_files(self, paths: Sequence[RemotePath]) -> MultipleFileContentResult:
        """Read several text files in one call.

        The clouds return all files as one text. There, a line break at the end of a file may be lost, and a file that
        contains a line ``---`` followed by the path of another file is cut. ``read_file`` is exact.

        Args:
            paths: The files; at least one.

        Returns:
            ``contents`` maps paths to texts. ``errors`` maps the paths of unreadable files to the reason.

        Example:
            ```python
            await session.file_system.write_file("a.txt", "one")
            read = await session.file_system.read_multiple_files(["a.txt", "missing.txt"])
            print(read.contents, read.errors)
            ```
        """
        sources = validation.paths("paths", paths, FileError)
        if not sources:
            raise FileError.usage("paths must not be empty: give at least one")
        return await self._connection.call_tool(tools.read_many_tool(sources), tools.PathsArgs(paths=sources))

    async def edit_file(
        self, path: RemotePath, edits: Sequence[Mapping[str, str]], dry_run: bool = False
    ) -> FileResult:
        """Replace texts in a file.

        Args:
            path: The file.
            edits: The replacements, in this order: dicts of ``oldText`` and ``newText`` (or ``old_text`` and
                ``new_text``). Each replaces the first occurrence of the old text.
            dry_run: Whether to check the edits without changing the file.

        Returns:
            A result without a payload. The local engine refuses a text that is not in the file, and leaves the file
            unchanged; the behaviour of the clouds is not documented.

        Example:
            ```python
            await session.file_system.write_file("a.txt", "hello world")
            edited = await session.file_system.edit_file("a.txt", [{"oldText": "world", "newText": "there"}])
            print(edited.success)
            ```
        """
        target = validation.path("path", path, FileError)
        checked = [_edit(number, edit) for number, edit in enumerate(validation.items("edits", edits, FileError))]
        if not checked:
            raise FileError.usage("edits must not be empty: give at least one")
        args = tools.EditArgs(path=target, edits=checked, dry_run=bool(dry_run))
        return await self._connection.call_tool(tools.EDIT, args)

    async def list_directory(self, path: RemotePath) -> DirectoryListResult:
        """List the entries of a folder.

        Args:
            path: The folder.

        Returns:
            ``entries``, each with ``name``, ``is_directory``, ``is_file`` and ``size`` (bytes; None on the clouds,
            which do not report it: see ``get_file_info``).

        Example:
            ```python
            listing = await session.file_system.list_directory("/tmp")
            print([(entry.name, entry.size) for entry in listing.entries])
            ```
        """
        return await self._connection.call_tool(tools.LIST, tools.PathArgs.of(path))

    async def get_file_info(self, path: RemotePath) -> FileInfoResult:
        """Return the size, kind, permissions and times of a file or folder.

        Args:
            path: The file or folder.

        Returns:
            ``size`` (bytes), ``is_file``, ``is_directory``, ``permissions``, ``modified``, and ``file_info`` with all
            fields by the service's names. A missing path is a failure with the code ``not_found``.

        Example:
            ```python
            info = await session.file_system.get_file_info("/tmp")
            print(info.is_directory)
            ```
        """
        return await self._connection.call_tool(tools.INFO, tools.PathArgs.of(path))

    async def create_directory(self, path: RemotePath) -> FileResult:
        """Create a folder and its parents. An existing folder is a success.

        Args:
            path: The folder.

        Returns:
            A result without a payload.

        Example:
            ```python
            created = await session.file_system.create_directory("reports/2026")
            print(created.success)
            ```
        """
        return await self._connection.call_tool(tools.MAKE_DIRECTORY, tools.PathArgs.of(path))

    async def delete_file(self, path: RemotePath, *, recursive: bool = False) -> FileResult:
        """Delete a file, or a folder and all that is in it.

        Args:
            path: The file.
            recursive: Whether a folder may be deleted, which is done by a command. Without it the local engine refuses
                a folder (``is_directory``); the behaviour of the clouds is not documented.

        Returns:
            A result without a payload.

        Example:
            ```python
            await session.file_system.write_file("old/a.txt", "text")
            deleted = await session.file_system.delete_file("old", recursive=True)
            print(deleted.success)
            ```
        """
        target = validation.path("path", path, FileError)
        if not recursive:
            return await self._connection.call_tool(tools.DELETE, tools.PathArgs(path=target))
        args = ShellArgs(command=f"rm -r -- {shlex.quote(target)} </dev/null")
        ran = await self._connection.call_tool(FILE_COMMAND, args, strict=False)
        if ran.success:
            return FileResult(success=True, data=True, request_id=ran.request_id)
        message = describe(target, ran.code, ran.stderr.strip() or ran.error_message)
        return self._connection.api.raise_if_strict(ran.as_failure(FileResult, message))

    async def move_file(self, source: RemotePath, destination: RemotePath) -> FileResult:
        """Move or rename a file or folder. The local engine does not replace an existing destination.

        Args:
            source: The file or folder.
            destination: Its new path, not the folder to move it into.

        Returns:
            A result without a payload.

        Example:
            ```python
            await session.file_system.write_file("draft.txt", "text")
            moved = await session.file_system.move_file("draft.txt", "final.txt")
            print(moved.success)
            ```
        """
        args = tools.MoveArgs(
            source=validation.path("source", source, FileError),
            destination=validation.path("destination", destination, FileError),
        )
        return await self._connection.call_tool(tools.MOVE, args)

    async def search_files(
        self, path: RemotePath, pattern: str, exclude_patterns: Sequence[str] | None = None
    ) -> FileSearchResult:
        """Find files and folders by name, in a folder and all folders below it.

        Args:
            path: The folder.
            pattern: The pattern of the names: ``*`` matches any text, ``?`` one character. It has no slash, since
                names are matched, not paths.
            exclude_patterns: Patterns of names to exclude. On AgentBay they must not contain a comma.

        Returns:
            ``matches`` is a list of paths. ``skipped`` maps folders that could not be read to the reason (on the local
            engine; the clouds do not report them).

        Example:
            ```python
            await session.file_system.write_file("/tmp/notes.txt", "text")
            found = await session.file_system.search_files("/tmp", "*.txt")
            print(found.matches)
            ```
        """
        excluded = validation.texts("exclude_patterns", exclude_patterns or (), FileError)
        joined = self._connection.api.dialect.joins_patterns
        if joined and any("," in one for one in excluded):
            raise FileError.usage("exclude_patterns must not contain commas: AgentBay separates them by commas")
        if "/" in validation.text("pattern", pattern, FileError):
            raise FileError.usage(f"Invalid pattern {pattern!r}: it matches names, so give the folder in path.")
        args = tools.SearchArgs(
            path=validation.path("path", path, FileError),
            pattern=pattern,
            exclude_patterns=",".join(excluded) if joined else excluded,
        )
        return await self._connection.call_tool(tools.SEARCH, args)

    async def upload_file(
        self,
        local_path: LocalPath,
        remote_path: RemotePath,
        *,
        content_type: str | None = None,
        wait: bool = True,
        wait_timeout: float = 30.0,
        poll_interval: float = 1.5,
        progress_cb: ByteProgress | None = None,
    ) -> UploadResult:
        """Upload a file of this machine, of any size, in constant memory.

        The file is uploaded to the cloud's store by a presigned URL, and copied from there into the session's transfer
        folder (``get_file_transfer_context_path``). From there, a command moves it to any other path. The file appears
        under its name when it is complete. Missing parent folders are created.

        Args:
            local_path: The file on this machine.
            remote_path: The path in the session.
            content_type: The ``Content-Type`` in the store; none by default.
            wait: Whether to wait until the file is in place. False returns when the cloud has accepted the copy; only
                paths inside the transfer folder allow it.
            wait_timeout: Seconds for the steps after the upload. The upload itself has no limit; each step has the
                client's ``timeout``.
            poll_interval: Maximum seconds between two polls of the copy; the first ones follow faster.
            progress_cb: Called with the number of bytes sent so far. An exception ends the upload.

        Returns:
            ``bytes_sent``, ``etag``, ``path``, and the ids of the requests. A failed copy is a failure with the reason;
            a copy that did not end in time has ``timed_out=True``, and may still take effect.

        Raises:
            FileUsageError: There is no such file on this machine; nothing was sent.

        Example:
            ```python
            from pathlib import Path
            from tempfile import TemporaryDirectory

            with TemporaryDirectory() as folder:
                Path(folder, "data.bin").write_bytes(bytes(100_000))
                sent = await session.file_system.upload_file(f"{folder}/data.bin", "data/data.bin")
                print(sent.bytes_sent)
            ```
        """
        target = validation.path("remote_path", remote_path, FileError, file=True)
        timeouts = _transfer_timeouts(wait, wait_timeout, poll_interval)
        with await run_in_thread(partial(open_source, local_path, FileError)) as file:
            context, failure = await self._find_transfer_context()
            if context is None:
                return self._connection.api.raise_if_strict(failure.as_failure(UploadResult))
            transfer = AsyncFileTransfer(self._connection, context, target, timeouts)
            return self._connection.api.raise_if_strict(await transfer.upload(file, content_type, progress_cb))

    async def download_file(
        self,
        remote_path: RemotePath,
        local_path: LocalPath,
        *,
        overwrite: bool = True,
        wait: bool = True,
        wait_timeout: float = 30.0,
        poll_interval: float = 1.5,
        progress_cb: ByteProgress | None = None,
    ) -> DownloadResult:
        """Download a file of the session, of any size, in constant memory.

        The file is copied to the cloud's store, and downloaded from there by a presigned URL. A file outside the
        session's transfer folder is first copied into it by a command. The local file appears when it is complete.

        Args:
            remote_path: The file in the session.
            local_path: The path on this machine. Missing parent folders are created.
            overwrite: Whether to replace an existing file, which keeps its permissions.
            wait: Whether to wait until the store has the current content. False downloads what the store has; only
                paths inside the transfer folder allow it.
            wait_timeout: Seconds for the steps before the download. The download itself has no limit; each step has
                the client's ``timeout``.
            poll_interval: Maximum seconds between two polls of the copy; the first ones follow faster.
            progress_cb: Called with the number of bytes received so far. An exception ends the download.

        Returns:
            ``bytes_received``, ``local_path``, ``path``, and the ids of the requests. A failed copy is a failure with
            the reason; a copy that did not end in time has ``timed_out=True``.

        Raises:
            FileUsageError: The local file exists, and ``overwrite`` is False; nothing was sent.
            OSError: The local file could not be written.

        Example:
            ```python
            from tempfile import TemporaryDirectory

            await session.file_system.write_file("report.txt", "all is well")
            with TemporaryDirectory() as folder:
                got = await session.file_system.download_file("report.txt", f"{folder}/report.txt")
                print(got.bytes_received)
            ```
        """
        source = validation.path("remote_path", remote_path, FileError, file=True)
        timeouts, target = _transfer_timeouts(wait, wait_timeout, poll_interval), local_file(local_path)
        if await run_in_thread(target.is_dir):
            raise FileError.usage(f"local_path must name the file to write, and {target} is a folder")
        if not overwrite and await run_in_thread(target.exists):
            raise FileError.usage(f"{target} exists, and overwrite is False: give another path")
        context, failure = await self._find_transfer_context()
        if context is None:
            return self._connection.api.raise_if_strict(failure.as_failure(DownloadResult))
        transfer = AsyncFileTransfer(self._connection, context, source, timeouts)
        return self._connection.api.raise_if_strict(
            await transfer.download(target, overwrite=overwrite, progress=progress_cb)
        )

    async def get_file_transfer_context_path(self) -> str | None:
        """Return the path of the session's transfer folder; None if the cloud provides none.

        Example:
            ```python
            print(await session.file_system.get_file_transfer_context_path())
            ```
        """
        context, failure = await self._find_transfer_context()
        if context is None:
            self._connection.api.raise_if_strict(failure)
        return context.context_path if context else None

    async def _find_transfer_context(self) -> tuple[InternalContext | None, InternalContextsResult]:
        """Return the context of the transfer folder, which is requested once; without one, return the failure."""
        if self._transfer_context:
            return self._transfer_context, InternalContextsResult(success=True)
        request = InternalRequest(session_id=self._connection.session_id, context_types=[FILE_TRANSFER])
        result = await send(self._connection, INTERNAL_CONTEXTS, request)
        self._transfer_context = next((one for one in result.data or () if one.context_id and one.context_path), None)
        if result.success and not self._transfer_context:
            result = result.as_failure(InternalContextsResult, "the cloud provides no transfer folder for this session")
        return self._transfer_context, result

    async def push(
        self,
        local_dir: LocalPath,
        remote_dir: RemotePath,
        *,
        include: Sequence[str] | None = None,
        exclude: Sequence[str] | None = None,
        delete: bool = False,
        progress: Callable[[Progress], object] | None = None,
        timeout: float = 300.0,
    ) -> FolderResult:
        """Copy the files of a local folder to a folder of the session. Only files that differ are sent.

        Files are identical if their size and SHA-256 are; one command in the session, which needs GNU ``find`` and
        ``sha256sum``, collects them. Several files are sent at a time: small ones by tool calls, large ones as by
        ``upload_file``. The executable bit is copied, also of identical files; other permissions, times and empty
        folders are not. Symbolic links are neither followed nor copied; ``skipped`` lists them.

        Args:
            local_dir: The folder on this machine.
            remote_dir: The folder in the session; it is created if it is missing.
            include: Patterns of the files to copy, matched against the path below the folder and against each
                component of it; ``*`` matches any text, ``?`` one character.
            exclude: Patterns of files that are neither copied nor deleted.
            delete: Whether to delete files of the session that are not in the local folder. If anything failed,
                nothing is deleted.
            progress: Called before the first file, after each, and at the end; see ``progress_bar()``.
            timeout: Seconds for collecting the session's files, and for each wait for a large file.

        Returns:
            The outcome of each file: ``sent``, ``kept``, ``deleted``, ``skipped``, ``errors``, and ``bytes``. A file
            that fails does not stop the others; ``success`` is False then.

        Raises:
            FileUsageError: There is no such folder on this machine; nothing was sent.

        Example:
            ```python
            from pathlib import Path
            from tempfile import TemporaryDirectory

            with TemporaryDirectory() as folder:
                Path(folder, "main.py").write_text("print(1)")
                pushed = await session.file_system.push(folder, "project", exclude=[".git", "*.pyc"])
                print(pushed.sent, pushed.kept)
            ```
        """
        options = _folder_sync_options(local_dir, remote_dir, include, exclude, delete, progress, timeout)
        if not await run_in_thread(options.local.is_dir):
            is_file = await run_in_thread(options.local.exists)
            hint = "is not a folder: use upload_file" if is_file else "does not exist on this machine"
            raise FileError.usage(f"local_dir {options.local} {hint}")
        return self._connection.api.raise_if_strict(await AsyncFolderSync(self._connection, self, options).push())

    async def pull(
        self,
        remote_dir: RemotePath,
        local_dir: LocalPath,
        *,
        include: Sequence[str] | None = None,
        exclude: Sequence[str] | None = None,
        delete: bool = False,
        progress: Callable[[Progress], object] | None = None,
        timeout: float = 300.0,
    ) -> FolderResult:
        """Copy the files of a folder of the session to a local folder. Only files that differ are fetched.

        This is ``push`` in the other direction. Nothing is written outside ``local_dir`` or through a symbolic link,
        whatever names the session's files have. Each file is replaced atomically and keeps the permissions of the
        local file it replaces, except for the executable bit.

        Args:
            remote_dir: The folder in the session.
            local_dir: The folder on this machine; it is created if it is missing.
            include: Patterns of the files to copy; see ``push``.
            exclude: Patterns of files that are neither copied nor deleted.
            delete: Whether to delete local files that are not in the session. If anything failed, nothing is deleted.
            progress: Called before the first file, after each, and at the end; see ``progress_bar()``.
            timeout: Seconds for collecting the session's files, and for each wait for a large file.

        Returns:
            The outcome of each file, as of ``push``; ``sent`` are the fetched files.

        Raises:
            FileUsageError: ``local_dir`` is a file; nothing was sent.
            OSError: The folder could not be created.

        Example:
            ```python
            from tempfile import TemporaryDirectory

            await session.command.run("mkdir -p out && echo 1 > out/a.txt")
            with TemporaryDirectory() as folder:
                pulled = await session.file_system.pull("out", folder)
                print(pulled.sent)
            ```
        """
        options = _folder_sync_options(local_dir, remote_dir, include, exclude, delete, progress, timeout)
        if await run_in_thread(options.local.exists) and not await run_in_thread(options.local.is_dir):
            raise FileError.usage(f"local_dir {options.local} is not a folder: give another path")
        return self._connection.api.raise_if_strict(await AsyncFolderSync(self._connection, self, options).pull())

    def watch(self, path: RemotePath, interval: float = 0.5) -> AsyncWatch:
        """Watch a folder and all folders below it. The result is a context manager.

        A session with a WebSocket and the tool for it pushes the changes; any other is polled.

        Args:
            path: The folder.
            interval: Seconds between two polls.

        Returns:
            An iterator over lists of ``FileChangeEvent``, each with ``event_type`` (``create``, ``modify`` or
            ``delete``), ``path`` and ``path_type`` (``file`` or ``directory``).

        Raises:
            FileError: The folder cannot be watched, or the session does not respond any more.

        Example:
            ```python
            async with session.file_system.watch("/tmp") as changes:
                await session.file_system.write_file("/tmp/new.txt", "text")
                async for events in changes:
                    print([event.path for event in events])
                    break
            ```
        """
        target = validation.path("path", path, FileError)
        return AsyncWatch(self._connection, target, validation.seconds("interval", interval, FileError))

    def watch_directory(
        self,
        path: RemotePath,
        callback: _Callback,
        interval: float = 0.5,
        stop_event: SupportsIsSet | None = None,
    ) -> AsyncBackground:
        """Watch a folder until it is stopped: in a thread, or on async clients as a coroutine.

        Nothing happens until the returned object is started or awaited. A thread calls ``callback`` itself; a
        coroutine calls it in its own task.

        Args:
            path: The folder.
            callback: Called with each list of changes. An exception ends the watch.
            interval: Seconds between two checks of ``stop_event``, and between two polls; see ``watch``.
            stop_event: Ends the watch once it is set: an event of any library, or an object with ``is_set``.

        Returns:
            A thread with ``start()``, ``stop()``, ``stop_event``, and ``ready_event``, which is set once it watches. On
            async clients it is a coroutine, too.

        Raises:
            FileError: See ``watch``.

        Example:
            ```python
            import threading

            stop = threading.Event()
            stop.set()
            await session.file_system.watch_directory("/tmp", print, stop_event=stop)
            ```
        """
        watch = self.watch(path, interval)

        async def work(stop: SupportsIsSet, ready: Any) -> None:
            async with watch as changes:
                ready.set()
                while not stop.is_set():
                    if events := await changes.changes(timeout_s=interval):
                        callback(events)

        return AsyncBackground(work, stop_event, self._connection.api.leave_loop)

    # The aliases that users of both clouds know.
    read, write, edit = read_file, write_file, edit_file
    read_batch = read_multiple_files
    list = ls = list_directory
    info = get_file_info
    search = search_files
    mkdir = create_directory
    delete = remove = rm = delete_file
    move = move_file
    upload, download = upload_file, download_file
    transfer_path = get_file_transfer_context_path
    watch_dir = watch_directory


def _as_text(content: bytes) -> str | None:
    """Return content as text; None if it is not UTF-8."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def _edit(number: int, edit: object) -> tools.Edit:
    fields = validation.string_map(f"edits[{number}]", edit, FileError)
    old, new = (fields.get(f"{which}Text", fields.get(f"{which}_text")) for which in ("old", "new"))
    if not old or new is None:
        raise FileError.usage(f"edits[{number}] must have oldText, which is not empty, and newText")
    return tools.Edit(old_text=old, new_text=new)


def _transfer_timeouts(wait: bool, timeout: float, interval: float) -> TransferTimeouts:
    return TransferTimeouts(
        bool(wait),
        validation.seconds("wait_timeout", timeout, FileError),
        validation.seconds("poll_interval", interval, FileError),
    )


def _folder_sync_options(
    local: LocalPath,
    remote: RemotePath,
    include: Sequence[str] | None,
    exclude: Sequence[str] | None,
    delete: bool,
    progress: Callable[[Progress], object] | None,
    timeout: float,
) -> FolderSyncOptions:
    rules = Rules(
        validation.texts("include", include or (), FileError),
        validation.texts("exclude", exclude or (), FileError),
    )
    return FolderSyncOptions(
        local=local_file(local).absolute(),
        remote=validation.path("remote_dir", remote, FileError),
        rules=rules,
        delete=delete,
        progress=progress,
        timeout=validation.seconds("timeout", timeout, FileError),
    )
