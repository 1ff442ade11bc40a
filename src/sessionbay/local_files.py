"""Files of this machine: read to be sent, and written as they arrive. All of it may block."""

import hashlib
import os
import stat
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from .core.errors import AgentBayError
from .environment import nonce
from .operations.trees import FILE, FOLDER, LINK, Entry, Tree, is_below, is_executable_mode

MODES = os.name == "posix"  # whether the system has permissions to execute
LocalPath = str | os.PathLike[str]


class AtomicFile:
    """A file that arrives: written beside its place, and there only when it is whole."""

    def __init__(self, place: LocalPath, *, overwrite: bool) -> None:
        self.size = 0
        self._place = Path(place)
        self._overwrite = overwrite
        self._part = self._place.with_name(f".{nonce()[:12]}.part")  # a short name, whatever its own is
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
            with suppress(FileNotFoundError):
                self._part.chmod(self._place.stat().st_mode & 0o777)  # never on behalf of another user
            self._part.replace(self._place)
        else:
            os.link(self._part, self._place)  # unlike a renaming, it replaces nothing

    def discard(self) -> None:
        """Leave nothing behind but what is finished."""
        self._file.close()
        self._part.unlink(missing_ok=True)


def open_source(source: LocalPath | bytes, errors: type[AgentBayError]) -> BinaryIO:
    """Return what is to be sent, open; raise the caller's mistake where it is no file."""
    if isinstance(source, bytes):
        return BytesIO(source)
    path = Path(source)
    if not path.is_file():
        raise errors.usage(f"there is no file {path} on this machine")
    return path.open("rb")


def file_size(file: BinaryIO) -> int:
    """Return how many bytes an open file holds."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    return size


def scan_tree(top: Path) -> Tree:
    """Return what is in a folder and below it; links are not followed."""
    tree, waiting = Tree(), [top]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(folder) as found:
                entries = list(found)
        except OSError as exc:
            tree.errors[_below(folder, top)] = exc.strerror or str(exc)
            continue
        for entry in entries:
            path = _below(Path(entry.path), top)
            try:
                path.encode()
                told = entry.stat(follow_symlinks=False)
            except UnicodeEncodeError:
                tree.errors[os.fsencode(path).decode("utf-8", "backslashreplace")] = "the name is not UTF-8"
                continue
            except OSError as exc:
                tree.errors[path] = exc.strerror or str(exc)
                continue
            tree.entries[path] = Entry(
                _kind(told.st_mode), told.st_size, is_executable=is_executable_mode(told.st_mode) if MODES else None
            )
            if entry.is_dir(follow_symlinks=False):
                waiting.append(Path(entry.path))
    return tree


def safe_join(top: Path, path: str) -> Path:
    """Return where a path below a folder is; an OSError says that it would be elsewhere."""
    place = top.joinpath(path)
    if not is_below(path):
        raise NotADirectoryError(f"{path!r} would lead out of {top}")
    for folder in place.parents:
        if folder == top:
            return place
        if folder.is_symlink():
            break
    raise NotADirectoryError(f"{path!r} would go through a symbolic link")


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_atomically(place: Path, content: bytes) -> None:
    """Write a file so that it is there as a whole or not at all."""
    landing = AtomicFile(place, overwrite=True)
    try:
        landing.write(content)
        landing.finish()
    finally:
        landing.discard()


def set_executable(place: Path, is_executable: bool) -> None:
    """Let a file be executed by all who may read it, or by none."""
    if MODES:
        mode = stat.S_IMODE(place.stat().st_mode)
        place.chmod(mode | (mode & 0o444) >> 2 if is_executable else mode & ~0o111)


def _below(path: Path, top: Path) -> str:
    return path.relative_to(top).as_posix()


def _kind(mode: int) -> str:
    kinds = {stat.S_IFREG: FILE, stat.S_IFDIR: FOLDER, stat.S_IFLNK: LINK}
    return kinds.get(stat.S_IFMT(mode), "o")
