"""Folder synchronization: the trees of both sides, and the plan to make one like the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import PurePath

FILE, FOLDER, LINK = "f", "d", "l"

# The records of find and sha256sum, each followed by a NUL, with an empty record between the two. $out is the file of
# the framed output, which may be below the folder.
LIST = (
    'cd -- "$folder" && { find . -mindepth 1 ! -samefile "$out" -printf "%y\\t%s\\t%m\\t%P\\0"; printf "\\0";'
    ' find . -mindepth 1 -type f ! -samefile "$out" -print0 2>/dev/null | xargs -0 -r sha256sum -z -- 2>/dev/null; :; }'
)
MAKE_AND_LIST = f'mkdir -p -- "$folder" && {LIST}'


@dataclass(frozen=True)
class Entry:
    """An entry of a tree.

    Attributes:
        kind: The type letter of ``find``.
        digest: The SHA-256 in hexadecimal; empty if it is not known.
        is_executable: Whether the owner may execute it; None if the system has no such permission.
    """

    kind: str = FILE
    size: int = 0
    digest: str = ""
    is_executable: bool | None = False


@dataclass
class Tree:
    """The entries of a folder by their relative paths. ``errors`` has the paths that are unreadable or unusable."""

    entries: dict[str, Entry] = field(default_factory=dict[str, Entry])
    errors: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Rules:
    """The patterns that select files: each is matched against the path, and against each component of it."""

    include: Sequence[str] = ()
    exclude: Sequence[str] = ()

    def matches(self, path: str) -> bool:
        """Return whether a file is selected."""
        return (not self.include or _matches_any(self.include, path)) and not _matches_any(self.exclude, path)


@dataclass
class Plan:
    """The steps of a synchronization. A file to send may yet turn out to be identical."""

    to_send: list[str] = field(default_factory=list[str])
    to_delete: list[str] = field(default_factory=list[str])
    skipped: dict[str, str] = field(default_factory=dict[str, str])
    errors: dict[str, str] = field(default_factory=dict[str, str])


def parse_listing(data: bytes) -> Tree:
    """Parse the output of ``LIST``. Raise ValueError if it is something else.

    The session is not trusted: a path that would lead out of the folder becomes an error of that path.
    """
    listed, _, hashed = data.partition(b"\0\0")
    tree = Tree()
    for record in filter(None, listed.split(b"\0")):
        kind, size, mode, name = record.split(b"\t", 3)
        if path := _parse_path(name, tree.errors):
            tree.entries[path] = Entry(kind.decode("ascii"), int(size), is_executable=is_executable_mode(int(mode, 8)))
    for record in filter(None, hashed.split(b"\0")):
        digest, _, name = record.partition(b"  ")
        path = name.removeprefix(b"./").decode("utf-8", "replace")
        if (entry := tree.entries.get(path)) and entry.kind == FILE:
            tree.entries[path] = replace(entry, digest=digest.decode("ascii"))
    return tree


def is_executable_mode(mode: int) -> bool:
    """Return whether the owner may execute a file of this mode."""
    return bool(mode & 0o100)


def executable_change(path: str, source: Tree, target: Tree) -> bool | None:
    """Return the executable bit to set on the target; None if it is right already.

    A new file is not executable; a replaced file keeps its permissions.
    """
    new, old = source.entries[path].is_executable, target.entries.get(path, Entry()).is_executable
    return None if new is None or old is None or new == old else new


def plan(source: Tree, target: Tree, rules: Rules) -> Plan:
    """Return the steps that give ``target`` the files of ``source``."""
    steps = Plan(errors={path: reason for path, reason in source.errors.items() if path == "." or rules.matches(path)})
    for path, entry in sorted(source.entries.items()):
        if entry.kind == FOLDER or not rules.matches(path):
            continue
        if entry.kind != FILE:
            steps.skipped[path] = "a symbolic link" if entry.kind == LINK else "not a regular file"
        elif reason := _find_obstacle(path, target.entries):
            steps.errors[path] = reason
        else:
            steps.to_send.append(path)
    steps.to_delete = sorted(
        path
        for path, entry in target.entries.items()
        if entry.kind == FILE and path not in source.entries and rules.matches(path)
    )
    return steps


def parent_paths(path: str) -> list[str]:
    """Return the parent folders of a path, the nearest first."""
    return [path[:place] for place in range(len(path) - 1, 0, -1) if path[place] == "/"]


def _find_obstacle(path: str, target: Mapping[str, Entry]) -> str:
    """Return why a file cannot be written to ``path`` of the target; empty if it can."""
    for folder in parent_paths(path):
        if (entry := target.get(folder)) and entry.kind != FOLDER:
            return f"{folder} is {'a symbolic link' if entry.kind == LINK else 'not a folder'} on the other side"
    if (entry := target.get(path)) and entry.kind != FILE:
        kinds = {FOLDER: "a folder", LINK: "a symbolic link"}
        return f"it is {kinds.get(entry.kind, 'not a regular file')} on the other side"
    return ""


def _parse_path(name: bytes, errors: dict[str, str]) -> str:
    """Return a name as a path below its folder; otherwise add an error and return an empty string."""
    try:
        path = name.decode()
    except UnicodeDecodeError:
        errors[name.decode("utf-8", "backslashreplace")] = "the path is not UTF-8"
        return ""
    if not is_below(path):
        errors[path] = "the path leads out of the folder"
        return ""
    return path


def is_below(path: str) -> bool:
    """Return whether a path stays below its folder on this machine, by the rules of its operating system."""
    names = path.split("/")
    return list(PurePath(path).parts) == names and not {"", ".", ".."} & set(names)


def _matches_any(patterns: Sequence[str], path: str) -> bool:
    names = (path, *path.split("/"))
    return any(fnmatchcase(name, pattern.rstrip("/")) for pattern in patterns for name in names)
