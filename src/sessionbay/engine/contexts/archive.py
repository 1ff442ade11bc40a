"""The zip archive in which upload mode ``Archive`` stores all files of a path."""

import os
import shutil
import zipfile

from .byte_budget import ByteBudget
from .copy import CHUNK

FILE, EXECUTABLE = 0o100644 << 16, 0o100755 << 16  # file modes, as zip stores them


class Archive:
    """An archive that is being written; it contains regular files only."""

    def __init__(self, fd: int, budget: ByteBudget) -> None:
        self._file = os.fdopen(fd, "w+b")
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        self._budget = budget

    def add(self, name: str, source: int, executable: bool) -> None:
        """Add a file by its descriptor, at its current size, and close the descriptor."""
        with os.fdopen(source, "rb", buffering=0) as content:
            size = self._budget.take(source)
            with self._zip.open(self._member(name, executable), "w", force_zip64=True) as member:
                while size > 0 and (data := content.read(min(CHUNK, size))):
                    size -= len(data)
                    member.write(data)

    def add_missing(self, old: int, names: set[str]) -> None:
        """Add the files of an older archive that are not in ``names``, and close its descriptor."""
        with os.fdopen(old, "rb") as file, zipfile.ZipFile(file) as archive:
            for member in archive.infolist():
                if member.filename in names or member.is_dir():
                    continue
                copy = self._member(member.filename, bool(member.external_attr >> 16 & 0o100))
                with archive.open(member) as source, self._zip.open(copy, "w", force_zip64=True) as target:
                    shutil.copyfileobj(source, target, CHUNK)

    def close(self) -> None:
        """Complete the archive."""
        try:
            self._zip.close()
        finally:
            self._file.close()

    def abandon(self) -> None:
        """Close the file without completing the archive."""
        self._zip.fp = None  # the library then considers it closed and writes no directory
        self._file.close()

    @staticmethod
    def _member(name: str, executable: bool) -> zipfile.ZipInfo:
        member = zipfile.ZipInfo(name)
        member.compress_type = zipfile.ZIP_DEFLATED
        member.external_attr = EXECUTABLE if executable else FILE
        return member
