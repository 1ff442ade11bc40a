"""A file that is open for reading."""

from types import TracebackType
from typing import Generic, Self

from ...core.errors import FileError
from ...core.public import public
from ...models.files import BinaryFileContentResult
from ...operations import files as tools
from ...operations.files import MAX_BINARY_CHUNK
from ..session_connection import AsyncSessionConnection
from .file_mode import DIRECT_PIECE, FileMode, T


@public
class AsyncFileReader(Generic[T]):
    """A file of the session that is open for reading; ``open`` of the file module returns it.

    It holds one piece at a time. Iterate over it to get its lines.
    """

    def __init__(self, connection: AsyncSessionConnection, path: str, form: FileMode[T]) -> None:
        self._connection = connection
        self._path = path
        self._form: FileMode[T] = form
        direct = connection.has_direct_route(tools.READ_BYTES.name)
        self._piece = DIRECT_PIECE if direct else MAX_BINARY_CHUNK
        self._offset = 0
        self._held: T = form.kind()
        self._ended = False

    async def __aenter__(self) -> Self:
        await self._fetch()  # a file that is not there is told at once
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended, self._held = True, self._form.kind()

    async def read(self, size: int = -1) -> T:
        """Return the next ``size`` characters or bytes, fewer at the end; all the rest if below 0.

        Args:
            size: How many.

        Raises:
            FileError: The file cannot be read, or is no text.

        Example:
            ```python
            async with session.file_system.open("/etc/passwd") as file:
                print(await file.read(10))
            ```
        """
        while not self._ended and (size < 0 or len(self._held) < size):
            await self._fetch()
        return self._take(len(self._held) if size < 0 else size)

    async def readline(self) -> T:
        """Return the next line with its line break; empty at the end.

        Raises:
            FileError: The file cannot be read, or is no text.

        Example:
            ```python
            async with session.file_system.open("/etc/passwd") as file:
                print(await file.readline())
            ```
        """
        looked = 0
        while (place := self._held.find(self._form.line_break, looked)) < 0 and not self._ended:
            looked = len(self._held)
            await self._fetch()
        return self._take(place + 1 if place >= 0 else len(self._held))

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        line = await self.readline()
        if not line:
            raise StopAsyncIteration
        return line

    def _take(self, size: int) -> T:
        taken, self._held = self._held[:size], self._held[size:]
        return taken

    async def _fetch(self) -> None:
        args = tools.ReadArgs(path=self._path, offset=self._offset, length=self._piece, format="binary")
        answer: BinaryFileContentResult = await self._connection.call_tool(tools.READ_BYTES, args)
        data = answer.unwrap()
        self._offset += len(data)
        self._ended = len(data) < self._piece
        try:
            self._held += self._form.decode(data, self._ended)
        except UnicodeDecodeError as exc:
            raise FileError(f'{self._path} is not UTF-8 text: open it with "rb"') from exc
