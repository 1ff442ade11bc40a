"""What files hold."""

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Literal, overload

from ...core import validation
from ...core.errors import FileError
from ...core.text import pieces
from ...models.files import (
    BinaryFileContentResult,
    FileContentResult,
    FileResult,
    MultipleFileContentResult,
    text_of,
)
from ...operations import files as tools
from ...operations.files import BINARY_PIECE, PIECE, WriteMode
from .atomic_write import AsyncAtomicWrite
from .file_handle import AsyncFileReader, AsyncFileWriter, as_bytes, as_text
from .folders import AsyncFolders

_WRITING: dict[str, WriteMode] = {"w": "overwrite", "a": "append", "x": "create_new"}


class AsyncContents(AsyncFolders):
    """The part of the file module that reads and writes."""

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
            return refused if format == "bytes" else text_of(refused)
        if info.data.size <= PIECE:
            return await self._read(path, format, length=info.data.size)
        whole = await self._read_pieces(path, info.data.size)
        return whole if format == "bytes" else text_of(whole)

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
        piece = await self._read_bytes(path, 0, BINARY_PIECE)
        content = bytearray(piece.data or b"")
        while piece.data and len(content) < size:
            piece = await self._read_bytes(path, len(content), min(BINARY_PIECE, size - len(content)))
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
            "mode", mode, [f"{first}{kind}" for first in ("r", *_WRITING) for kind in ("", "b")], FileError
        )
        if writing := _WRITING.get(mode[0]):
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
        return await self._connection.call_tool(tools.reading_many(wanted), tools.PathsArgs(paths=wanted))

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


def _as_text(content: bytes) -> str | None:
    """Return content as text, None when it is none."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def _parts(text: str, whole: bool) -> list[str]:
    return [text] if whole else list(pieces(text, PIECE))


def _edit(number: int, edit: object) -> tools.Edit:
    found = validation.string_map(f"edits[{number}]", edit, FileError)
    old, new = (found.get(f"{which}Text", found.get(f"{which}_text")) for which in ("old", "new"))
    if not old or new is None:
        raise FileError.usage(f"edits[{number}] must hold oldText, which is not empty, and newText")
    return tools.Edit(old_text=old, new_text=new)
