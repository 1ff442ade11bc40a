"""A file that is open for writing."""

from base64 import b64encode
from types import TracebackType
from typing import Generic, Self

from ...core.errors import FileError
from ...core.public import public
from ...operations import files as tools
from ...operations.files import MAX_BINARY_CHUNK, WriteMode
from ..session_connection import AsyncSessionConnection
from .atomic_write import AsyncAtomicWrite
from .file_mode import DIRECT_PIECE_SIZE, FileMode, T


@public
class AsyncFileWriter(Generic[T]):
    """A file of the session that is open for writing, returned by ``open`` of the file module.

    The written content replaces the file at the end of the block. A block that raises or is cancelled leaves the file
    unchanged.
    """

    def __init__(self, connection: AsyncSessionConnection, path: str, write_mode: WriteMode, mode: FileMode[T]) -> None:
        # Base64 may be split anywhere; text may not.
        self._atomic_write = AsyncAtomicWrite(connection, path, write_mode, "base64")
        self._mode: FileMode[T] = mode
        direct = connection.has_direct_route(tools.WRITE.name)
        self._piece_size = (DIRECT_PIECE_SIZE if direct else MAX_BINARY_CHUNK) // 3 * 3  # base64 without padding
        self._held = bytearray()
        self._begun = False
        self._is_open = False

    async def __aenter__(self) -> Self:
        self._is_open = True
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_open = False
        if exc is not None:
            await self._atomic_write.__aexit__(kind, exc, trace)
            return
        async with self._atomic_write:
            await self._send(1)
            if not self._begun:
                (await self._atomic_write.add("")).raise_for_error()
            (await self._atomic_write.place()).raise_for_error()

    async def write(self, data: T) -> int:
        r"""Write data, and return its length.

        Args:
            data: A string; bytes if the file was opened with ``b``.

        Raises:
            FileError: The session refused the data. The file stays unchanged.
            FileUsageError: The file is not open, or takes the other type; nothing was sent.

        Example:
            ```python
            async with session.file_system.open("report.txt", "w") as file:
                for number in range(3):
                    await file.write(f"line {number}\n")
            ```
        """
        if not self._is_open:
            raise FileError.usage("the file is not open: enter it as a context manager, and write within the block")
        try:
            self._held += self._mode.encode(data)
        except TypeError as exc:
            raise FileError.usage(f"this file takes {self._mode.kind.__name__}, not {type(data).__name__}") from exc
        await self._send(self._piece_size)
        return len(data)

    async def _send(self, threshold: int) -> None:
        """Send pieces while at least ``threshold`` bytes are held."""
        while len(self._held) >= threshold:
            piece = bytes(self._held[: self._piece_size])
            del self._held[: self._piece_size]
            self._begun = True
            (await self._atomic_write.add(b64encode(piece).decode())).raise_for_error()
