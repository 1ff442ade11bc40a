"""All files of a path as one archive, which is how mode ``Archive`` keeps them. Content alone: nothing is a link."""

import os
import shutil
import zipfile

from .copy import CHUNK, ByteBudget

FILE, RUNNABLE = 0o100644 << 16, 0o100755 << 16


class Archive:
    """An archive that is being written."""

    def __init__(self, fd: int, allowance: ByteBudget) -> None:
        self._file = os.fdopen(fd, "w+b")
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        self._allowance = allowance

    def add(self, name: str, source: int, executable: bool) -> None:
        """Add what can be read from ``source``, up to the end it has now, and close that."""
        with os.fdopen(source, "rb", buffering=0) as content:
            size = self._allowance.take(source)
            with self._zip.open(self._member(name, executable), "w", force_zip64=True) as member:
                while size > 0 and (data := content.read(min(CHUNK, size))):
                    size -= len(data)
                    member.write(data)

    def add_missing(self, old: int, names: set[str]) -> None:
        """Add what an older archive has besides ``names``, and close that."""
        with os.fdopen(old, "rb") as file, zipfile.ZipFile(file) as archive:
            for member in archive.infolist():
                if member.filename in names or member.is_dir():
                    continue
                copy = self._member(member.filename, bool(member.external_attr >> 16 & 0o100))
                with archive.open(member) as source, self._zip.open(copy, "w", force_zip64=True) as target:
                    shutil.copyfileobj(source, target, CHUNK)

    def close(self) -> None:
        """End it."""
        try:
            self._zip.close()
        finally:
            self._file.close()

    def abandon(self) -> None:
        """Let go of it, whole or not; nobody wants it any more."""
        self._zip.fp = None  # the library takes it for closed then, and writes no end to it
        self._file.close()

    @staticmethod
    def _member(name: str, executable: bool) -> zipfile.ZipInfo:
        member = zipfile.ZipInfo(name)
        member.compress_type = zipfile.ZIP_DEFLATED
        member.external_attr = RUNNABLE if executable else FILE
        return member
