"""The files of all contexts, stored in one private folder."""

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
FileVersion = tuple[int, ...]
"""Numbers that change whenever a file does."""


@dataclass(frozen=True)
class Entry:
    """A file or folder of a context; ``parts`` are the names on its path."""

    parts: Parts
    is_folder: bool
    size: int
    modified: float
    version: FileVersion


def version_of(status: os.stat_result) -> FileVersion:
    """Return the version of a file."""
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


class DataFolder:
    """Stores the files of contexts: regular files only, opened without following links."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name in ("data", "drafts", "trash"):
            (root / name).mkdir(mode=0o700, exist_ok=True)

    def create_draft(self, folder: Path) -> tuple[Path, int]:
        """Create a file outside of any context; return its path and its descriptor."""
        path = folder / secrets.token_hex(12)
        return path, os.open(path, WRITE_FLAGS, 0o600)

    def publish(self, draft: Path, context_id: str, parts: Parts) -> FileVersion:
        """Move a draft to its path in a context, replacing the file there."""
        with self._folder(context_id, parts[:-1], make=True) as folder:
            try:
                os.rename(draft, parts[-1], dst_dir_fd=folder)
            except IsADirectoryError as exc:
                raise FileExistsError(errno.EEXIST, "a folder exists there", parts[-1]) from exc
            return version_of(os.stat(parts[-1], dir_fd=folder, follow_symlinks=False))

    def open(self, context_id: str, parts: Parts) -> int:
        """Open a file for reading; a replacement of the file does not affect the descriptor."""
        with self._folder(context_id, parts[:-1]) as folder:
            fd = os.open(parts[-1], READ_FLAGS, dir_fd=folder)
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            os.close(fd)
            raise FileNotFoundError(errno.ENOENT, "not a file of a context", parts[-1])
        return fd

    def find(self, context_id: str, parts: Parts) -> Entry | None:
        """Return the entry at a path, or None."""
        try:
            with self._folder(context_id, parts[:-1]) as folder:
                status = os.stat(parts[-1] if parts else ".", dir_fd=folder, follow_symlinks=False)
        except (FileNotFoundError, NotADirectoryError):
            return None
        return _entry(parts, status)

    def children(self, context_id: str, parts: Parts) -> list[Entry]:
        """Return the entries of a folder, sorted by name; a missing folder has none."""
        try:
            with self._folder(context_id, parts) as folder:
                found = [(name, os.stat(name, dir_fd=folder, follow_symlinks=False)) for name in os.listdir(folder)]  # noqa: PTH208  # a descriptor, not a path
        except (FileNotFoundError, NotADirectoryError):
            return []
        entries = [_entry((*parts, name), status) for name, status in sorted(found)]
        return [entry for entry in entries if entry]

    def walk(self, context_id: str, parts: Parts) -> Iterator[Entry]:
        """Yield all files at and below a path."""
        top = self.find(context_id, parts)
        pending = [top] if top else []
        while pending:
            entry = pending.pop()
            if entry.is_folder:
                pending += reversed(self.children(context_id, entry.parts))
            else:
                yield entry

    def remove(self, context_id: str, parts: Parts) -> bool:
        """Remove a file and its parents that become empty; return whether the file existed."""
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
        """Move all files of a context to the trash, atomically."""
        with contextlib.suppress(FileNotFoundError):
            (self.root / "data" / context_id).rename(self.root / "trash" / secrets.token_hex(12))

    @contextlib.contextmanager
    def _folder(self, context_id: str, parts: Parts, *, make: bool = False) -> Generator[int]:
        """Open a folder, name by name, so that no link is followed."""
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
    return Entry(parts, is_folder, 0 if is_folder else status.st_size, status.st_mtime, version_of(status))
