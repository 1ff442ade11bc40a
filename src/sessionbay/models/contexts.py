"""Contexts of an account, their files, and their bindings to sessions."""

from dataclasses import dataclass, field
from typing import TypeVar

from ..core.errors import AgentBayError, ClearanceTimeoutError, ContextError
from ..core.public import public
from ..core.result import AwaitableResult, ListResult, PageResult, Result
from ..core.value import Plain, Record

D = TypeVar("D")


@public
@dataclass(repr=False)
class Context(Plain):
    """A named folder of the account that outlives sessions. To rename it, assign ``name`` and call ``context.update``.

    Attributes:
        created_at, last_used_at: Timestamps in the cloud's format.
        state: ``available``, ``clearing``, or another state of the cloud.
    """

    id: str
    name: str = ""
    created_at: str = ""
    last_used_at: str = ""
    os_type: str = ""
    state: str = ""

    def __hash__(self) -> int:
        return hash(self.id)


@public
@dataclass(kw_only=True)
class ContextListParams:
    """The page of a list of contexts.

    Attributes:
        max_results: The page size.
        next_token: The ``next_token`` of the previous page; None for the first page.
        session_id: Lists only the contexts of this session (AgentBay).
    """

    max_results: int = 10
    next_token: str | None = None
    session_id: str | None = None


@public
class ContextFileEntry(Record):
    """A file or folder of a context.

    Attributes:
        file_path: The path; on AgentBay the path in its store, which the other operations accept, too.
        file_type: ``FILE`` or ``FOLDER``.
        size: The size in bytes.
    """

    file_id: str = ""
    file_name: str = ""
    file_path: str = ""
    file_type: str = ""
    gmt_create: str = ""
    gmt_modified: str = ""
    size: int = 0
    status: str = ""


@public
class ContextBinding(Record):
    """A context bound to a path of a session. ``policy`` is JSON text."""

    context_id: str = ""
    context_name: str = ""
    path: str = ""
    policy: str = ""
    bind_time: str = ""


class InternalContext(Record):
    """A hidden context of a session. ``context_type`` is its purpose."""

    context_id: str = ""
    context_path: str = ""
    context_type: str = ""


@public
class ContextStatus(Record):
    """A task that copies a context to or from a session.

    Attributes:
        status: ``Success`` and ``Failed`` are final; any other status means that the task is running.
        task_type: ``upload`` (session to context) or ``download``.
        start_time, finish_time: Unix times in the cloud's undocumented unit.
    """

    context_id: str = ""
    path: str = ""
    status: str = ""
    task_type: str = ""
    error_message: str = ""
    start_time: int = 0
    finish_time: int = 0


ContextStatusData = ContextStatus


@public
class ContextInfoResult(ListResult[ContextStatus], error=ContextError):
    """The result of ``session.context.info``."""

    @property
    def context_status_data(self) -> list[ContextStatus]:
        """The copy tasks."""
        return list(self.unwrap())


@public
class ContextSyncResult(AwaitableResult[None], error=ContextError):
    """The result of ``session.context.sync``. ``tasks`` holds the last known state of the copy tasks."""

    tasks: tuple[ContextStatus, ...] = ()


class ContextBaseResult(Result[D], error=ContextError):
    """The base class of results of context operations."""


@public
class ContextOperationResult(ContextBaseResult[bool]):
    """The result of a context operation without a payload. ``data`` is True on success."""


@public
class ContextResult(ContextBaseResult[Context]):
    """The result of ``context.get`` and ``context.create``."""

    @property
    def context(self) -> Context:
        """The context; raises on failure."""
        return self.unwrap()

    @property
    def context_id(self) -> str:
        """The id of the context; raises on failure."""
        return self.unwrap().id


@public
class ContextListResult(PageResult[Context], error=ContextError):
    """One page of the list of contexts."""

    @property
    def contexts(self) -> list[Context]:
        """The contexts of this page."""
        return list(self.unwrap())


@public
class ContextFileListResult(PageResult[ContextFileEntry], error=ContextError):
    """One page of the files of a context."""

    @property
    def entries(self) -> list[ContextFileEntry]:
        """The files and folders of this page."""
        return list(self.unwrap())

    @property
    def count(self) -> int | None:
        """The total number of files and folders; None if the service does not report it."""
        return self.total_count


@public
class FileUrlResult(ContextBaseResult[str]):
    """A presigned URL for an upload or a download. It grants access, so the repr omits it.

    Attributes:
        expire_time: The expiry time in the cloud's undocumented unit, or None.
    """

    data: str | None = field(default=None, repr=False)
    expire_time: int | None = None

    @property
    def url(self) -> str:
        """The URL; raises on failure."""
        return self.unwrap()


class ContextStateResult(ContextBaseResult[str]):
    """The state of a context."""


@public
class ClearContextResult(ContextBaseResult[None]):
    """The result of ``context.clear``, ``clear_async`` and ``get_clear_status``.

    Attributes:
        status: The last known state: ``clearing``, ``available`` when the context is empty, or another state.
        context_id: The id of the context.
        timed_out: Whether the wait timed out, rather than the request failing.
    """

    status: str = ""
    context_id: str = ""
    timed_out: bool = False

    def _errors(self) -> type[AgentBayError]:
        return ClearanceTimeoutError if self.timed_out else self.error_type


@public
class ContextBindingsResult(ListResult[ContextBinding], error=ContextError):
    """The result of ``session.context.list_bindings``."""

    @property
    def bindings(self) -> list[ContextBinding]:
        """The contexts bound to the session."""
        return list(self.unwrap())


@public
class ContextBindResult(ContextBaseResult[None]):
    """The result of ``session.context.bind``.

    Attributes:
        context_error: Why the contexts could not be copied to the session; they are bound nevertheless.
    """

    context_error: str = ""


@public
class ContextTransferResult(ContextBaseResult[None]):
    """The result of ``context.upload_file`` and ``context.download_file``.

    Attributes:
        path: The path of the file in the context.
        size: The size in bytes.
        etag: The store's ETag, or an empty string.
    """

    path: str = ""
    size: int = 0
    etag: str = ""


class InternalContextsResult(ListResult[InternalContext], error=ContextError):
    """The hidden contexts of a session."""
