"""The texts of the file tools, both ways: the client parses what the engine formats."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ..core.json_text import readable
from ..core.wire_model import CamelWire
from ..models.files import DirectoryEntry, FileChangeEvent, FileInfo
from .file_failures import parse_failure

NO_MATCHES = "No matches found"
FAILURE_MARK = "Error - "  # follows the path of a file that could not be read
SEPARATOR = "\n---\n"


def parse_info(text: str) -> dict[str, Any]:
    """Parse lines of ``name: value``. Only sizes and flags are converted."""
    fields: dict[str, str | int | bool] = {}
    for line in text.split("\n"):
        name, colon, value = line.partition(":")
        if colon:
            fields[name.strip()] = _parse_value(name.strip(), value.strip())
    if "isDirectory" not in fields:
        raise ValueError("isDirectory is missing")
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
    """Format the metadata of a file."""
    return "\n".join(
        f"{name}: {str(value).lower() if isinstance(value, bool) else value}" for name, value in fields.items()
    )


def parse_listing(text: str) -> dict[str, Any]:
    """Parse lines of ``[DIR] name`` and ``[FILE] name``, and ignore others."""
    entries = [
        DirectoryEntry(line.removeprefix(mark).removesuffix("\r"), is_directory=mark == "[DIR] ")
        for line in text.split("\n")
        for mark in ("[DIR] ", "[FILE] ")
        if line.startswith(mark)
    ]
    return {"data": tuple(entries)}


def format_listing(entries: Iterable[DirectoryEntry]) -> str:
    """Format the entries of a folder."""
    return "\n".join(f"[{'DIR' if entry.is_directory else 'FILE'}] {entry.name}" for entry in entries)


def parse_blocks(paths: Sequence[str], text: str) -> dict[str, Any]:
    """Split the contents of ``paths``. A separator within a file is recognized by the missing path after it."""
    contents: dict[str, str] = {}
    errors = dict.fromkeys(paths, "the service did not return it")
    blocks = list(_block_bounds(paths, text))
    ends = [start for _, start, _ in blocks[1:]] + [len(text)]
    for (path, _, begin), end in zip(blocks, ends, strict=True):
        block = text[begin:end]
        if block.startswith(f" {FAILURE_MARK}"):
            errors[path] = parse_failure(block.strip().removeprefix(FAILURE_MARK))["error_message"]
        else:
            contents[path] = block[1:]  # after a line break, or a blank if the content begins on the path's line
            del errors[path]
    return {"data": contents, "errors": errors}


def _block_bounds(paths: Sequence[str], text: str) -> Iterator[tuple[str, int, int]]:
    """Yield each path, the start of its block, and the end of the path in it."""
    position = 0
    for path in paths:
        mark = f"{SEPARATOR if position else ''}{path}:"
        start = text.find(mark, position) if position else 0
        if start >= 0 and text.startswith(mark, start):
            position = start + len(mark)
            yield path, start, position


def format_blocks(paths: Iterable[str], contents: Mapping[str, str], errors: Mapping[str, str]) -> str:
    """Format the contents of files."""
    blocks = {path: f"\n{contents[path]}" if path in contents else f" {FAILURE_MARK}{errors[path]}" for path in paths}
    return SEPARATOR.join(f"{path}:{block}" for path, block in blocks.items())


def parse_matches(text: str) -> dict[str, Any]:
    """Parse one path per line. Blank text and ``NO_MATCHES`` mean that there are none."""
    matches = [line.removesuffix("\r") for line in text.split("\n") if line.strip()]
    return {"data": () if text.strip() == NO_MATCHES else tuple(matches)}


def format_matches(paths: Iterable[str]) -> str:
    """Format the found paths."""
    return "\n".join(paths) or NO_MATCHES


class Change(CamelWire):
    event_type: str
    path: str
    path_type: str = "file"


@cache
def change_list_adapter() -> TypeAdapter[list[Change]]:
    """Return the parser of changes. It is built once, when it is first needed, as that is slow."""
    return TypeAdapter(list[Change])


def parse_changes(text: str) -> dict[str, Any]:
    """Parse a JSON array of changes. Blank text means that there are none."""
    try:
        changes = change_list_adapter().validate_json(readable(text)) if text.strip() else []
    except ValidationError as exc:
        raise ValueError("it is not a list of changes") from exc
    return {"data": to_events(changes)}


def to_events(changes: Iterable[Change]) -> tuple[FileChangeEvent, ...]:
    """Return changes as public values."""
    return tuple(FileChangeEvent(change.event_type, change.path, change.path_type) for change in changes)


def format_changes(changes: Iterable[FileChangeEvent]) -> str:
    """Format changes."""
    return json.dumps([{"eventType": c.event_type, "path": c.path, "pathType": c.path_type} for c in changes])
