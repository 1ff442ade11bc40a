"""The files and folders of a session."""

from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal, overload

from .._concurrency._async import Background, background, run_in_thread
from ..core import validation
from ..core.errors import FileError
from ..core.public import public
from ..core.text import pieces
from ..environment import StopFlag, SupportsIsSet
from ..local_files import LocalPath, open_source
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
from ..operations.context import FILE_TRANSFER, INTERNAL_CONTEXTS, InternalRequest
from ..operations.files import MAX_BINARY_CHUNK, MAX_TEXT_CHUNK, WriteMode
from ..operations.trees import Rules
from .files.atomic_write import AsyncAtomicWrite
from .files.file_mode import as_bytes, as_text
from .files.file_reader import AsyncFileReader
from .files.file_transfer import AsyncFileTransfer, TransferTimeouts, send
from .files.file_writer import AsyncFileWriter
from .files.folder_sync import AsyncFolderSync, FolderSyncOptions
from .files.watch import AsyncWatch
from .module import AsyncModule
from .presigned import ByteProgress

_WRITE_MODES: dict[str, WriteMode] = {"w": "overwrite", "a": "append", "x": "create_new"}
_Callback = Callable[[list[FileChangeEvent]], object]


@public
class AsyncFileSystem(AsyncModule):
    """Reads, writes, finds, moves and watches the files of a session. Relative paths start at the user's home.

    A refused call returns a failed result. Every method raises ``FileUsageError`` for an invalid argument, before
    anything is sent, and ``FileError`` when there is no response.
    """

    _transfer_context: InternalContext | None = None

    async def write_file(self, path: str, content: str | bytes, mode: WriteMode = "overwrite") -> FileResult:
        """Write a file.

        What does not go in one message (a long text over the control plane, bytes that are no text) is written beside
        the file and takes its place by a command of the machine's: the file is whole at all times.

        Args:
            path: Where to.
            content: A text, written as UTF-8, or bytes.
            mode: ``overwrite``, ``append``, or ``create_new``, which refuses a file that is there.

        Returns:
            Whether it worked; ``data`` is True then.

        Example:
            ```python
            written = await session.file_system.write_file("notes.txt", "first line")
            print(written.success)
            ```
        """
        validation.text("path", path, FileError)
        validation.choice("mode", mode, ("overwrite", "append", "create_new"), FileError)
        data = validation.content("content", content, FileError)
        text = _as_text(data)
        whole = self._connection.has_direct_route(tools.WRITE.name)
        if text is None:
            parts = _parts(b64encode(data).decode(), whole)
            return await self._write_parts(AsyncAtomicWrite(self._connection, path, mode, "base64"), parts)
        parts = _parts(text, whole)
        if len(parts) > 1:
            return await self._write_parts(AsyncAtomicWrite(self._connection, path, mode), parts)
        return await self._connection.call_tool(tools.WRITE, tools.WriteArgs(path=path, content=text, mode=mode))

    async def _write_parts(self, staged: AsyncAtomicWrite, parts: Iterable[str]) -> FileResult:
        async with staged:
            for part in parts:
                written = await staged.add(part)
                if not written.success:
                    return replace(written, outcome_unknown=False)
            return await staged.place()

    @overload
    async def read_file(self, path: str, *, format: Literal["text"] = "text") -> FileContentResult: ...
    @overload
    async def read_file(self, path: str, *, format: Literal["bytes"]) -> BinaryFileContentResult: ...
    async def read_file(
        self, path: str, *, format: Literal["text", "bytes"] = "text"
    ) -> FileContentResult | BinaryFileContentResult:
        """Read a whole file.

        Args:
            path: The file.
            format: ``text`` (UTF-8) or ``bytes``.

        Returns:
            ``content`` (also ``data``) is the text or the bytes.

        Example:
            ```python
            await session.file_system.write_file("notes.txt", "first line")
            read = await session.file_system.read_file("notes.txt")
            print(read.content)
            ```
        """
        validation.text("path", path, FileError)
        validation.choice("format", format, ("text", "bytes"), FileError)
        if self._connection.has_direct_route(tools.READ_TEXT.name):
            return await self._read(path, format)
        info = await self.get_file_info(path)
        if info.data is None or info.data.is_directory:
            reason = info.error_message or f"{path} is a directory"
            refused = info.as_failure(BinaryFileContentResult, reason)
            return refused if format == "bytes" else decode_text(refused)
        if info.data.size <= MAX_TEXT_CHUNK:
            return await self._read(path, format, length=info.data.size)
        whole = await self._read_pieces(path, info.data.size)
        return whole if format == "bytes" else decode_text(whole)

    async def _read(
        self, path: str, format: Literal["text", "bytes"], offset: int = 0, length: int = 0
    ) -> FileContentResult | BinaryFileContentResult:
        if format == "text":
            return await self._connection.call_tool(
                tools.READ_TEXT, tools.ReadArgs(path=path, offset=offset, length=length)
            )
        return await self._read_bytes(path, offset, length)

    async def _read_bytes(self, path: str, offset: int, length: int) -> BinaryFileContentResult:
        args = tools.ReadArgs(path=path, offset=offset, length=length, format="binary")
        return await self._connection.call_tool(tools.READ_BYTES, args)

    async def _read_pieces(self, path: str, size: int) -> BinaryFileContentResult:
        """Read bytes piece by piece: a piece of text might end inside a character."""
        piece = await self._read_bytes(path, 0, MAX_BINARY_CHUNK)
        content = bytearray(piece.data or b"")
        while piece.data and len(content) < size:
            piece = await self._read_bytes(path, len(content), min(MAX_BINARY_CHUNK, size - len(content)))
            content += piece.data or b""
        if not piece.success:
            return piece
        return BinaryFileContentResult(success=True, data=bytes(content), request_id=piece.request_id)

    @overload
    def open(self, path: str, mode: Literal["r"] = "r") -> AsyncFileReader[str]: ...
    @overload
    def open(self, path: str, mode: Literal["rb"]) -> AsyncFileReader[bytes]: ...
    @overload
    def open(self, path: str, mode: Literal["w", "a", "x"]) -> AsyncFileWriter[str]: ...
    @overload
    def open(self, path: str, mode: Literal["wb", "ab", "xb"]) -> AsyncFileWriter[bytes]: ...
    def open(
        self, path: str, mode: Literal["r", "rb", "w", "wb", "a", "ab", "x", "xb"] = "r"
    ) -> AsyncFileReader[str] | AsyncFileReader[bytes] | AsyncFileWriter[str] | AsyncFileWriter[bytes]:
        r"""Open a file of the session, to read or write it piece by piece: a block to enter.

        Args:
            path: The file.
            mode: As for Python's ``open``: ``r``, ``w``, ``a`` or ``x``, with ``b`` for bytes; text is UTF-8.

        Returns:
            A reader (``read``, ``readline``, lines by iteration) or a writer (``write``). What is written takes the
            file's place when the block is left without an exception.

        Raises:
            FileError: The file cannot be read or written; raised by the block and by what is called in it.

        Example:
            ```python
            async with session.file_system.open("lines.txt", "w") as file:
                await file.write("one\ntwo\n")
            async with session.file_system.open("lines.txt") as file:
                async for line in file:
                    print(line.rstrip())
            ```
        """
        validation.text("path", path, FileError)
        validation.choice(
            "mode", mode, [f"{first}{kind}" for first in ("r", *_WRITE_MODES) for kind in ("", "b")], FileError
        )
        if writing := _WRITE_MODES.get(mode[0]):
            if mode.endswith("b"):
                return AsyncFileWriter(self._connection, path, writing, as_bytes())
            return AsyncFileWriter(self._connection, path, writing, as_text())
        if mode == "rb":
            return AsyncFileReader(self._connection, path, as_bytes())
        return AsyncFileReader(self._connection, path, as_text())

    async def read_multiple_files(self, paths: Sequence[str]) -> MultipleFileContentResult:
        """Read several text files in one call.

        The clouds answer with all files in one text: whether a file ends with a line break may be lost there, and a
        file with a line ``---`` before a line that begins like another file's path is cut. ``read_file`` is exact.

        Args:
            paths: The files; at least one.

        Returns:
            ``contents`` maps paths to texts; ``errors`` those that could not be read to the reason.

        Example:
            ```python
            await session.file_system.write_file("a.txt", "one")
            read = await session.file_system.read_multiple_files(["a.txt", "missing.txt"])
            print(read.contents, read.errors)
            ```
        """
        wanted = validation.texts("paths", paths, FileError)
        if not wanted:
            raise FileError.usage("paths must not be empty: give at least one")
        return await self._connection.call_tool(tools.read_many_tool(wanted), tools.PathsArgs(paths=wanted))

    async def edit_file(self, path: str, edits: Sequence[Mapping[str, str]], dry_run: bool = False) -> FileResult:
        """Replace texts in a file.

        Args:
            path: The file.
            edits: What to do, one after the other: each a dict of ``oldText`` and ``newText`` (or ``old_text`` and
                ``new_text``), which replaces the first place where the old text stands.
            dry_run: Whether to leave the file as it is, and only see whether the edits fit.

        Returns:
            Whether it worked. A text that is not in the file is a refusal on the local engine, and leaves the file as
            it was; what the clouds say to one is not documented.

        Example:
            ```python
            await session.file_system.write_file("a.txt", "hello world")
            edited = await session.file_system.edit_file("a.txt", [{"oldText": "world", "newText": "there"}])
            print(edited.success)
            ```
        """
        validation.text("path", path, FileError)
        found = [_edit(number, edit) for number, edit in enumerate(validation.items("edits", edits, FileError))]
        if not found:
            raise FileError.usage("edits must not be empty: give at least one")
        return await self._connection.call_tool(
            tools.EDIT, tools.EditArgs(path=path, edits=found, dry_run=bool(dry_run))
        )

    async def list_directory(self, path: str) -> DirectoryListResult:
        """List the entries of a folder, without those of its folders.

        Args:
            path: The folder.

        Returns:
            ``entries``, each with ``name``, ``is_directory`` and ``is_file``.

        Example:
            ```python
            listing = await session.file_system.list_directory("/tmp")
            print([entry.name for entry in listing.entries])
            ```
        """
        return await self._connection.call_tool(tools.LIST, tools.PathArgs.of(path))

    async def get_file_info(self, path: str) -> FileInfoResult:
        """Tell size, kind, permissions and times of a file or folder.

        Args:
            path: The file or folder.

        Returns:
            ``size`` (bytes), ``is_file``, ``is_directory``, ``permissions``, ``modified``, and ``file_info`` with all
            that the machine says, by its own names. A path that is not there is a refusal.

        Example:
            ```python
            info = await session.file_system.get_file_info("/tmp")
            print(info.is_directory)
            ```
        """
        return await self._connection.call_tool(tools.INFO, tools.PathArgs.of(path))

    async def create_directory(self, path: str) -> FileResult:
        """Make a folder, and those above it; one that is there is left as it is.

        Args:
            path: The folder.

        Returns:
            Whether it worked.

        Example:
            ```python
            made = await session.file_system.create_directory("reports/2026")
            print(made.success)
            ```
        """
        return await self._connection.call_tool(tools.MAKE_DIRECTORY, tools.PathArgs.of(path))

    async def delete_file(self, path: str) -> FileResult:
        """Delete a file. What the clouds do with a folder is not documented; the local engine refuses it.

        Args:
            path: The file.

        Returns:
            Whether it worked.

        Example:
            ```python
            await session.file_system.write_file("old.txt", "gone soon")
            deleted = await session.file_system.delete_file("old.txt")
            print(deleted.success)
            ```
        """
        return await self._connection.call_tool(tools.DELETE, tools.PathArgs.of(path))

    async def move_file(self, source: str, destination: str) -> FileResult:
        """Move or rename a file or folder. An existing destination is not replaced on the local engine.

        Args:
            source: What to move.
            destination: Its new path; not the folder to put it in.

        Returns:
            Whether it worked.

        Example:
            ```python
            await session.file_system.write_file("draft.txt", "text")
            moved = await session.file_system.move_file("draft.txt", "final.txt")
            print(moved.success)
            ```
        """
        args = tools.MoveArgs(
            source=validation.text("source", source, FileError),
            destination=validation.text("destination", destination, FileError),
        )
        return await self._connection.call_tool(tools.MOVE, args)

    async def search_files(
        self, path: str, pattern: str, exclude_patterns: Sequence[str] | None = None
    ) -> FileSearchResult:
        """Find files and folders by their names, in a folder and all that are below it.

        Args:
            path: The folder to look in.
            pattern: What names must look like; ``*`` stands for any text, ``?`` for one character.
            exclude_patterns: Patterns of names to leave out. On AgentBay none of them may hold a comma.

        Returns:
            ``matches`` is a list of paths, empty when nothing was found.

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
            raise FileError.usage("exclude_patterns: AgentBay joins them with commas, so none may hold one")
        args = tools.SearchArgs(
            path=validation.text("path", path, FileError),
            pattern=validation.text("pattern", pattern, FileError),
            exclude_patterns=",".join(excluded) if joined else excluded,
        )
        return await self._connection.call_tool(tools.SEARCH, args)

    async def upload_file(
        self,
        local_path: LocalPath,
        remote_path: str,
        *,
        content_type: str | None = None,
        wait: bool = True,
        wait_timeout: float = 30.0,
        poll_interval: float = 1.5,
        progress_cb: ByteProgress | None = None,
    ) -> UploadResult:
        """Bring a file of this machine into the session, whatever its size: it is never held in memory as a whole.

        It goes to the cloud's store by an address that needs no key, and is copied from there into the session's folder
        for transfers (``get_file_transfer_context_path``). A path outside that folder is reached by one more step, a
        command on the machine: the file passes through the folder, and then takes its place, whole at all times.
        Folders that are missing are made.

        Args:
            local_path: The file on this machine.
            remote_path: Where to in the session.
            content_type: The store's ``Content-Type``; none if not given.
            wait: Whether to wait until the file is in its place. False, which only a path inside the folder for
                transfers allows, returns when the cloud took the request to copy it there.
            wait_timeout: Seconds that all that follows the sending may take. The sending has no limit but that each
                step of it has the client's ``timeout``.
            poll_interval: Seconds between two looks at the copy, at most; the first ones follow faster.
            progress_cb: Called with the number of bytes sent so far; what it raises ends the upload.

        Returns:
            ``bytes_sent``, ``etag``, ``path``, and the ids of the requests. A copy that failed is a refusal with its
            reason; one that was not seen to end has ``timed_out=True``, and may still come about.

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
        validation.text("remote_path", remote_path, FileError)
        timeouts = _transfer_timeouts(wait, wait_timeout, poll_interval)
        with await run_in_thread(partial(open_source, local_path, FileError)) as file:
            context, failure = await self._find_transfer_context()
            if context is None:
                return self._connection.api.raise_if_strict(failure.as_failure(UploadResult))
            transfer = AsyncFileTransfer(self._connection, context, remote_path, timeouts)
            return self._connection.api.raise_if_strict(await transfer.upload(file, content_type, progress_cb))

    async def download_file(
        self,
        remote_path: str,
        local_path: LocalPath,
        *,
        overwrite: bool = True,
        wait: bool = True,
        wait_timeout: float = 30.0,
        poll_interval: float = 1.5,
        progress_cb: ByteProgress | None = None,
    ) -> DownloadResult:
        """Bring a file of the session to this machine, whatever its size. It is in its place when it is whole.

        It is copied to the cloud's store, and fetched from there by an address that needs no key. A file outside the
        session's folder for transfers is copied into that folder first, by a command on the machine.

        Args:
            remote_path: The file in the session.
            local_path: Where to put it on this machine; folders that are missing are made.
            overwrite: Whether a file that is there may be replaced; its permissions stay.
            wait: Whether to wait until the store has the file as it is now. False, which only a path inside the folder
                for transfers allows, takes what the store has.
            wait_timeout: Seconds that all that comes before the fetching may take. The fetching has no limit but that
                each step of it has the client's ``timeout``.
            poll_interval: Seconds between two looks at the copy, at most; the first ones follow faster.
            progress_cb: Called with the number of bytes received so far; what it raises ends the download.

        Returns:
            ``bytes_received``, ``local_path``, ``path``, and the ids of the requests. A copy that failed is a refusal
            with its reason; one that was not seen to end has ``timed_out=True``.

        Raises:
            FileUsageError: There is such a file on this machine, and ``overwrite`` is False; nothing was sent.
            OSError: The file could not be written.

        Example:
            ```python
            from tempfile import TemporaryDirectory

            await session.file_system.write_file("report.txt", "all is well")
            with TemporaryDirectory() as folder:
                got = await session.file_system.download_file("report.txt", f"{folder}/report.txt")
                print(got.bytes_received)
            ```
        """
        validation.text("remote_path", remote_path, FileError)
        timeouts, path = _transfer_timeouts(wait, wait_timeout, poll_interval), Path(local_path)
        if await run_in_thread(path.is_dir):
            raise FileError.usage(f"{path} is a folder: give the path of the file to write")
        if not overwrite and await run_in_thread(path.exists):
            raise FileError.usage(f"{path} exists and overwrite is False: give another path")
        context, failure = await self._find_transfer_context()
        if context is None:
            return self._connection.api.raise_if_strict(failure.as_failure(DownloadResult))
        transfer = AsyncFileTransfer(self._connection, context, remote_path, timeouts)
        return self._connection.api.raise_if_strict(
            await transfer.download(path, overwrite=overwrite, progress=progress_cb)
        )

    async def get_file_transfer_context_path(self) -> str | None:
        """Return the session's folder for transfers, None where the cloud gives none.

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
        """Return the context that carries files, asked for once; without one, why there is none."""
        if self._transfer_context:
            return self._transfer_context, InternalContextsResult(success=True)
        request = InternalRequest(session_id=self._connection.session_id, context_types=[FILE_TRANSFER])
        found = await send(self._connection, INTERNAL_CONTEXTS, request)
        self._transfer_context = next((one for one in found.data or () if one.context_id and one.context_path), None)
        if found.success and not self._transfer_context:
            found = found.as_failure(InternalContextsResult, "the cloud gives this session no context for transfers")
        return self._transfer_context, found

    async def push(
        self,
        local_dir: LocalPath,
        remote_dir: str,
        *,
        include: Sequence[str] | None = None,
        exclude: Sequence[str] | None = None,
        delete: bool = False,
        progress: Callable[[Progress], object] | None = None,
        timeout: float = 300.0,
    ) -> FolderResult:
        """Make a folder of the session hold the files of a folder here; only those that differ are sent.

        Files are the same when their size and their SHA-256 are; the session's are found by one command on its machine,
        which needs GNU ``find`` and ``sha256sum``. Several go over at a time: small files by tool calls, large ones
        as ``upload_file`` does it. Of the permissions, whether a file may be executed goes along, also where its bytes
        are there already; times and empty folders do not. Symbolic links are not followed and not sent; ``skipped``
        tells of them.

        Args:
            local_dir: The folder on this machine.
            remote_dir: The folder in the session; it is made if it is missing.
            include: Only files that one of these patterns matches: the path below the folder, or one of the names in
                it; ``*`` stands for any text, ``?`` for one character.
            exclude: No files that one of these patterns matches; they are not deleted either.
            delete: Whether to delete the session's files that are not here. Nothing is deleted if anything failed.
            progress: Called before the first file, after each, and at the end; ``progress_bar()`` is one.
            timeout: Seconds that looking at the session's files, and each wait for a large file, may take.

        Returns:
            What became of each file: ``sent``, ``kept``, ``deleted``, ``skipped``, ``errors``, and ``bytes``. One file
            that failed does not keep the others back; ``success`` is False then.

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
            raise FileError.usage(f"there is no folder {options.local} on this machine")
        return self._connection.api.raise_if_strict(await AsyncFolderSync(self._connection, self, options).push())

    async def pull(
        self,
        remote_dir: str,
        local_dir: LocalPath,
        *,
        include: Sequence[str] | None = None,
        exclude: Sequence[str] | None = None,
        delete: bool = False,
        progress: Callable[[Progress], object] | None = None,
        timeout: float = 300.0,
    ) -> FolderResult:
        """Make a folder here hold the files of a folder of the session; only those that differ are fetched.

        This is ``push`` in the other direction. Nothing is written outside ``local_dir`` or through a symbolic link,
        whatever names the session's files have. Each file is replaced atomically and keeps the permissions of the
        local file it replaces, except for the executable bit.

        Args:
            remote_dir: The folder in the session.
            local_dir: The folder on this machine; it is made if it is missing.
            include: Only files that one of these patterns matches; see ``push``.
            exclude: No files that one of these patterns matches; they are not deleted either.
            delete: Whether to delete the files here that the session has not. Nothing is deleted if anything failed.
            progress: Called before the first file, after each, and at the end; ``progress_bar()`` is one.
            timeout: Seconds that looking at the session's files, and each wait for a large file, may take.

        Returns:
            What became of each file, as ``push`` tells it; ``sent`` are those that were fetched.

        Raises:
            FileUsageError: There is a file of this name on this machine; nothing was sent.
            OSError: The folder could not be made.

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
            raise FileError.usage(f"{options.local} is no folder: give another place")
        return self._connection.api.raise_if_strict(await AsyncFolderSync(self._connection, self, options).pull())

    def watch(self, path: str, interval: float = 0.5) -> AsyncWatch:
        """Watch a folder, and all that is below it, for the length of a block.

        Where the session has a WebSocket and the tool for it, it tells of changes by itself; else it is asked.

        Args:
            path: The folder.
            interval: Seconds between two questions where the session has to be asked.

        Returns:
            A context manager that gives an iterator over lists of ``FileChangeEvent``, each with ``event_type``
            (``create``, ``modify`` or ``delete``), ``path`` and ``path_type`` (``file`` or ``directory``).

        Raises:
            FileError: The folder cannot be watched, or the session no longer answers.

        Example:
            ```python
            async with session.file_system.watch("/tmp") as changes:
                await session.file_system.write_file("/tmp/new.txt", "text")
                async for events in changes:
                    print([event.path for event in events])
                    break
            ```
        """
        checked = validation.text("path", path, FileError)
        return AsyncWatch(self._connection, checked, validation.seconds("interval", interval, FileError))

    def watch_directory(
        self,
        path: str,
        callback: _Callback,
        interval: float = 0.5,
        stop_event: SupportsIsSet | None = None,
    ) -> Background:
        """Return what watches a folder until it is stopped: a coroutine on async clients, else a thread to be started.

        The thread has ``stop_event``, which ends it, and ``ready_event``, which is set once it watches.

        Args:
            path: The folder.
            callback: Called with each list of changes. What it raises ends the watch.
            interval: Seconds between two looks at ``stop_event``, and between two questions; see ``watch``.
            stop_event: Ends the watch once it is set; an event of any library, or whatever has ``is_set``.

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

        async def work(stop: SupportsIsSet, ready: StopFlag) -> None:
            async with watch as changes:
                ready.set()
                while not stop.is_set():
                    if found := await changes.changes(timeout_s=interval):
                        callback(found)

        return background(work, stop_event)

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
    """Return content as text, None when it is none."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def _parts(text: str, whole: bool) -> list[str]:
    return [text] if whole else list(pieces(text, MAX_TEXT_CHUNK))


def _edit(number: int, edit: object) -> tools.Edit:
    found = validation.string_map(f"edits[{number}]", edit, FileError)
    old, new = (found.get(f"{which}Text", found.get(f"{which}_text")) for which in ("old", "new"))
    if not old or new is None:
        raise FileError.usage(f"edits[{number}] must hold oldText, which is not empty, and newText")
    return tools.Edit(old_text=old, new_text=new)


def _transfer_timeouts(wait: bool, timeout: float, interval: float) -> TransferTimeouts:
    return TransferTimeouts(
        bool(wait),
        validation.seconds("wait_timeout", timeout, FileError),
        validation.seconds("poll_interval", interval, FileError),
    )


def _folder_sync_options(
    local: LocalPath,
    remote: str,
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
        local=Path(local).absolute(),
        remote=validation.text("remote_dir", remote, FileError),
        rules=rules,
        delete=delete,
        progress=progress,
        timeout=validation.seconds("timeout", timeout, FileError),
    )
