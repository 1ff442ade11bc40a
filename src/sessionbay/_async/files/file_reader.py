"""A file that is open for reading."""

from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator
from types import TracebackType
from typing import IO, Any, Generic, Self, cast

from ...core.error_codes import ErrorCode
from ...core.errors import FileError
from ...core.public import public
from ...core.text import escape_line
from ...models.files import BinaryFileContentResult
from ...operations import files as tools
from ...operations.files import MAX_BINARY_CHUNK
from ..session_connection import AsyncSessionConnection
from .file_mode import DIRECT_PIECE_SIZE, FileMode, T


@public
class AsyncFileReader(Generic[T]):
    """A file of the session that is open for reading, returned by ``open`` of the file module.

    Iterate over it for its lines. It reads ahead by one piece: 2 MiB on the direct route, else 45 KiB.
    """

    def __init__(self, connection: AsyncSessionConnection, path: str, mode: FileMode[T]) -> None:
        self._connection = connection
        self._path = path
        self._mode: FileMode[T] = mode
        direct = connection.has_direct_route(tools.READ_BYTES.name)
        self._piece_size = DIRECT_PIECE_SIZE if direct else MAX_BINARY_CHUNK
        self._offset = 0  # of the next piece
        self._pieces: deque[T] = deque()
        self._position = 0  # in the first piece
        self._available = 0  # characters or bytes, in all pieces
        self._ended = False
        self._is_open = False
        self._block: IO[T] | None = None  # the lines that are being iterated over, taken from the first piece
        self._iterator: AsyncGenerator[T] | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._path!r} of {escape_line(self._connection.session_id)}>"

    async def __aenter__(self) -> Self:
        self._is_open = True
        await self._fetch()  # so that a missing file raises here
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_open = False
        self._pieces.clear()
        if self._iterator is not None:
            await self._iterator.aclose()

    async def read(self, size: int = -1) -> T:
        """Return the next ``size`` characters or bytes, fewer at the end.

        Args:
            size: How many; the rest of the file if negative.

        Raises:
            FileError: The file cannot be read, or is not UTF-8 text.
            FileUsageError: The file is not open; nothing was sent.

        Example:
            ```python
            async with session.file_system.open("/etc/passwd") as file:
                print(await file.read(10))
            ```
        """
        self._begin()
        while not self._ended and (size < 0 or self._available < size):
            await self._fetch()
        return self._take(self._available if size < 0 else min(size, self._available))

    async def readline(self) -> T:
        """Return the next line with its line break; empty at the end.

        Raises:
            FileError: The file cannot be read, or is not UTF-8 text.
            FileUsageError: The file is not open; nothing was sent.

        Example:
            ```python
            async with session.file_system.open("/etc/passwd") as file:
                print(await file.readline())
            ```
        """
        self._begin()
        number = length = 0  # of the pieces without a line break
        while True:
            while number < len(self._pieces):
                start = 0 if number else self._position
                piece = self._pieces[number]
                if (place := piece.find(self._mode.line_break, start)) >= 0:
                    return self._take(length + place + 1 - start)
                length += len(piece) - start
                number += 1
            if self._ended:
                return self._take(length)
            await self._fetch()

    def __aiter__(self) -> AsyncIterator[T]:
        self._iterator = self._iterator or self._lines()
        return self._iterator

    async def __anext__(self) -> T:
        line = await self.readline()
        if not line:
            raise StopAsyncIteration
        return line

    async def _lines(self) -> AsyncGenerator[T]:
        """Yield the lines; a generator, which costs less for each line than a coroutine."""
        try:
            while True:
                self._begin()
                end = self._pieces[0].rfind(self._mode.line_break, self._position) + 1 if self._pieces else 0
                lines = self._take(end - self._position) if end else await self.readline()
                if not lines:
                    return
                self._block = self._mode.buffer(lines)
                for line in self._block:
                    yield line
        finally:
            self._iterator = None

    def _begin(self) -> None:
        """Raise if the file is closed; put back the lines that an iteration has not reached."""
        if not self._is_open:
            raise FileError.usage("the file is not open: enter it as a context manager, and read within the block")
        block, self._block = self._block, None
        if block is not None and (rest := block.read()):
            if self._pieces:
                self._pieces[0] = self._pieces[0][self._position :]
            self._pieces.appendleft(rest)
            self._position = 0
            self._available += len(rest)

    def _take(self, size: int) -> T:
        self._available -= size
        taken: list[T] = []
        while size:
            piece = self._pieces[0]
            part = piece[self._position : self._position + size]
            taken.append(part)
            size -= len(part)
            self._position += len(part)
            if self._position == len(piece):
                self._pieces.popleft()
                self._position = 0
        return self._mode.kind().join(cast("list[Any]", taken))

    async def _fetch(self) -> None:
        args = tools.ReadArgs(path=self._path, offset=self._offset, length=self._piece_size, format="binary")
        result: BinaryFileContentResult = await self._connection.call_tool(tools.READ_BYTES, args)
        data = result.unwrap()
        ended = len(data) < self._piece_size
        try:
            piece = self._mode.decode(data, ended)
        except UnicodeDecodeError as exc:
            message = f'{self._path}: Not UTF-8 text: open it with "rb"'
            raise FileError.of("refused", message, code=ErrorCode.NOT_TEXT.value) from exc
        self._offset += len(data)
        self._ended = ended
        if piece:
            self._pieces.append(piece)
            self._available += len(piece)
