# Generated from src/sessionbay/_async/files/file_handle.py by scripts/generate_sync.py. Do not edit.
"""Files that are open: read and written piece by piece, however long they are."""

from base64 import b64encode
from codecs import getincrementaldecoder
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Generic, Self, TypeVar

from ...core.errors import FileError
from ...models.files import BinaryFileContentResult
from ...operations import files as tools
from ...operations.files import BINARY_PIECE, WriteMode
from ..session_connection import SessionConnection
from .atomic_write import AtomicWrite

T = TypeVar("T", str, bytes)
DIRECT_PIECE = 2**20  # bytes that are asked for at once where no message bus limits them


@dataclass(frozen=True)
class FileMode(Generic[T]):
    """How a file reads in Python: as text or as bytes. ``decode`` is told whether these are the last bytes."""

    kind: type[T]
    line_break: T
    decode: Callable[[bytes, bool], T]
    encode: Callable[[T], bytes]


def as_text() -> FileMode[str]:
    """Return the form of UTF-8 text; it remembers the characters that a piece has cut, so each file needs its own."""
    return FileMode(str, "\n", getincrementaldecoder("utf-8")().decode, str.encode)


def as_bytes() -> FileMode[bytes]:
    """Return the form of bytes."""
    return FileMode(bytes, b"\n", lambda data, final: data, lambda data: data)


class FileReader(Generic[T]):
    """A file of the session that is open for reading; ``open`` of the file module returns it.

    It holds one piece at a time. Iterate over it to get its lines.
    """

    def __init__(self, connection: SessionConnection, path: str, form: FileMode[T]) -> None:
        self._connection = connection
        self._path = path
        self._form: FileMode[T] = form
        direct = connection.has_direct_route(tools.READ_BYTES.name)
        self._piece = DIRECT_PIECE if direct else BINARY_PIECE
        self._offset = 0
        self._held: T = form.kind()
        self._ended = False

    def __enter__(self) -> Self:
        self._fetch()  # a file that is not there is told at once
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended, self._held = True, self._form.kind()

    def read(self, size: int = -1) -> T:
        """Return the next ``size`` characters or bytes, fewer at the end; all the rest if below 0.

        Args:
            size: How many.

        Raises:
            FileError: The file cannot be read, or is no text.

        Example:
            ```python
            with session.file_system.open("/etc/passwd") as file:
                print(file.read(10))
            ```
        """
        while not self._ended and (size < 0 or len(self._held) < size):
            self._fetch()
        return self._take(len(self._held) if size < 0 else size)

    def readline(self) -> T:
        """Return the next line with its line break; empty at the end.

        Raises:
            FileError: The file cannot be read, or is no text.

        Example:
            ```python
            with session.file_system.open("/etc/passwd") as file:
                print(file.readline())
            ```
        """
        looked = 0
        while (place := self._held.find(self._form.line_break, looked)) < 0 and not self._ended:
            looked = len(self._held)
            self._fetch()
        return self._take(place + 1 if place >= 0 else len(self._held))

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    def _take(self, size: int) -> T:
        taken, self._held = self._held[:size], self._held[size:]
        return taken

    def _fetch(self) -> None:
        args = tools.ReadArgs(path=self._path, offset=self._offset, length=self._piece, format="binary")
        answer: BinaryFileContentResult = self._connection.call_tool(tools.READ_BYTES, args)
        data = answer.unwrap()
        self._offset += len(data)
        self._ended = len(data) < self._piece
        try:
            self._held += self._form.decode(data, self._ended)
        except UnicodeDecodeError as exc:
            raise FileError(f'{self._path} is not UTF-8 text: open it with "rb"') from exc


class FileWriter(Generic[T]):
    """A file of the session that is open for writing; ``open`` of the file module returns it.

    What is written takes the file's place when the block is left. A block that is left by an exception, or cancelled,
    leaves the file as it was.
    """

    def __init__(self, connection: SessionConnection, path: str, mode: WriteMode, form: FileMode[T]) -> None:
        self._staged = AtomicWrite(connection, path, mode, "base64")  # which may be cut anywhere, as text may not
        self._form: FileMode[T] = form
        direct = connection.has_direct_route(tools.WRITE.name)
        self._piece = (DIRECT_PIECE if direct else BINARY_PIECE) // 3 * 3  # pieces join only where no padding is
        self._held = bytearray()
        self._begun = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        if exc is not None:
            self._staged.__exit__(kind, exc, trace)
            return
        with self._staged:
            self._send(1)
            if not self._begun:
                (self._staged.add("")).raise_for_error()
            (self._staged.place()).raise_for_error()

    def write(self, data: T) -> int:
        r"""Write more; return how many characters or bytes that was.

        Args:
            data: A string, or bytes for a file that was opened with ``b``.

        Raises:
            FileError: The machine refused; the file will be as it was.

        Example:
            ```python
            with session.file_system.open("report.txt", "w") as file:
                for number in range(3):
                    file.write(f"line {number}\n")
            ```
        """
        try:
            self._held += self._form.encode(data)
        except TypeError as exc:
            raise FileError.usage(f"this file takes {self._form.kind.__name__}, not {type(data).__name__}") from exc
        self._send(self._piece)
        return len(data)

    def _send(self, least: int) -> None:
        """Send what is held, while it is at least so many bytes."""
        while len(self._held) >= least:
            piece = bytes(self._held[: self._piece])
            del self._held[: self._piece]
            self._begun = True
            (self._staged.add(b64encode(piece).decode())).raise_for_error()
