"""Files as the session itself sees them: its paths, its links, its permissions."""

from __future__ import annotations

import errno
import fnmatch
import os
import stat
import threading

from .frame_socket import Failure

MAX_READ_BYTES = 32 * 2**20
MAX_MATCHES = 100_000
REPLACEMENT = "\ufffd"


def reason(exc: OSError) -> str:
    """Return why the system refused, with the path it is about."""
    return f"{exc.filename}: {exc.strerror}" if exc.filename else exc.strerror or str(exc)


def open_regular(path: str, flags: int = os.O_RDONLY) -> int:
    """Open a file that must be one: a pipe or a device would keep the agent waiting."""
    fd = os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC, 0o644)
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise Failure(f"{path}: it is no regular file")
    return fd


def read(path: str, offset: int, length: int) -> bytes:
    """Return bytes of a file; a length of 0 is all the rest."""
    with open(open_regular(path), "rb") as file:
        file.seek(offset)
        data = file.read(length or MAX_READ_BYTES + 1)
    if len(data) > MAX_READ_BYTES:
        raise Failure(f"{path}: it is larger than {MAX_READ_BYTES} bytes: read it in parts, or download it")
    return data


def write(path: str, mode: str, data: bytes) -> None:
    """Write a file; a whole one takes the old one's place only when it is complete."""
    if mode == "overwrite":
        replace(os.path.realpath(path), data)
        return
    flag = os.O_APPEND if mode == "append" else os.O_EXCL
    with open(open_regular(path, os.O_WRONLY | os.O_CREAT | flag), "wb") as file:
        file.write(data)


def replace(path: str, data: bytes) -> None:
    """Put ``data`` in the place of a file, or of nothing."""
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
    """Replace texts in a file, each at the first place where it stands; return what changes, as a diff."""
    try:
        before = after = read(path, 0, 0).decode()
    except UnicodeDecodeError as exc:
        raise Failure(f"{path}: it is not UTF-8 text") from exc
    for number, (old, new) in enumerate(edits, 1):
        if not old or old not in after:
            raise Failure(f"{path}: edit {number}: the text to replace is not in the file")
        after = after.replace(old, new, 1)
    if not dry_run:
        replace(os.path.realpath(path), after.encode())
    import difflib  # few need it, and it takes longer to load than the agent has to start

    lines = [text.splitlines(keepends=True) for text in (before, after)]
    return "".join(difflib.unified_diff(lines[0], lines[1], path, path))


def search(path: str, pattern: str, excluded: list[str]) -> list[str]:
    """Return the files and folders below ``path`` whose names match ``pattern``, none of them in what is excluded."""
    if not os.path.isdir(path):
        raise Failure(f"{path}: it is no folder")
    found: list[str] = []
    for here, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not _matches(name, excluded))
        for name in sorted([*folders, *(name for name in names if not _matches(name, excluded))]):
            if fnmatch.fnmatchcase(name, pattern):
                found.append(shown(os.path.join(here, name)))
                if len(found) > MAX_MATCHES:
                    raise Failure(f"{path}: more than {MAX_MATCHES} names match {pattern}: narrow the pattern")
    return found


def _matches(name: str, patterns: list[str]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def info(path: str) -> dict[str, object]:
    """Return what is known of a file or folder."""
    found = os.stat(path)
    return {
        "size": found.st_size,
        "is_directory": stat.S_ISDIR(found.st_mode),
        "is_file": stat.S_ISREG(found.st_mode),
        "mode": stat.filemode(found.st_mode)[1:],
        "created": found.st_ctime,
        "modified": found.st_mtime,
    }


def listing(path: str) -> list[tuple[str, bool]]:
    """Return each entry's name, and whether it is a folder; a mark stands for what no line of text can hold."""
    with os.scandir(path) as entries:
        return sorted((shown(entry.name), leads_to_folder(entry)) for entry in entries)


def leads_to_folder(entry: os.DirEntry[str]) -> bool:
    """Return whether an entry is a folder, or a link to one; no link is that leads round, or where we may not look."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def shown(name: str) -> str:
    """Return a name as a line of text."""
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return text.replace("\n", REPLACEMENT).replace("\r", REPLACEMENT)


def make_directory(path: str) -> None:
    """Make a folder and those above it."""
    os.makedirs(path, exist_ok=True)


def delete(path: str) -> None:
    """Delete a file."""
    if os.path.isdir(path) and not os.path.islink(path):
        raise Failure(f"{path}: it is a folder; remove it with a command")
    os.unlink(path)


def move(source: str, destination: str) -> None:
    """Move a file or folder; what is at the destination stays."""
    if os.path.lexists(destination):
        raise Failure(f"{destination}: it exists already")
    try:
        os.rename(source, destination)
    except OSError as exc:
        if exc.errno != errno.EXDEV:
            raise
        import shutil  # two mounts: the slow way, which few need

        shutil.move(source, destination)


def used(folders: list[str]) -> int:
    """Return how many bytes of disk ``folders`` take."""
    total = 0
    for folder in folders:
        for here, _, names in os.walk(folder):
            for name in names:
                try:
                    total += os.lstat(os.path.join(here, name)).st_blocks * 512
                except OSError:
                    continue
    return total
