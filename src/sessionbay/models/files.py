"""Files and folders of a session as callers see them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from ..core.errors import AgentBayError, FileError, Kind
from ..core.result import Delegated, Result


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

    size = Delegated[int]()
    is_file = Delegated[bool]()
    is_directory = Delegated[bool]()
    permissions = Delegated[str]()
    modified = Delegated[str]()

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


@dataclass(frozen=True, kw_only=True)
class FileTransferResult(Result[None]):
    """What the answers to ``upload_file`` and ``download_file`` share.

    Attributes:
        path: The file of the session.
        request_id_sync: The id of the request to copy between the session and the cloud's store.
        timed_out: Whether the wait for that copy ran out, rather than something saying no.
    """

    path: str = ""
    request_id_sync: str = ""
    timed_out: bool = False

    error_type: ClassVar[type[AgentBayError]] = FileError

    @property
    def http_status(self) -> int:
        """The HTTP status of the store's answer; where it was not asked, that of the answer that refused."""
        return self.http_status_code

    def _kind(self) -> Kind:
        return "timeout" if self.timed_out else "refused"


@dataclass(frozen=True, kw_only=True)
class UploadResult(FileTransferResult):
    """The answer to ``upload_file``.

    Attributes:
        request_id_upload_url: The id of the request for the store's address.
        etag: The store's mark of the content; empty where the store gave none.
        bytes_sent: How many bytes the store took.
    """

    request_id_upload_url: str = ""
    etag: str = ""
    bytes_sent: int = 0


@dataclass(frozen=True, kw_only=True)
class DownloadResult(FileTransferResult):
    """The answer to ``download_file``.

    Attributes:
        request_id_download_url: The id of the request for the store's address.
        bytes_received: How many bytes there are now on this machine.
        local_path: Where they are.
    """

    request_id_download_url: str = ""
    bytes_received: int = 0
    local_path: str = ""


@dataclass(frozen=True, kw_only=True)
class FolderResult(Result[None]):
    """The answer to ``push`` and ``pull``: what became of each file, by its path below the folder.

    Attributes:
        sent: The files that went over.
        kept: Those whose bytes were the same already.
        deleted: Those that were deleted, since the other side has none of the name.
        skipped: What is not carried, and why: symbolic links, sockets and the like.
        errors: Why others failed; ``.`` stands for the folder itself.
        bytes: How many bytes went over.
    """

    sent: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    skipped: Mapping[str, str] = field(default_factory=dict[str, str])
    errors: Mapping[str, str] = field(default_factory=dict[str, str])
    bytes: int = 0

    error_type: ClassVar[type[AgentBayError]] = FileError


def text_of(content: BinaryFileContentResult) -> FileContentResult:
    """Return bytes that were read as text; bytes that are none are refused, not mangled."""
    if content.data is None:
        return content.as_failure(FileContentResult)
    try:
        text = content.data.decode()
    except UnicodeDecodeError as exc:
        reason = f'the file is not UTF-8 text (byte {exc.start}): read it with format="bytes"'
        return content.as_failure(FileContentResult, reason)
    return FileContentResult(success=True, data=text, request_id=content.request_id)
