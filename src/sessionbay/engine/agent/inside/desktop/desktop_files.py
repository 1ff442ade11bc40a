"""Desktop files, which describe the installed applications."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import stat

SECTION = "Desktop Entry"
MAX_SIZE = 2**20  # bytes
FIELD_CODE = re.compile(r"(?<!\S)%[fFuUdDnNickvm](?!\S)")  # a word that stands for what the application opens


def folders(environment: dict[str, str]) -> list[str]:
    """Return the folders of the start menu; what is in the first ones goes before the same in the last."""
    home = environment.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")
    others = environment.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    return [os.path.join(folder, "applications") for folder in (home, *others.split(":")) if folder]


def applications(folders: list[str], *, only_graphical: bool) -> list[dict[str, str]]:
    """Return the applications in folders, by name; files that cannot be read are left out.

    ``only_graphical`` leaves out those that menus do not show or that run in a terminal.
    """
    files: dict[str, str] = {}
    for folder in folders:
        for parent, _, names in os.walk(folder):
            for name in names:
                path = os.path.join(parent, name)
                files.setdefault(os.path.relpath(path, folder), path)
    found = [entry for name, path in files.items() if name.endswith(".desktop") and (entry := _entry(path))]
    shown = [entry for entry in found if not only_graphical or not (_is(entry, "NoDisplay") or _is(entry, "Terminal"))]
    return sorted(map(_description, shown), key=lambda each: (each["name"].casefold(), each["start_cmd"]))


def command(start_cmd: str) -> str:
    """Return a start command without the words that stand for files to open."""
    return FIELD_CODE.sub("", start_cmd).strip()


def _entry(path: str) -> dict[str, str]:
    """Return what a file says of an application; empty if it is none, is hidden, or its program is missing."""
    parser = configparser.RawConfigParser(strict=False, interpolation=None, delimiters="=", comment_prefixes="#")
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        with open(path, encoding="utf-8", errors="replace", opener=_open) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return {}
            parser.read_string(file.read(MAX_SIZE))
        entry = dict(parser.items(SECTION))
    except (OSError, configparser.Error, ValueError):
        return {}
    is_there = not entry.get("TryExec") or shutil.which(entry["TryExec"]) is not None
    is_app = entry.get("Type") == "Application" and bool(entry.get("Exec")) and bool(entry.get("Name"))
    return entry if is_app and is_there and not _is(entry, "Hidden") else {}


def _open(path: str, flags: int) -> int:
    """Open a file at once, as a pipe without a writer would wait for one."""
    return os.open(path, flags | os.O_NONBLOCK)


def _is(entry: dict[str, str], name: str) -> bool:
    return entry.get(name, "").strip().lower() == "true"


def _description(entry: dict[str, str]) -> dict[str, str]:
    return {
        "name": entry["Name"],
        "start_cmd": entry["Exec"],
        "stop_cmd": "",
        "work_directory": entry.get("Path", ""),
    }
