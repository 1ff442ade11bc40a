"""The file tools: arguments, and the results of their texts."""

import os
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Literal, TypeVar, cast

from pydantic import field_validator

from ..core import validation
from ..core.errors import FileError
from ..core.result import Result
from ..core.tool import Tool, parse_done, parse_text
from ..core.wire_model import CamelWire, Wire
from ..models.files import (
    BinaryFileContentResult,
    DirectoryListResult,
    FileChangeResult,
    FileContentResult,
    FileInfoResult,
    FileResult,
    FileSearchResult,
    MultipleFileContentResult,
)
from . import file_codecs
from .file_failures import parse_failure, parse_text_failure

Q = TypeVar("Q", bound=Wire)
R = TypeVar("R", bound=Result[Any])

SERVER = "wuying_filesystem"

# Bytes. Messages between the control plane and a session have at most 63 KB on the clouds; base64 adds a third.
MAX_TEXT_CHUNK = 51200
MAX_BINARY_CHUNK = 46080
MAX_DIRECT_CHUNK = 8 * 2**20  # bytes of content in one message on the direct route

WriteMode = Literal["overwrite", "append", "create_new"]
RemotePath = str | os.PathLike[str]


class PathArgs(Wire):
    path: str

    @classmethod
    def of(cls, path: RemotePath) -> "PathArgs":
        """Return the arguments for a path of the caller."""
        return cls(path=validation.path("path", path, FileError))


class ReadArgs(PathArgs):
    """``offset`` and ``length`` are bytes. A length of 0 reads to the end."""

    offset: int = 0
    length: int = 0
    format: Literal["text", "binary"] | None = None


class WriteArgs(PathArgs):
    content: str
    mode: WriteMode = "overwrite"
    create_parent_dir: bool | None = None


class MoveArgs(Wire):
    source: str
    destination: str


class Edit(CamelWire):
    """Replace the first ``old_text`` by ``new_text``."""

    old_text: str
    new_text: str


class EditArgs(CamelWire):
    path: str
    edits: list[Edit]
    dry_run: bool = False


class PathsArgs(Wire):
    paths: list[str]


class SearchArgs(CamelWire):
    """AgentBay takes the patterns to exclude as one text, separated by commas; AGB takes a list."""

    path: str
    pattern: str
    exclude_patterns: str | list[str] | None = None

    @field_validator("exclude_patterns")
    @classmethod
    def _blank_is_none(cls, value: str | list[str] | None) -> str | list[str] | None:
        return value or None

    def exclude_list(self) -> list[str]:
        """Return the patterns to exclude (for the engine)."""
        patterns = self.exclude_patterns or []
        return patterns.split(",") if isinstance(patterns, str) else patterns


def _parse_bytes(text: str) -> dict[str, Any]:
    return {"data": b64decode(text, validate=True)}


def _add_sizes(fields: Mapping[str, Any], extra: Mapping[str, Any]) -> Mapping[str, Any]:
    """Add the sizes of a listing, in the order of its entries."""
    sizes = extra.get("sizes")
    if not isinstance(sizes, list) or len(sizes := cast("list[int]", sizes)) != len(fields["data"]):
        return fields
    pairs = zip(fields["data"], sizes, strict=True)
    return {**fields, "data": tuple(replace(entry, size=size) for entry, size in pairs)}


def _add_skipped(fields: Mapping[str, Any], extra: Mapping[str, Any]) -> Mapping[str, Any]:
    """Add the folders that a search could not read."""
    skipped = extra.get("skipped")
    return {**fields, "skipped": skipped} if isinstance(skipped, dict) else fields


def _read_tool(
    result: type[R],
    read: Callable[[str], Mapping[str, Any]],
    read_error: Callable[[str], Mapping[str, Any]] = parse_failure,
) -> Tool[ReadArgs, R]:
    about = "Read a file, or a part of it, as text or as base64 (format binary)."
    return Tool(
        name="read_file", server=SERVER, about=about, args=ReadArgs, result=result, read=read, read_error=read_error
    )


def _action_tool(name: str, about: str, args: type[Q]) -> Tool[Q, FileResult]:
    return Tool(
        name=name, server=SERVER, about=about, args=args, result=FileResult, read=parse_done, read_error=parse_failure
    )


READ_TEXT = _read_tool(FileContentResult, parse_text, parse_text_failure)
READ_BYTES = _read_tool(BinaryFileContentResult, _parse_bytes)
INFO = Tool(
    name="get_file_info",
    server=SERVER,
    about="Return the size, kind, permissions and times of a file or folder.",
    args=PathArgs,
    result=FileInfoResult,
    read=file_codecs.parse_info,
    read_error=parse_failure,
)
LIST = Tool(
    name="list_directory",
    server=SERVER,
    about="List the entries of a folder.",
    args=PathArgs,
    result=DirectoryListResult,
    read=file_codecs.parse_listing,
    read_error=parse_failure,
    read_extra=_add_sizes,
)
WRITE = _action_tool("write_file", "Write text to a file.", WriteArgs)
MAKE_DIRECTORY = _action_tool(
    "create_directory", "Create a folder and its parents; an existing one is left as it is.", PathArgs
)
DELETE = _action_tool("delete_file", "Delete a file.", PathArgs)
MOVE = _action_tool("move_file", "Move or rename a file or folder; an existing destination is not replaced.", MoveArgs)
EDIT = _action_tool(
    "edit_file", "Replace texts in a file; each edit replaces the first occurrence of its text.", EditArgs
)
READ_MANY = Tool(
    name="read_multiple_files",
    server=SERVER,
    about="Read several text files.",
    args=PathsArgs,
    result=MultipleFileContentResult,
    read=partial(file_codecs.parse_blocks, []),
    read_error=parse_failure,
)
SEARCH = Tool(
    name="search_files",
    server=SERVER,
    about="Find files and folders below a folder whose names match a pattern (* and ?).",
    args=SearchArgs,
    result=FileSearchResult,
    read=file_codecs.parse_matches,
    read_error=parse_failure,
    read_extra=_add_skipped,
)
CHANGES = Tool(
    name="get_file_change",
    server=SERVER,
    about="Return the changes in a folder since the last call; the first call returns none.",
    args=PathArgs,
    result=FileChangeResult,
    read=file_codecs.parse_changes,
    read_error=parse_failure,
)


def read_many_tool(paths: Sequence[str]) -> Tool[PathsArgs, MultipleFileContentResult]:
    """Return the tool that reads ``paths``, which the parser of its text needs."""
    return replace(READ_MANY, read=partial(file_codecs.parse_blocks, paths))
