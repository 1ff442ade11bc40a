# Generated from src/sessionbay/_async/files/file_writer.py by scripts/generate_sync.py. Do not edit.
"""A file that is open for writing."""

from base64 import b64encode
from types import TracebackType
from typing import Generic, Self

from ...core.errors import FileError
from ...core.public import public
from ...operations import files as tools
from ...operations.files import MAX_BINARY_CHUNK, WriteMode
from ..session_connection import SessionConnection
from .atomic_write import AtomicWrite
from .file_mode import DIRECT_PIECE, FileMode, T


@public
class FileWriter(Generic[T]):
    """A file of the session that is open for writing; ``open`` of the file module returns it.

    What is written takes the file's place when the block is left. A block that is left by an exception, or cancelled,
    leaves the file as it was.
    """

    def __init__(self, connection: SessionConnection, path: str, mode: WriteMode, form: FileMode[T]) -> None:
        self._staged = AtomicWrite(connection, path, mode, "base64")  # which may be cut anywhere, as text may not
        self._form: FileMode[T] = form
        direct = connection.has_direct_route(tools.WRITE.name)
        self._piece = (DIRECT_PIECE if direct else MAX_BINARY_CHUNK) // 3 * 3  # pieces join only where no padding is
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
