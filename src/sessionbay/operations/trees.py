"""Folders by difference: what is on either side, what is to go over, and what stands in its way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import PurePath

FILE, FOLDER, LINK = "f", "d", "l"

# What find and sha256sum write, with a NUL after each record, and an empty record between the two.
LIST = (
    'cd -- "$folder" && out=$(mktemp) && {'
    ' find . -mindepth 1 ! -samefile "$out" -printf "%y\\t%s\\t%m\\t%P\\0"; printf "\\0";'
    ' find . -mindepth 1 -type f -print0 2>/dev/null | xargs -0 -r sha256sum -z -- 2>/dev/null; } > "$out";'
    ' [ -n "$out" ] && printf %s "$out"'
)
MAKE_AND_LIST = f'mkdir -p -- "$folder" && {LIST}'


@dataclass(frozen=True)
class Entry:
    """What is at one path: ``kind`` is a letter as ``find`` has them; ``digest`` is empty where it is not known yet.

    ``runs`` says whether its owner may execute it; None where the system has no such permission.
    """

    kind: str = FILE
    size: int = 0
    digest: str = ""
    is_executable: bool | None = False


@dataclass
class Tree:
    """What is in a folder, by the path below it; ``errors`` say what could not be looked at, or has no usable name."""

    entries: dict[str, Entry] = field(default_factory=dict[str, Entry])
    errors: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Rules:
    """Which files are meant: a pattern is compared with the path, and with each name in it."""

    include: Sequence[str] = ()
    exclude: Sequence[str] = ()

    def matches(self, path: str) -> bool:
        """Return whether a file is meant."""
        return (not self.include or _matches_any(self.include, path)) and not _matches_any(self.exclude, path)


@dataclass
class Plan:
    """What is to be done, as far as it shows from outside: a file of the same size may yet turn out to be the same."""

    to_send: list[str] = field(default_factory=list[str])
    to_delete: list[str] = field(default_factory=list[str])
    skipped: dict[str, str] = field(default_factory=dict[str, str])
    errors: dict[str, str] = field(default_factory=dict[str, str])


def parse_listing(data: bytes) -> Tree:
    """Read what ``LIST`` has written; a ValueError says that it is something else.

    The machine is not trusted: a name that would lead out of a folder is an error of that name.
    """
    found, _, hashed = data.partition(b"\0\0")
    tree = Tree()
    for record in filter(None, found.split(b"\0")):
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
    """Return whether a mode lets its file's owner execute it."""
    return bool(mode & 0o100)


def executable_change(path: str, source: Tree, target: Tree) -> bool | None:
    """Return whether the file at ``path`` is to become executable, or no longer to be; None where it is right.

    A new file is not executable; one that is replaced keeps its permissions.
    """
    wanted, found = source.entries[path].is_executable, target.entries.get(path, Entry()).is_executable
    return None if wanted is None or found is None or wanted == found else wanted


def plan(source: Tree, target: Tree, rules: Rules) -> Plan:
    """Return what is to be done so that ``target`` has the files of ``source``."""
    made = Plan(errors={path: why for path, why in source.errors.items() if path == "." or rules.matches(path)})
    for path, entry in sorted(source.entries.items()):
        if entry.kind == FOLDER or not rules.matches(path):
            continue
        if entry.kind != FILE:
            made.skipped[path] = "a symbolic link" if entry.kind == LINK else "no regular file"
        elif why := _find_obstacle(path, target.entries):
            made.errors[path] = why
        else:
            made.to_send.append(path)
    made.to_delete = sorted(
        path
        for path, entry in target.entries.items()
        if entry.kind == FILE and path not in source.entries and rules.matches(path)
    )
    return made


def parent_paths(path: str) -> list[str]:
    """Return the folders above a path, the nearest one first."""
    return [path[:place] for place in range(len(path) - 1, 0, -1) if path[place] == "/"]


def _find_obstacle(path: str, target: Mapping[str, Entry]) -> str:
    """Return why a file cannot go to its place, empty when it can."""
    for folder in parent_paths(path):
        if (entry := target.get(folder)) and entry.kind != FOLDER:
            return f"{folder} is {'a symbolic link' if entry.kind == LINK else 'no folder'} on the other side"
    if (entry := target.get(path)) and entry.kind != FILE:
        kinds = {FOLDER: "a folder", LINK: "a symbolic link"}
        return f"on the other side there is {kinds.get(entry.kind, 'no regular file')} of this name"
    return ""


def _parse_path(name: bytes, errors: dict[str, str]) -> str:
    """Return a name as a path that stays below its folder; empty, and told, if it is none."""
    try:
        path = name.decode()
    except UnicodeDecodeError:
        errors[name.decode("utf-8", "backslashreplace")] = "the name is not UTF-8"
        return ""
    if not is_below(path):
        errors[path] = "the name would lead out of the folder"
        return ""
    return path


def is_below(path: str) -> bool:
    """Return whether a path stays below its folder on this machine, whatever system that has."""
    names = path.split("/")
    return list(PurePath(path).parts) == names and not {"", ".", ".."} & set(names)


def _matches_any(patterns: Sequence[str], path: str) -> bool:
    names = (path, *path.split("/"))
    return any(fnmatchcase(name, pattern.rstrip("/")) for pattern in patterns for name in names)
