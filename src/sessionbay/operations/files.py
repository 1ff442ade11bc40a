"""The file tools: what goes over, and how their answers are worded."""

from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Literal, TypeVar

from pydantic import field_validator

from ..core import validation
from ..core.errors import FileError
from ..core.result import Result
from ..core.tool import Tool
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

Q = TypeVar("Q", bound=Wire)
R = TypeVar("R", bound=Result[Any])

SERVER = "wuying_filesystem"

# Bytes: the clouds carry messages of 63 KB between the control plane and a machine, and base64 adds a third.
MAX_TEXT_CHUNK = 51200
MAX_BINARY_CHUNK = 46080

WriteMode = Literal["overwrite", "append", "create_new"]


class PathArgs(Wire):
    path: str

    @classmethod
    def of(cls, path: str) -> "PathArgs":
        """Return the arguments for a path that the caller gave."""
        return cls(path=validation.text("path", path, FileError))


class ReadArgs(PathArgs):
    """``offset`` and ``length`` are bytes; a length of 0 reads to the end."""

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
    """Put ``new_text`` in the place of the first ``old_text``."""

    old_text: str
    new_text: str


class EditArgs(CamelWire):
    path: str
    edits: list[Edit]
    dry_run: bool = False


class PathsArgs(Wire):
    paths: list[str]


class SearchArgs(CamelWire):
    """AgentBay takes the patterns to leave out as one text, joined by commas; AGB takes a list."""

    path: str
    pattern: str
    exclude_patterns: str | list[str] | None = None

    @field_validator("exclude_patterns")
    @classmethod
    def _blank_is_none(cls, value: str | list[str] | None) -> str | list[str] | None:
        return value or None

    def exclude_list(self) -> list[str]:
        """Return the patterns to leave out (the engine's side)."""
        given = self.exclude_patterns or []
        return given.split(",") if isinstance(given, str) else given


def _parse_done(text: str) -> dict[str, Any]:
    return {"data": True}


def _parse_text(text: str) -> dict[str, Any]:
    return {"data": text}


def _parse_bytes(text: str) -> dict[str, Any]:
    return {"data": b64decode(text, validate=True)}


def _read_tool(result: type[R], read: Callable[[str], Mapping[str, Any]]) -> Tool[ReadArgs, R]:
    about = "Read a file, or a part of it, as text or as base64 (format binary)."
    return Tool(name="read_file", server=SERVER, about=about, args=ReadArgs, result=result, read=read)


def _action_tool(name: str, about: str, args: type[Q]) -> Tool[Q, FileResult]:
    return Tool(name=name, server=SERVER, about=about, args=args, result=FileResult, read=_parse_done)


READ_TEXT = _read_tool(FileContentResult, _parse_text)
READ_BYTES = _read_tool(BinaryFileContentResult, _parse_bytes)
INFO = Tool(
    name="get_file_info",
    server=SERVER,
    about="Tell size, kind, permissions and times of a file or folder.",
    args=PathArgs,
    result=FileInfoResult,
    read=file_codecs.parse_info,
)
LIST = Tool(
    name="list_directory",
    server=SERVER,
    about="List the entries of a folder.",
    args=PathArgs,
    result=DirectoryListResult,
    read=file_codecs.parse_listing,
)
WRITE = _action_tool("write_file", "Write text to a file.", WriteArgs)
MAKE_DIRECTORY = _action_tool(
    "create_directory", "Make a folder and those above it; one that is there is left as it is.", PathArgs
)
DELETE = _action_tool("delete_file", "Delete a file.", PathArgs)
MOVE = _action_tool("move_file", "Move or rename a file or folder; an existing destination is not replaced.", MoveArgs)
EDIT = _action_tool("edit_file", "Replace texts in a file, each edit the first place where its text stands.", EditArgs)
READ_MANY = Tool(
    name="read_multiple_files",
    server=SERVER,
    about="Read several text files.",
    args=PathsArgs,
    result=MultipleFileContentResult,
    read=partial(file_codecs.parse_blocks, []),
)
SEARCH = Tool(
    name="search_files",
    server=SERVER,
    about="Find files and folders below a folder whose names match a pattern (* and ?).",
    args=SearchArgs,
    result=FileSearchResult,
    read=file_codecs.parse_matches,
)
CHANGES = Tool(
    name="get_file_change",
    server=SERVER,
    about="Tell what changed in a folder since the last call; the first call only begins to look.",
    args=PathArgs,
    result=FileChangeResult,
    read=file_codecs.parse_changes,
)


def read_many_tool(paths: Sequence[str]) -> Tool[PathsArgs, MultipleFileContentResult]:
    """Return the tool that reads ``paths``: its answer can be taken apart only by those who know them."""
    return replace(READ_MANY, read=partial(file_codecs.parse_blocks, paths))
