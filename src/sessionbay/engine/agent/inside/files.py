"""File operations within the session: its paths, links and permissions.

Reasons end with the messages of the system, which clients classify.
"""

from __future__ import annotations

import errno
import fnmatch
import os
import stat
import threading

from .frame_socket import Failure

MAX_READ_BYTES = 32 * 2**20
MAX_MATCHES = 100_000
MAX_SKIPPED = 1000
REPLACEMENT = "\ufffd"


def reason(exc: OSError) -> str:
    """Return the system's message, with the path."""
    return f"{exc.filename}: {exc.strerror}" if exc.filename else exc.strerror or str(exc)


def open_regular(path: str, flags: int = os.O_RDONLY) -> int:
    """Open a regular file; a pipe or a device could block the agent."""
    fd = os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC, 0o644)
    mode = os.fstat(fd).st_mode
    if not stat.S_ISREG(mode):
        os.close(fd)
        raise Failure(f"{path}: {'Is a directory' if stat.S_ISDIR(mode) else 'Not a regular file'}")
    return fd


def read(path: str, offset: int, length: int) -> bytes:
    """Return bytes of a file. A length of 0 reads the rest."""
    with open(open_regular(path), "rb") as file:
        size = length or os.fstat(file.fileno()).st_size - offset
        if size > MAX_READ_BYTES:
            raise Failure(too_large(path))
        file.seek(offset)
        data = file.read(length or MAX_READ_BYTES + 1)
    if len(data) > MAX_READ_BYTES:
        raise Failure(too_large(path))
    return data


def too_large(path: str) -> str:
    """Return the reason why a file is not read at once."""
    return f"{path}: File too large: read at most {MAX_READ_BYTES} bytes at once, or download it"


def write(path: str, mode: str, data: bytes) -> None:
    """Write a file. ``overwrite`` replaces it atomically."""
    if path.endswith("/"):
        raise Failure(f"{path}: Is a directory")
    if mode == "overwrite":
        replace(os.path.realpath(path), data)
        return
    flag = os.O_APPEND if mode == "append" else os.O_EXCL
    fd = open_regular(path, os.O_WRONLY | os.O_CREAT | flag)
    try:
        _write_all_or_nothing(fd, data)
    except OSError:
        if mode != "append":
            os.unlink(path)
        raise
    finally:
        os.close(fd)


def _write_all_or_nothing(fd: int, data: bytes) -> None:
    """Add data at the end of a file; if the disk is full, take it away again, unless others have added to it."""
    before, written = os.fstat(fd).st_size, 0
    try:
        while written < len(data):
            written += os.write(fd, memoryview(data)[written:])
    except OSError:
        if os.fstat(fd).st_size == before + written:
            os.ftruncate(fd, before)
        raise


def replace(path: str, data: bytes) -> None:
    """Replace a file by one with ``data``, or create it."""
    mode = 0o644
    if os.path.lexists(path):
        os.close(open_regular(path, os.O_WRONLY))
        mode = stat.S_IMODE(os.stat(path).st_mode)
    scratch = os.path.join(os.path.dirname(path), f".{os.getpid()}.{threading.get_ident()}.part")
    try:
        with open(open_regular(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb") as file:
            file.write(data)
            os.fchmod(file.fileno(), mode)
        os.replace(scratch, path)
    except OSError as exc:
        if os.path.lexists(scratch):
            os.unlink(scratch)
        raise OSError(exc.errno, exc.strerror, path) from exc


def edit(path: str, edits: list[tuple[str, str]], dry_run: bool) -> str:
    """Replace the first occurrence of each text in a file; return the diff."""
    try:
        before = after = read(path, 0, 0).decode()
    except UnicodeDecodeError as exc:
        raise Failure(f"{path}: Not UTF-8 text") from exc
    for number, (old, new) in enumerate(edits, 1):
        if not old or old not in after:
            raise Failure(f"{path}: edit {number}: the text to replace is not in the file")
        after = after.replace(old, new, 1)
    if not dry_run:
        replace(os.path.realpath(path), after.encode())
    import difflib  # rarely needed, and slow to import

    lines = [text.splitlines(keepends=True) for text in (before, after)]
    return "".join(difflib.unified_diff(lines[0], lines[1], path, path))


def search(path: str, pattern: str, excluded: list[str]) -> tuple[list[str], dict[str, str]]:
    """Return the files and folders below ``path`` whose names match ``pattern``, and the folders that are unreadable.

    Excluded folders are not searched.
    """
    os.scandir(path).close()  # an unreadable folder is a failure, not an empty one
    found: list[str] = []
    skipped: dict[str, str] = {}

    def skip(exc: OSError) -> None:
        if len(skipped) < MAX_SKIPPED:
            skipped[shown(str(exc.filename))] = str(exc.strerror)

    for here, folders, names in os.walk(path, onerror=skip):
        folders[:] = sorted(name for name in folders if not _matches(name, excluded))
        for name in sorted([*folders, *(name for name in names if not _matches(name, excluded))]):
            if fnmatch.fnmatchcase(name, pattern):
                found.append(shown(os.path.join(here, name)))
                if len(found) > MAX_MATCHES:
                    raise Failure(f"{path}: more than {MAX_MATCHES} names match {pattern}: narrow the pattern")
    return found, skipped


def _matches(name: str, patterns: list[str]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def info(path: str) -> dict[str, object]:
    """Return the metadata of a file or folder."""
    status = os.stat(path)
    return {
        "size": status.st_size,
        "is_directory": stat.S_ISDIR(status.st_mode),
        "is_file": stat.S_ISREG(status.st_mode),
        "mode": stat.filemode(status.st_mode)[1:],
        "created": status.st_ctime,
        "modified": status.st_mtime,
    }


def listing(path: str) -> list[tuple[str, bool, int]]:
    """Return the name of each entry, whether it is a folder, and its size."""
    with os.scandir(path) as entries:
        return sorted((shown(entry.name), *kind_and_size(entry)) for entry in entries)


def kind_and_size(entry: os.DirEntry[str]) -> tuple[bool, int]:
    """Return whether an entry is a folder, and its size. A link is followed, unless its target is inaccessible."""
    try:
        status = entry.stat()
    except OSError:
        status = entry.stat(follow_symlinks=False)
    return stat.S_ISDIR(status.st_mode), status.st_size


def shown(name: str) -> str:
    """Return a name as one line of text, with marks for characters that it cannot contain."""
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return text.replace("\n", REPLACEMENT).replace("\r", REPLACEMENT)


def make_directory(path: str) -> None:
    """Create a folder and its parents."""
    try:
        os.makedirs(path, exist_ok=True)
    except FileExistsError as exc:
        raise Failure(f"{path}: Not a directory") from exc


def delete(path: str) -> None:
    """Delete a file."""
    if os.path.isdir(path) and not os.path.islink(path):
        raise Failure(f"{path}: Is a directory")
    os.unlink(path)


def move(source: str, destination: str) -> None:
    """Move a file or folder. An existing destination is not replaced."""
    if os.path.lexists(destination):
        raise Failure(f"{destination}: File exists")
    try:
        os.rename(source, destination)
    except OSError as exc:
        if exc.errno != errno.EXDEV:
            raise
        import shutil  # between mounts, which is rare

        shutil.move(source, destination)
