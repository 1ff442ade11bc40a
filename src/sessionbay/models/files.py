"""Files and folders of a session, and the results of file operations."""

from collections.abc import Mapping
from dataclasses import field, replace

from ..core.error_codes import ErrorCode
from ..core.errors import FileError
from ..core.output import whole_characters
from ..core.public import public
from ..core.result import Delegated, ListResult, MappingResult, Result
from ..core.value import Record


@public
class FileInfo(Record):
    """The metadata of a file or folder.

    Attributes:
        size: The size in bytes.
        permissions: The permissions as the service formats them, e.g. ``rw-r--r--``.
        modified: The time of the last change, ISO 8601, or an empty string.
        fields: All fields of the service's response, by their original names.
    """

    size: int = 0
    is_file: bool = False
    is_directory: bool = False
    permissions: str = ""
    modified: str = ""
    fields: Mapping[str, str | int | bool] = field(default_factory=dict[str, str | int | bool], repr=False)


@public
class DirectoryEntry(Record):
    """One entry of a folder. ``size`` is in bytes; None if the service does not report it."""

    name: str
    is_directory: bool
    size: int | None = None

    @property
    def is_file(self) -> bool:
        """Whether the entry is not a folder."""
        return not self.is_directory


@public
class FileChangeEvent(Record):
    """A change in a watched folder.

    Attributes:
        event_type: ``create``, ``modify`` or ``delete``.
        path: The changed file or folder.
        path_type: ``file`` or ``directory``.
    """

    event_type: str
    path: str
    path_type: str = "file"


@public
class FileResult(Result[bool], error=FileError):
    """The result of a file operation without a payload. ``data`` is True."""


@public
class FileContentResult(Result[str], error=FileError):
    """The result of ``read_file``."""

    @property
    def content(self) -> str:
        """The text of the file."""
        return self.unwrap()

    def __str__(self) -> str:
        return self.unwrap()


@public
class BinaryFileContentResult(Result[bytes], error=FileError):
    """The result of ``read_file(format="bytes")``."""

    @property
    def content(self) -> bytes:
        """The bytes of the file."""
        return self.unwrap()

    @property
    def size(self) -> int:
        """The number of bytes."""
        return len(self.unwrap())


@public
class FileInfoResult(MappingResult[FileInfo, str | int | bool], error=FileError):
    """The result of ``get_file_info``. The fields of ``data`` are also attributes of the result."""

    size = Delegated[int]()
    is_file = Delegated[bool]()
    is_directory = Delegated[bool]()
    permissions = Delegated[str]()
    modified = Delegated[str]()

    @property
    def file_info(self) -> dict[str, str | int | bool]:
        """All fields of the service's response, by their original names."""
        return dict(self.unwrap().fields)


@public
class DirectoryListResult(ListResult[DirectoryEntry], error=FileError):
    """The result of ``list_directory``."""

    @property
    def entries(self) -> list[DirectoryEntry]:
        """The entries, in the service's order."""
        return list(self.unwrap())


@public
class MultipleFileContentResult(MappingResult[Mapping[str, str], str], error=FileError):
    """The result of ``read_multiple_files``. ``data`` maps paths to the texts of the files that could be read.

    Attributes:
        errors: The reasons why the other files could not be read, by path.
    """

    errors: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def contents(self) -> dict[str, str]:
        """The texts by path."""
        return dict(self.unwrap())


@public
class FileSearchResult(ListResult[str], error=FileError):
    """The result of ``search_files``.

    Attributes:
        skipped: The folders that could not be read, with the reason.
    """

    skipped: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def matches(self) -> list[str]:
        """The matching paths."""
        return list(self.unwrap())


@public
class FileChangeResult(ListResult[FileChangeEvent], error=FileError):
    """The changes in a folder since the previous request."""

    @property
    def events(self) -> list[FileChangeEvent]:
        """The changes, in the service's order."""
        return list(self.unwrap())

    def has_changes(self) -> bool:
        """Return whether there are changes."""
        return bool(self.unwrap())

    def get_created_files(self) -> list[str]:
        """Return the paths of new files."""
        return self._paths("create")

    def get_modified_files(self) -> list[str]:
        """Return the paths of modified files."""
        return self._paths("modify")

    def get_deleted_files(self) -> list[str]:
        """Return the paths of deleted files."""
        return self._paths("delete")

    def _paths(self, event_type: str) -> list[str]:
        return [event.path for event in self.unwrap() if (event.event_type, event.path_type) == (event_type, "file")]


class FileTransferResult(Result[None], error=FileError):
    """The base class of the results of ``upload_file`` and ``download_file``.

    Attributes:
        path: The path of the file in the session.
        request_id_sync: The id of the request that copies between the session and the cloud's store.
        timed_out: Whether the wait for that copy timed out, rather than a request failing.
    """

    path: str = ""
    request_id_sync: str = ""
    timed_out: bool = False

    @property
    def http_status(self) -> int:
        """The HTTP status of the store's response, or of the earlier request that failed."""
        return self.http_status_code


@public
class UploadResult(FileTransferResult):
    """The result of ``upload_file``.

    Attributes:
        request_id_upload_url: The id of the request for the upload URL.
        etag: The store's ETag, or an empty string.
        bytes_sent: The number of uploaded bytes.
    """

    request_id_upload_url: str = ""
    etag: str = ""
    bytes_sent: int = 0


@public
class DownloadResult(FileTransferResult):
    """The result of ``download_file``.

    Attributes:
        request_id_download_url: The id of the request for the download URL.
        bytes_received: The number of downloaded bytes.
        local_path: The path of the local file.
    """

    request_id_download_url: str = ""
    bytes_received: int = 0
    local_path: str = ""


@public
class FolderResult(Result[None], error=FileError):
    """The result of ``push`` and ``pull``. Paths are relative to the folder.

    Attributes:
        sent: The transferred files.
        kept: The files that were already identical.
        deleted: The files deleted on the target because the source does not have them.
        skipped: The entries that are not transferred (symbolic links, sockets, ...), with the reason.
        errors: The files that failed, with the reason; ``.`` is the folder itself.
        bytes: The number of transferred bytes.
    """

    sent: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    skipped: Mapping[str, str] = field(default_factory=dict[str, str])
    errors: Mapping[str, str] = field(default_factory=dict[str, str])
    bytes: int = 0


def decode_text(content: BinaryFileContentResult, path: str, start: int = 0, length: int = 0) -> FileContentResult:
    """Decode the characters that begin in ``length`` bytes from ``start``; 0 is the rest. Fail if it is not UTF-8."""
    if content.data is None:
        return content.as_failure(FileContentResult)
    try:
        text = whole_characters(content.data, start, length)
    except UnicodeDecodeError:
        failure = content.as_failure(FileContentResult, f'{path}: Not UTF-8 text: read it with format="bytes"')
        return replace(failure, code=ErrorCode.NOT_TEXT.value)
    return FileContentResult(success=True, data=text, request_id=content.request_id)
