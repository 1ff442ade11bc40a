"""Files of this machine: read to be sent, and written as they arrive. All of it may block."""

import os
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from ..core.errors import AgentBayError
from .shared import nonce

Place = str | os.PathLike[str]


class Landing:
    """A file that arrives: written beside its place, and there only when it is whole."""

    def __init__(self, place: Place, *, overwrite: bool) -> None:
        self.size = 0
        self._place = Path(place)
        self._overwrite = overwrite
        self._part = self._place.with_name(f".{self._place.name}.{nonce()[:12]}.part")
        self._place.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._part.open("xb")

    def write(self, piece: bytes) -> None:
        """Add what has arrived."""
        self._file.write(piece)
        self.size += len(piece)

    def finish(self) -> None:
        """Put the file into its place."""
        self._file.close()
        if self._overwrite:
            self._part.replace(self._place)
        else:
            os.link(self._part, self._place)  # unlike a renaming, it replaces nothing

    def discard(self) -> None:
        """Leave nothing behind but what is finished."""
        self._file.close()
        self._part.unlink(missing_ok=True)


def opened(source: Place | bytes, errors: type[AgentBayError]) -> BinaryIO:
    """Return what is to be sent, open; raise the caller's mistake where it is no file."""
    if isinstance(source, bytes):
        return BytesIO(source)
    path = Path(source)
    if not path.is_file():
        raise errors.usage(f"there is no file {path} on this machine")
    return path.open("rb")


def size_of(file: BinaryIO) -> int:
    """Return how many bytes an open file holds."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    return size
