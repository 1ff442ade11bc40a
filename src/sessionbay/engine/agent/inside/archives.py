"""Extracting untrusted archives: no links, no path traversal, and limits on files, bytes and ratio."""

from __future__ import annotations

import os
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, cast

from . import files
from .frame_socket import Failure

CHUNK = 2**20
RATIO_EXEMPT_BYTES = 16 * 2**20
"""Bytes up to which the compression ratio is not checked."""
MAX_HEADER_BYTES = 2**20
ARCHIVE_ERRORS = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


def extract(archive: str, folder: str, max_files: int, max_bytes: int, max_ratio: int) -> list[str]:
    """Extract all files or none, replacing existing files."""
    fd = files.open_regular(archive, os.O_RDONLY | os.O_NOFOLLOW)
    size = os.fstat(fd).st_size
    max_bytes = min(max_bytes, max(RATIO_EXEMPT_BYTES, size * max_ratio) if max_ratio else max_bytes)
    written: list[tuple[str, str]] = []
    made: list[str] = []
    try:
        with open(fd, "rb") as packed:
            names = _scratched(packed, archive, folder, max_files, max_bytes, written, made)
        for scratch, path in written:
            os.replace(scratch, path)
    except ARCHIVE_ERRORS as exc:
        raise Failure(f"{archive}: it cannot be extracted: {exc}") from exc
    finally:
        for scratch, _ in written:
            try:
                os.unlink(scratch)
            except FileNotFoundError:
                pass
        for empty in reversed(made):
            try:
                os.rmdir(empty)
            except OSError:  # it has files by now
                pass
    return names


def _scratched(
    packed: IO[bytes],
    archive: str,
    folder: str,
    max_files: int,
    max_bytes: int,
    written: list[tuple[str, str]],
    made: list[str],
) -> list[str]:
    """Extract each file to a scratch file beside its place."""
    names: list[str] = []
    left = max_bytes
    for name, executable, content in _members(packed, archive):
        names.append(checked(name, archive))
        if len(names) > max_files:
            raise Failure(f"{archive}: it holds more than {max_files} files")
        path = os.path.join(folder, name)
        _make_folders(os.path.dirname(path), made)
        scratch = os.path.join(os.path.dirname(path), f".{os.getpid()}.{len(names)}.part")
        target = files.open_regular(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW)
        written.append((scratch, path))
        with content, open(target, "wb", buffering=0) as file:
            while data := content.read(CHUNK):
                left -= len(data)
                if left < 0:
                    raise Failure(f"{archive}: it holds more than {max_bytes} bytes: it is not extracted")
                file.write(data)
            os.fchmod(file.fileno(), 0o755 if executable else 0o644)
    return names


def _make_folders(folder: str, made: list[str]) -> None:
    """Create a folder and its parents, and add those that are new to ``made``."""
    if os.path.isdir(folder):
        return
    _make_folders(os.path.dirname(folder), made)
    os.mkdir(folder)
    made.append(folder)


def checked(name: str, archive: str) -> str:
    """Return a name in an archive that leads to a place below the folder; refuse any other."""
    parts = name.split("/")
    bad = any(part in ("", ".", "..") for part in parts) or "\\" in name or any(ord(char) < 32 for char in name)
    if bad:
        raise Failure(f"{archive}: it holds a file with the path {ascii(name)[:200]}: it is not extracted")
    return name


def _members(packed: IO[bytes], archive: str) -> Iterator[tuple[str, bool, IO[bytes]]]:
    """Yield each file's name, whether it can be run, and its content."""
    if archive.endswith(".zip"):
        return _of_zip(packed, archive)
    return _of_tar(packed, archive)


def _of_zip(packed: IO[bytes], archive: str) -> Iterator[tuple[str, bool, IO[bytes]]]:
    with zipfile.ZipFile(packed) as found:
        for member in found.infolist():
            mode = member.external_attr >> 16
            if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise Failure(f"{archive}: it holds a link or a device: it is not extracted")
            if not member.is_dir():
                yield member.filename, bool(mode & stat.S_IXUSR), found.open(member)


def _of_tar(packed: IO[bytes], archive: str) -> Iterator[tuple[str, bool, IO[bytes]]]:
    source: IO[bytes] = packed
    if not archive.endswith(".tar"):
        import gzip

        source = cast("IO[bytes]", gzip.GzipFile(fileobj=packed))
    with tarfile.TarFile(fileobj=cast("IO[bytes]", _BoundedReader(source))) as found:
        for member in found:
            if not member.isfile() and not member.isdir():
                raise Failure(f"{archive}: it holds a link or a device: it is not extracted")
            content = found.extractfile(member) if member.isfile() else None
            if content is not None:
                name = member.name[2:] if member.name.startswith("./") else member.name
                yield name, bool(member.mode & stat.S_IXUSR), content


class _BoundedReader:
    """A reader with a maximum read size: tarfile trusts the size in a header."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.seek, self.tell = file.seek, file.tell

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        if not 0 <= size <= MAX_HEADER_BYTES:
            raise tarfile.ReadError(f"a part of {size} bytes")
        return self._file.read(size)
