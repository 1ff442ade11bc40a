"""Files of this machine: reading, scanning, and atomic writing. All functions may block."""

import hashlib
import os
import stat
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from zipfile import BadZipFile, ZipFile

from .core.errors import AgentBayError
from .environment import nonce
from .operations.trees import FILE, FOLDER, LINK, Entry, Tree, is_below, is_executable_mode

MODES = os.name == "posix"  # whether the system has executable bits
MAX_EXTENSION_SIZE = 256 * 1024 * 1024  # bytes of the archive of a browser's extension
MAX_UNPACKED_SIZE = 1024 * 1024 * 1024  # bytes of its files
LocalPath = str | os.PathLike[str]


class AtomicFile:
    """A file that is written beside its target, and renamed to it when it is complete."""

    def __init__(self, target: LocalPath, *, overwrite: bool) -> None:
        self.size = 0
        self._target = Path(target)
        self._overwrite = overwrite
        self._part = self._target.with_name(
            f".{nonce()[:12]}.part"
        )  # short, as the target's name may have the maximum length
        self._target.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._part.open("xb")

    def write(self, piece: bytes) -> None:
        """Append data."""
        self._file.write(piece)
        self.size += len(piece)

    def finish(self) -> None:
        """Rename the file to its target."""
        self._file.close()
        if self._overwrite:
            with suppress(FileNotFoundError):
                self._part.chmod(self._target.stat().st_mode & 0o777)  # never setuid or setgid
            self._part.replace(self._target)
        else:
            os.link(self._part, self._target)  # unlike a rename, it does not replace

    def discard(self) -> None:
        """Remove the file unless it is finished."""
        self._file.close()
        self._part.unlink(missing_ok=True)


def local_file(path: LocalPath) -> Path:
    """Return a path of this machine, in which ``~`` is the user's home folder."""
    return Path(path).expanduser()


def open_source(source: LocalPath | bytes, errors: type[AgentBayError]) -> BinaryIO:
    """Open a file, or bytes, for reading. Raise a usage error if it is not a file."""
    if isinstance(source, bytes):
        return BytesIO(source)
    path = local_file(source)
    if path.is_dir():
        raise errors.usage(f"{path} is a folder, not a file: push of the file module copies folders")
    if not path.is_file():
        raise errors.usage(f"there is no file {path} on this machine")
    return path.open("rb")


def open_extension(path: LocalPath, errors: type[AgentBayError]) -> BinaryIO:
    """Open the archive of a browser's extension for reading. Raise a usage error if it is not one."""
    name = local_file(path)
    if name.suffix.lower() != ".zip":
        raise errors.usage(f"{name} is not a .zip file: extensions are zip archives")
    file = open_source(path, errors)
    try:
        if problem := _extension_problem(file):
            raise errors.usage(f"{name} is not the archive of an extension: {problem}")
    except BaseException:
        file.close()
        raise
    return file


def _extension_problem(file: BinaryIO) -> str:
    """Return why a file is not the archive of an extension; empty if it is one."""
    if (size := file_size(file)) > MAX_EXTENSION_SIZE:
        return f"it has {size} bytes, and at most {MAX_EXTENSION_SIZE} are allowed"
    try:
        with ZipFile(file) as archive:
            entries = archive.infolist()
    except (BadZipFile, UnicodeError, NotImplementedError) as exc:
        return f"it is not a zip archive: {exc}"
    if outside := next((entry.filename for entry in entries if not is_below(entry.filename.rstrip("/"))), None):
        return f"its entry {outside!r} leads out of the folder of the extension"
    if (unpacked := sum(entry.file_size for entry in entries)) > MAX_UNPACKED_SIZE:
        return f"it unpacks to {unpacked} bytes, and at most {MAX_UNPACKED_SIZE} are allowed"
    if "manifest.json" not in {entry.filename for entry in entries}:
        return "it has no manifest.json at its top level: pack the contents of the folder, not the folder"
    file.seek(0)
    return ""


def file_size(file: BinaryIO) -> int:
    """Return the size of an open file in bytes."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    return size


def scan_tree(top: Path) -> Tree:
    """Return the tree of a folder. Links are not followed."""
    tree, folders = Tree(), [top]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as iterator:
                entries = list(iterator)
        except OSError as exc:
            tree.errors[_below(folder, top)] = exc.strerror or str(exc)
            continue
        for entry in entries:
            path = _below(Path(entry.path), top)
            try:
                path.encode()
                status = entry.stat(follow_symlinks=False)
            except UnicodeEncodeError:
                tree.errors[os.fsencode(path).decode("utf-8", "backslashreplace")] = "the path is not UTF-8"
                continue
            except OSError as exc:
                tree.errors[path] = exc.strerror or str(exc)
                continue
            tree.entries[path] = Entry(
                _kind(status.st_mode),
                status.st_size,
                is_executable=is_executable_mode(status.st_mode) if MODES else None,
            )
            if entry.is_dir(follow_symlinks=False):
                folders.append(Path(entry.path))
    return tree


def safe_join(top: Path, path: str) -> Path:
    """Join a folder and a path below it. Raise OSError if the result would be outside, or behind a link."""
    target = top.joinpath(path)
    if not is_below(path):
        raise NotADirectoryError(f"{path!r} leads out of {top}")
    for folder in target.parents:
        if folder == top:
            return target
        if folder.is_symlink():
            break
    raise NotADirectoryError(f"{path!r} leads through a symbolic link")


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_atomically(target: Path, content: bytes) -> None:
    """Write a file completely, or not at all."""
    file = AtomicFile(target, overwrite=True)
    try:
        file.write(content)
        file.finish()
    finally:
        file.discard()


def set_executable(path: Path, is_executable: bool) -> None:
    """Make a file executable by all who may read it, or by none."""
    if MODES:
        mode = stat.S_IMODE(path.stat().st_mode)
        path.chmod(mode | (mode & 0o444) >> 2 if is_executable else mode & ~0o111)


def _below(path: Path, top: Path) -> str:
    return path.relative_to(top).as_posix()


def _kind(mode: int) -> str:
    kinds = {stat.S_IFREG: FILE, stat.S_IFDIR: FOLDER, stat.S_IFLNK: LINK}
    return kinds.get(stat.S_IFMT(mode), "o")
