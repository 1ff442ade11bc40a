"""How the file tools word their answers, both ways: what the client reads, the engine writes."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ..core.wire_model import CamelWire
from ..models.files import DirectoryEntry, FileChangeEvent, FileInfo

NO_MATCHES = "No matches found"
FAILURE_MARK = "Error - "  # what follows the path of a file that could not be read
SEPARATOR = "\n---\n"


def parse_info(text: str) -> dict[str, Any]:
    """Read lines of ``name: value``; only sizes and flags are made into more than text."""
    fields: dict[str, str | int | bool] = {}
    for line in text.split("\n"):
        name, colon, value = line.partition(":")
        if colon:
            fields[name.strip()] = _parse_value(name.strip(), value.strip())
    if "isDirectory" not in fields:
        raise ValueError("the answer does not say isDirectory")
    return {"data": _info(fields)}


def _parse_value(name: str, value: str) -> str | int | bool:
    if name in ("isDirectory", "isFile"):
        return value.lower() == "true"
    return int(value) if name == "size" else value


def _info(fields: Mapping[str, str | int | bool]) -> FileInfo:
    is_directory = bool(fields["isDirectory"])
    return FileInfo(
        size=int(fields.get("size", 0)),
        is_file=bool(fields.get("isFile", not is_directory)),
        is_directory=is_directory,
        permissions=str(fields.get("permissions", "")),
        modified=str(fields.get("modified", "")),
        fields=fields,
    )


def format_info(fields: Mapping[str, str | int | bool]) -> str:
    """Word what is known of a file, the other way round than ``parse_info``."""
    return "\n".join(
        f"{name}: {str(value).lower() if isinstance(value, bool) else value}" for name, value in fields.items()
    )


def parse_listing(text: str) -> dict[str, Any]:
    """Read lines of ``[DIR] name`` and ``[FILE] name``; others say nothing."""
    entries = [
        DirectoryEntry(line.removeprefix(mark).removesuffix("\r"), is_directory=mark == "[DIR] ")
        for line in text.split("\n")
        for mark in ("[DIR] ", "[FILE] ")
        if line.startswith(mark)
    ]
    return {"data": tuple(entries)}


def format_listing(entries: Iterable[DirectoryEntry]) -> str:
    """Word the entries of a folder, the other way round than ``parse_listing``."""
    return "\n".join(f"[{'DIR' if entry.is_directory else 'FILE'}] {entry.name}" for entry in entries)


def parse_blocks(paths: Sequence[str], text: str) -> dict[str, Any]:
    """Take the contents of ``paths`` apart; a line of dashes in a file is told from one between two files."""
    contents: dict[str, str] = {}
    errors = dict.fromkeys(paths, "the service said nothing of it")
    found = list(_block_bounds(paths, text))
    ends = [start for _, start, _ in found[1:]] + [len(text)]
    for (path, _, begin), end in zip(found, ends, strict=True):
        said = text[begin:end]
        if said.startswith(f" {FAILURE_MARK}"):
            errors[path] = said.strip().removeprefix(FAILURE_MARK)
        else:
            contents[path] = said[1:]  # after a line break, or a blank where the content begins on the path's line
            del errors[path]
    return {"data": contents, "errors": errors}


def _block_bounds(paths: Sequence[str], text: str) -> Iterator[tuple[str, int, int]]:
    """Yield each path with where its block starts, and where what follows the path does."""
    position = 0
    for path in paths:
        mark = f"{SEPARATOR if position else ''}{path}:"
        start = text.find(mark, position) if position else 0
        if start >= 0 and text.startswith(mark, start):
            position = start + len(mark)
            yield path, start, position


def format_blocks(paths: Iterable[str], contents: Mapping[str, str], errors: Mapping[str, str]) -> str:
    """Word the contents of files, the other way round than ``parse_blocks``."""
    said = {path: f"\n{contents[path]}" if path in contents else f" {FAILURE_MARK}{errors[path]}" for path in paths}
    return SEPARATOR.join(f"{path}:{what}" for path, what in said.items())


def parse_matches(text: str) -> dict[str, Any]:
    """Read one path a line; blank text and a certain sentence mean that there are none."""
    found = [line.removesuffix("\r") for line in text.split("\n") if line.strip()]
    return {"data": () if text.strip() == NO_MATCHES else tuple(found)}


def format_matches(paths: Iterable[str]) -> str:
    """Word the paths that were found."""
    return "\n".join(paths) or NO_MATCHES


class Change(CamelWire):
    event_type: str
    path: str
    path_type: str = "file"


@cache
def change_list_adapter() -> TypeAdapter[list[Change]]:
    """Return what reads changes; the making of it takes long, so it is made when it is needed, and once."""
    return TypeAdapter(list[Change])


def parse_changes(text: str) -> dict[str, Any]:
    """Read a JSON array of what happened; blank text says that nothing did."""
    try:
        changes = change_list_adapter().validate_json(text) if text.strip() else []
    except ValidationError as exc:
        raise ValueError("the changes are not the tool's") from exc
    return {"data": to_events(changes)}


def to_events(changes: Iterable[Change]) -> tuple[FileChangeEvent, ...]:
    """Return changes as callers see them."""
    return tuple(FileChangeEvent(change.event_type, change.path, change.path_type) for change in changes)


def format_changes(changes: Iterable[FileChangeEvent]) -> str:
    """Word what happened, the other way round than ``parse_changes``."""
    return json.dumps([{"eventType": c.event_type, "path": c.path, "pathType": c.path_type} for c in changes])
