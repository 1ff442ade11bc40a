"""Files and folders of a session as callers see them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from ..core.errors import AgentBayError, FileError
from ..core.result import Of, Result


@dataclass(frozen=True)
class FileInfo:
    """What is known of a file or folder.

    Attributes:
        size: Bytes.
        permissions: As the service words them, e.g. ``rw-r--r--``.
        modified: When it was last changed, ISO 8601, or empty.
        fields: All that the service said, by its own names; sizes are integers, yes and no are booleans.
    """

    size: int = 0
    is_file: bool = False
    is_directory: bool = False
    permissions: str = ""
    modified: str = ""
    fields: Mapping[str, str | int | bool] = field(default_factory=dict[str, str | int | bool], repr=False)


@dataclass(frozen=True)
class DirectoryEntry:
    """One entry of a folder."""

    name: str
    is_directory: bool

    @property
    def is_file(self) -> bool:
        """Whether it is anything but a folder."""
        return not self.is_directory


@dataclass(frozen=True)
class FileChangeEvent:
    """One thing that happened in a folder.

    Attributes:
        event_type: ``create``, ``modify`` or ``delete``.
        path: What it happened to.
        path_type: ``file`` or ``directory``.
    """

    event_type: str
    path: str
    path_type: str = "file"


class FileResult(Result[bool]):
    """The answer to an action on files that has nothing to tell but its success: ``data`` is True."""

    error_type: ClassVar[type[AgentBayError]] = FileError


class FileContentResult(Result[str]):
    """The answer to ``read_file``."""

    error_type: ClassVar[type[AgentBayError]] = FileError

    @property
    def content(self) -> str:
        """The text of the file."""
        return self.unwrap()

    def __str__(self) -> str:
        return self.unwrap()


class BinaryFileContentResult(Result[bytes]):
    """The answer to ``read_file(format="bytes")``."""

    error_type: ClassVar[type[AgentBayError]] = FileError

    @property
    def content(self) -> bytes:
        """The bytes of the file."""
        return self.unwrap()

    @property
    def size(self) -> int:
        """How many bytes they are."""
        return len(self.unwrap())


class FileInfoResult(Result[FileInfo]):
    """The answer to ``get_file_info``: the fields of ``data`` are here too."""

    error_type: ClassVar[type[AgentBayError]] = FileError

    size = Of[int]()
    is_file = Of[bool]()
    is_directory = Of[bool]()
    permissions = Of[str]()
    modified = Of[str]()

    @property
    def file_info(self) -> dict[str, str | int | bool]:
        """All that the service said, by its own names."""
        return dict(self.unwrap().fields)


class DirectoryListResult(Result[tuple[DirectoryEntry, ...]]):
    """The answer to ``list_directory``."""

    error_type: ClassVar[type[AgentBayError]] = FileError

    @property
    def entries(self) -> list[DirectoryEntry]:
        """The entries, in the service's order."""
        return list(self.unwrap())


@dataclass(frozen=True, kw_only=True)
class MultipleFileContentResult(Result[dict[str, str]]):
    """The answer to ``read_multiple_files``: ``data`` holds the text of each file that could be read, by its path.

    Attributes:
        errors: Why others could not be read, by path.
    """

    errors: Mapping[str, str] = field(default_factory=dict[str, str])

    error_type: ClassVar[type[AgentBayError]] = FileError

    @property
    def contents(self) -> dict[str, str]:
        """The texts by path."""
        return self.unwrap()


class FileSearchResult(Result[tuple[str, ...]]):
    """The answer to ``search_files``."""

    error_type: ClassVar[type[AgentBayError]] = FileError

    @property
    def matches(self) -> list[str]:
        """The paths that were found."""
        return list(self.unwrap())


class FileChangeResult(Result[tuple[FileChangeEvent, ...]]):
    """What happened in a folder since it was last asked about."""

    error_type: ClassVar[type[AgentBayError]] = FileError

    @property
    def events(self) -> list[FileChangeEvent]:
        """What happened, in the service's order."""
        return list(self.unwrap())


def text_of(content: BinaryFileContentResult) -> FileContentResult:
    """Return bytes that were read as text; bytes that are none are refused, not mangled."""
    if content.data is None:
        return content.refused_as(FileContentResult)
    try:
        text = content.data.decode()
    except UnicodeDecodeError as exc:
        reason = f'the file is not UTF-8 text (byte {exc.start}): read it with format="bytes"'
        return content.refused_as(FileContentResult, reason)
    return FileContentResult(success=True, data=text, request_id=content.request_id)
