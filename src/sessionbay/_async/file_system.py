"""Files and folders."""

from dataclasses import replace
from typing import ClassVar, Literal, overload

from ..core import checks
from ..core.errors import FileError
from ..core.text import pieces
from ..models.files import (
    BinaryFileContentResult,
    DirectoryListResult,
    FileContentResult,
    FileInfoResult,
    FileResult,
    as_text,
)
from ..ops import files as tools
from .module import AsyncModule

# Bytes: the clouds carry messages of 63 KB between the control plane and a machine, and base64 adds a third.
PIECE = 51200
BINARY_PIECE = 46080


class AsyncFileSystem(AsyncModule):
    """Reads, writes and moves files of the session. Relative paths start at the user's home.

    A refusal is a result. Every method raises ``FileUsageError`` for a wrong argument, before anything is sent, and
    ``FileError`` when there was no answer.
    """

    _name: ClassVar[str] = "file_system"

    async def write_file(
        self, path: str, content: str, mode: Literal["overwrite", "append", "create_new"] = "overwrite"
    ) -> FileResult:
        """Write text to a file.

        Over the control plane a long text goes in several pieces: should one fail, the file holds those before it.

        Args:
            path: Where to.
            content: The text, written as UTF-8.
            mode: ``overwrite``, ``append``, or ``create_new``, which refuses a file that is there.

        Returns:
            Whether it worked; ``data`` is True then.

        Example:
            ```python
            written = await session.file_system.write_file("notes.txt", "first line")
            print(written.success)
            ```
        """
        checks.text("path", path, FileError)
        checks.choice("mode", mode, ("overwrite", "append", "create_new"), FileError)
        checks.utf8("content", content, FileError)
        whole = self._session._has_direct_route(tools.WRITE.name)
        written, begun = FileResult(success=True), False
        for piece in [content] if whole else pieces(content, PIECE):
            try:
                written = await self._session._use(tools.WRITE, tools.WriteArgs(path=path, content=piece, mode=mode))
            except FileError as exc:
                exc.outcome = "unknown" if begun else exc.outcome  # the pieces before it are written
                raise
            if not written.success:
                return replace(written, unsure=written.unsure or begun)
            begun, mode = True, "append"
        return written

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
        checks.text("path", path, FileError)
        checks.choice("format", format, ("text", "bytes"), FileError)
        if self._session._has_direct_route(tools.READ_TEXT.name):
            return await self._read(path, format)
        info = await self.get_file_info(path)
        if info.data is None or info.data.is_directory:
            reason = info.error_message or f"{path} is a directory"
            as_bytes = info.refused_as(BinaryFileContentResult, reason)
            return as_bytes if format == "bytes" else as_text(as_bytes)
        if info.data.size <= PIECE:
            return await self._read(path, format, length=info.data.size)
        whole = await self._read_pieces(path, info.data.size)
        return whole if format == "bytes" else as_text(whole)

    async def _read(
        self, path: str, format: Literal["text", "bytes"], offset: int = 0, length: int = 0
    ) -> FileContentResult | BinaryFileContentResult:
        if format == "text":
            return await self._session._use(tools.READ_TEXT, tools.ReadArgs(path=path, offset=offset, length=length))
        return await self._read_bytes(path, offset, length)

    async def _read_bytes(self, path: str, offset: int, length: int) -> BinaryFileContentResult:
        args = tools.ReadArgs(path=path, offset=offset, length=length, format="binary")
        return await self._session._use(tools.READ_BYTES, args)

    async def _read_pieces(self, path: str, size: int) -> BinaryFileContentResult:
        """Read bytes piece by piece: a piece of text might end inside a character."""
        piece = await self._read_bytes(path, 0, BINARY_PIECE)
        content = bytearray(piece.data or b"")
        while piece.data and len(content) < size:
            piece = await self._read_bytes(path, len(content), min(BINARY_PIECE, size - len(content)))
            content += piece.data or b""
        if not piece.success:
            return piece
        return BinaryFileContentResult(success=True, data=bytes(content), request_id=piece.request_id)

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
        return await self._session._use(tools.LIST, tools.PathArgs.of(path))

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
        return await self._session._use(tools.INFO, tools.PathArgs.of(path))

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
        return await self._session._use(tools.MAKE_DIRECTORY, tools.PathArgs.of(path))

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
        return await self._session._use(tools.DELETE, tools.PathArgs.of(path))

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
            source=checks.text("source", source, FileError),
            destination=checks.text("destination", destination, FileError),
        )
        return await self._session._use(tools.MOVE, args)

    # The names that users of both clouds know.
    read, write = read_file, write_file
    list = ls = list_directory
    info = get_file_info
    mkdir = create_directory
    delete = remove = rm = delete_file
    move = move_file
