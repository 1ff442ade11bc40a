"""The file tools: what goes over, and how their answers are worded."""

from base64 import b64decode
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, TypeVar

from ..core import checks
from ..core.errors import FileError
from ..core.result import Result
from ..core.tool import Tool
from ..core.wire import Wire
from ..models.files import (
    BinaryFileContentResult,
    DirectoryEntry,
    DirectoryListResult,
    FileContentResult,
    FileInfo,
    FileInfoResult,
    FileResult,
)

Q = TypeVar("Q", bound=Wire)
R = TypeVar("R", bound=Result[Any])

SERVER = "wuying_filesystem"

WriteMode = Literal["overwrite", "append", "create_new"]


class PathArgs(Wire):
    path: str

    @classmethod
    def of(cls, path: str) -> "PathArgs":
        """Return the arguments for a path that the caller gave."""
        return cls(path=checks.text("path", path, FileError))


class ReadArgs(PathArgs):
    """``offset`` and ``length`` are bytes; a length of 0 reads to the end."""

    offset: int = 0
    length: int = 0
    format: Literal["text", "binary"] | None = None


class WriteArgs(PathArgs):
    content: str
    mode: WriteMode = "overwrite"


class MoveArgs(Wire):
    source: str
    destination: str


def _done(text: str) -> dict[str, Any]:
    return {"data": True}


def _text(text: str) -> dict[str, Any]:
    return {"data": text}


def _bytes(text: str) -> dict[str, Any]:
    return {"data": b64decode(text, validate=True)}


def read_info(text: str) -> dict[str, Any]:
    """Read lines of ``name: value``; only sizes and flags are made into more than text."""
    fields: dict[str, str | int | bool] = {}
    for line in text.split("\n"):
        name, colon, value = line.partition(":")
        if colon:
            fields[name.strip()] = _typed(name.strip(), value.strip())
    if "isDirectory" not in fields:
        raise ValueError("the answer does not say isDirectory")
    return {"data": _info(fields)}


def _typed(name: str, value: str) -> str | int | bool:
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


def write_info(fields: Mapping[str, str | int | bool]) -> str:
    """Word what is known of a file, the other way round than ``read_info``."""
    return "\n".join(
        f"{name}: {str(value).lower() if isinstance(value, bool) else value}" for name, value in fields.items()
    )


def read_listing(text: str) -> dict[str, Any]:
    """Read lines of ``[DIR] name`` and ``[FILE] name``; others say nothing."""
    entries = [
        DirectoryEntry(line.removeprefix(mark).removesuffix("\r"), is_directory=mark == "[DIR] ")
        for line in text.split("\n")
        for mark in ("[DIR] ", "[FILE] ")
        if line.startswith(mark)
    ]
    return {"data": tuple(entries)}


def write_listing(entries: Iterable[DirectoryEntry]) -> str:
    """Word the entries of a folder, the other way round than ``read_listing``."""
    return "\n".join(f"[{'DIR' if entry.is_directory else 'FILE'}] {entry.name}" for entry in entries)


def _reading(result: type[R], read: Callable[[str], Mapping[str, Any]]) -> Tool[ReadArgs, R]:
    about = "Read a file, or a part of it, as text or as base64 (format binary)."
    return Tool(name="read_file", server=SERVER, about=about, args=ReadArgs, result=result, read=read)


def _acting(name: str, about: str, args: type[Q]) -> Tool[Q, FileResult]:
    return Tool(name=name, server=SERVER, about=about, args=args, result=FileResult, read=_done)


READ_TEXT = _reading(FileContentResult, _text)
READ_BYTES = _reading(BinaryFileContentResult, _bytes)
INFO = Tool(
    name="get_file_info",
    server=SERVER,
    about="Tell size, kind, permissions and times of a file or folder.",
    args=PathArgs,
    result=FileInfoResult,
    read=read_info,
)
LIST = Tool(
    name="list_directory",
    server=SERVER,
    about="List the entries of a folder.",
    args=PathArgs,
    result=DirectoryListResult,
    read=read_listing,
)
WRITE = _acting("write_file", "Write text to a file.", WriteArgs)
MAKE_DIRECTORY = _acting(
    "create_directory", "Make a folder and those above it; one that is there is left as it is.", PathArgs
)
DELETE = _acting("delete_file", "Delete a file.", PathArgs)
MOVE = _acting("move_file", "Move or rename a file or folder; an existing destination is not replaced.", MoveArgs)
