"""Copying folders from and to a context: the selection of files, and the transfer of each file."""

from __future__ import annotations

import os
import re
import stat

from . import files
from .disk import foreign_mounts
from .frame_socket import Failure, PassedDescriptor

MAX_REPORTED = 100


class Selection:
    """Selects files by their paths below the mount.

    Each of ``lists`` includes files, with exclusions; without any list, all files are included. ``never`` is excluded.
    """

    def __init__(self, lists: list[dict[str, object]], never: list[str]) -> None:
        self._lists = [_List(**entry) for entry in lists]  # type: ignore[arg-type]  # from the engine
        self._never = never

    def has(self, path: str) -> bool:
        """Return whether a file is selected."""
        if any(below(path, out) for out in self._never):
            return False
        return not self._lists or any(entry.has(path) for entry in self._lists)

    def may_have(self, folder: str) -> bool:
        """Return whether a folder may hold selected files."""
        if any(below(folder, out) for out in self._never):
            return False
        return not self._lists or any(entry.may_have(folder) for entry in self._lists)


class _List:
    def __init__(self, path: str, out: list[str], is_regex: bool, is_out_regex: bool) -> None:
        self._path, self._regex = path, re.compile(path) if is_regex else None
        self._out = [] if is_out_regex else [out_path if is_regex else joined(path, out_path) for out_path in out]
        self._out_regexes = [re.compile(pattern) for pattern in out] if is_out_regex else []

    def has(self, path: str) -> bool:
        return self._in(path) and not self._is_out(path)

    def may_have(self, folder: str) -> bool:
        on_the_way = self._regex is not None or below(folder, self._path) or below(self._path, folder)
        return on_the_way and not any(below(folder, out) for out in self._out)

    def _in(self, path: str) -> bool:
        return below(path, self._path) if self._regex is None else matches(self._regex, path)

    def _is_out(self, path: str) -> bool:
        if any(below(path, out) for out in self._out):
            return True
        inner = path if self._regex is not None or not self._path else path[len(self._path) + 1 :]
        return any(matches(pattern, inner) for pattern in self._out_regexes)


def matches(pattern: re.Pattern[str], path: str) -> bool:
    """Return whether a pattern is found in a path, with or without a leading slash."""
    return bool(pattern.search(path) or pattern.search("/" + path))


def below(path: str, folder: str) -> bool:
    """Return whether ``path`` is ``folder`` or below it. An empty folder is the root."""
    return not folder or path == folder or path.startswith(folder + "/")


def joined(folder: str, name: str) -> str:
    """Join a folder and a name, either of which may be empty."""
    return "/".join(part for part in (folder, name) if part)


def tree(path: str, prefix: str, selection: dict[str, list[object]], max_files: int) -> dict[str, object]:
    """Return the selected files at and below ``path``, the entries that are not files, and unreadable folders.

    Args:
        path: A file or folder of the session. It may be a link; links below it are not followed.
        prefix: The path of ``path`` below the mount.
        selection: The arguments of ``Selection``.
        max_files: The maximum number of files.
    """
    chosen = Selection(**selection)  # type: ignore[arg-type]  # from the engine
    found: list[tuple[str, list[int], bool]] = []
    odd: list[str] = []
    unread: list[str] = []
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return {"kind": "none", "files": found, "odd": odd, "unread": unread}
    if not stat.S_ISDIR(status.st_mode):
        regular = stat.S_ISREG(status.st_mode)
        if regular and chosen.has(prefix):
            found.append(("", stamp(status), bool(status.st_mode & stat.S_IXUSR)))
        return {"kind": "file" if regular else "odd", "files": found, "odd": odd, "unread": unread}
    waiting = [""]
    while waiting:
        here = waiting.pop()
        try:
            with os.scandir(joined(path, here)) as entries:
                for entry in entries:
                    _sort(entry, joined(here, entry.name), prefix, chosen, waiting, found, odd)
        except OSError as exc:
            if len(unread) < MAX_REPORTED:
                unread.append(files.reason(exc))
        if len(found) > max_files:
            raise Failure(f"{path}: it has more than {max_files} files")
    return {"kind": "folder", "files": found, "odd": odd, "unread": unread}


def _sort(
    entry: os.DirEntry[str],
    name: str,
    prefix: str,
    chosen: Selection,
    waiting: list[str],
    found: list[tuple[str, list[int], bool]],
    odd: list[str],
) -> None:
    status = entry.stat(follow_symlinks=False)
    if (status.st_dev, status.st_ino) in foreign_mounts:
        return
    full = joined(prefix, name)
    if stat.S_ISDIR(status.st_mode):
        if chosen.may_have(full):
            waiting.append(name)
    elif chosen.has(full):
        if stat.S_ISREG(status.st_mode):
            found.append((name, stamp(status), bool(status.st_mode & stat.S_IXUSR)))
        elif len(odd) < MAX_REPORTED:
            odd.append(name)


def stamp(status: os.stat_result) -> list[int]:
    """Return values of which at least one changes with the file."""
    return [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]


def choose(names: list[str], selection: dict[str, list[object]]) -> list[str]:
    """Return the selected names of files below the mount."""
    chosen = Selection(**selection)  # type: ignore[arg-type]  # from the engine
    return [name for name in names if chosen.has(name)]


def send_file(path: str, follow: bool) -> PassedDescriptor:
    """Pass a file descriptor for reading. A link is followed if ``follow`` is set."""
    fd = files.open_regular(path, os.O_RDONLY | (0 if follow else os.O_NOFOLLOW))
    return PassedDescriptor(fd, stamp(os.fstat(fd)))


def take_file(path: str) -> PassedDescriptor:
    """Create a file and its folders, and pass a descriptor for writing."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    return PassedDescriptor(files.open_regular(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW))


def keep_file(scratch: str, path: str, executable: bool) -> list[int]:
    """Rename a file of ``take_file`` to its path; return its stamp."""
    try:
        os.chmod(scratch, 0o755 if executable else 0o644)
        if os.path.isdir(path) and not os.path.islink(path):
            raise Failure(f"{path}: Is a directory")
        os.replace(scratch, path)
    except (OSError, Failure):
        os.unlink(scratch)
        raise
    return stamp(os.lstat(path))


def extract(archive: str, folder: str, limits: dict[str, int]) -> list[str]:
    """Extract an archive into a folder; return the names of its files. ``limits`` are those of ``archives.extract``."""
    from . import archives  # rarely needed, and slow to import

    return archives.extract(archive, folder, **limits)
