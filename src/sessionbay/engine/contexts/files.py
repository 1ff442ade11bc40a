"""The folders in which contexts keep their files. Only regular files get in, and no path is followed through a link."""

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

from .paths import Parts

FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
READ_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
WRITE_FLAGS = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
Stamp = tuple[int, ...]
"""What changes when a file does."""


@dataclass(frozen=True)
class Entry:
    """A file or folder of a context; ``parts`` are the names that lead to it."""

    parts: Parts
    is_folder: bool
    size: int
    modified: float
    stamp: Stamp


def stamp_of(status: os.stat_result) -> Stamp:
    """Return what changes when the file does."""
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


class DataFolder:
    """The files of all contexts, below one folder that is nobody else's."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name in ("data", "drafts", "trash"):
            (root / name).mkdir(mode=0o700, exist_ok=True)

    def draft(self) -> tuple[Path, int]:
        """Return a file to write to, which nobody sees until it is placed, and its descriptor."""
        path = self.root / "drafts" / secrets.token_hex(12)
        return path, os.open(path, WRITE_FLAGS, 0o600)

    def place(self, draft: Path, context_id: str, parts: Parts) -> Stamp:
        """Put a draft where ``parts`` lead, in place of the file that is there."""
        with self._folder(context_id, parts[:-1], make=True) as folder:
            try:
                os.rename(draft, parts[-1], dst_dir_fd=folder)
            except IsADirectoryError as exc:
                raise FileExistsError(errno.EEXIST, "a folder is there already", parts[-1]) from exc
            return stamp_of(os.stat(parts[-1], dir_fd=folder, follow_symlinks=False))

    def open(self, context_id: str, parts: Parts) -> int:
        """Open a file to read; it stays as it is, whatever takes its place."""
        with self._folder(context_id, parts[:-1]) as folder:
            fd = os.open(parts[-1], READ_FLAGS, dir_fd=folder)
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            os.close(fd)
            raise FileNotFoundError(errno.ENOENT, "no file of a context", parts[-1])
        return fd

    def find(self, context_id: str, parts: Parts) -> Entry | None:
        """Return what ``parts`` lead to, None when that is nothing."""
        try:
            with self._folder(context_id, parts[:-1]) as folder:
                status = os.stat(parts[-1] if parts else ".", dir_fd=folder, follow_symlinks=False)
        except (FileNotFoundError, NotADirectoryError):
            return None
        return _entry(parts, status)

    def children(self, context_id: str, parts: Parts) -> list[Entry]:
        """Return what is in a folder, sorted by name; nothing is in one that is not there."""
        try:
            with self._folder(context_id, parts) as folder:
                found = [(name, os.stat(name, dir_fd=folder, follow_symlinks=False)) for name in os.listdir(folder)]  # noqa: PTH208  # a descriptor is no path
        except (FileNotFoundError, NotADirectoryError):
            return []
        entries = [_entry((*parts, name), status) for name, status in sorted(found)]
        return [entry for entry in entries if entry]

    def walk(self, context_id: str, parts: Parts) -> Iterator[Entry]:
        """Yield all files at and below ``parts``."""
        top = self.find(context_id, parts)
        waiting = [top] if top else []
        while waiting:
            entry = waiting.pop()
            if entry.is_folder:
                waiting += reversed(self.children(context_id, entry.parts))
            else:
                yield entry

    def remove(self, context_id: str, parts: Parts) -> bool:
        """Remove a file, and the folders that are empty then; return whether there was one."""
        try:
            with self._folder(context_id, parts[:-1]) as folder:
                os.unlink(parts[-1], dir_fd=folder)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return False
        for length in range(len(parts) - 1, 0, -1):
            try:
                with self._folder(context_id, parts[: length - 1]) as folder:
                    os.rmdir(parts[length - 1], dir_fd=folder)
            except OSError:
                break
        return True

    def discard(self, context_id: str) -> None:
        """Put all files of a context out of sight, at once."""
        with contextlib.suppress(FileNotFoundError):
            (self.root / "data" / context_id).rename(self.root / "trash" / secrets.token_hex(12))

    @contextlib.contextmanager
    def _folder(self, context_id: str, parts: Parts, *, make: bool = False) -> Generator[int]:
        """Give a folder, opened name by name."""
        fd = os.open(self.root / "data", FOLDER_FLAGS)
        try:
            for name in (context_id, *parts):
                if make:
                    with contextlib.suppress(FileExistsError):
                        os.mkdir(name, 0o700, dir_fd=fd)
                inner = os.open(name, FOLDER_FLAGS, dir_fd=fd)
                os.close(fd)
                fd = inner
            yield fd
        finally:
            os.close(fd)


def _entry(parts: Parts, status: os.stat_result) -> Entry | None:
    is_folder = stat.S_ISDIR(status.st_mode)
    if not is_folder and not stat.S_ISREG(status.st_mode):
        return None
    return Entry(parts, is_folder, 0 if is_folder else status.st_size, status.st_mtime, stamp_of(status))
