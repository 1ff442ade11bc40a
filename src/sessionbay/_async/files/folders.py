"""Folders, and files as their entries."""

from collections.abc import Sequence

from ...core import validation
from ...core.errors import FileError
from ...models.files import DirectoryListResult, FileInfoResult, FileResult, FileSearchResult
from ...operations import files as tools
from ..module import AsyncModule


class AsyncFolders(AsyncModule):
    """The part of the file module that lists, finds, moves and deletes."""

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
