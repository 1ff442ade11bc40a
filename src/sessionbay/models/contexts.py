"""Contexts as callers see them: those of an account, their files, and what a session does with them."""

from dataclasses import dataclass, field
from typing import ClassVar, TypeVar

from ..core.errors import AgentBayError, ContextError, Kind
from ..core.result import PageResult, Result

D = TypeVar("D")


@dataclass(frozen=True)
class Context:
    """A named folder of the account, that outlives sessions.

    Attributes:
        created_at, last_used_at: As the cloud gives them.
        state: ``available``, ``clearing``, or another word of the cloud's.
    """

    id: str
    name: str = ""
    created_at: str = ""
    last_used_at: str = ""
    os_type: str = ""
    state: str = ""


@dataclass(frozen=True, kw_only=True)
class ContextListParams:
    """Which page of the list of contexts.

    Attributes:
        max_results: How many contexts make a page.
        next_token: The mark of the page, as the page before gave it; None is the first one.
        session_id: Only contexts of this session (AgentBay).
    """

    max_results: int = 10
    next_token: str | None = None
    session_id: str | None = None


@dataclass(frozen=True)
class ContextFileEntry:
    """A file or folder of a context.

    Attributes:
        file_path: Where it is; AgentBay gives the path inside its store, which its other operations take too.
        file_type: ``FILE`` or ``FOLDER``.
        size: Bytes.
    """

    file_id: str = ""
    file_name: str = ""
    file_path: str = ""
    file_type: str = ""
    gmt_create: str = ""
    gmt_modified: str = ""
    size: int = 0
    status: str = ""


@dataclass(frozen=True)
class ContextBinding:
    """A context at a path of a session; ``policy`` is JSON text."""

    context_id: str = ""
    context_name: str = ""
    path: str = ""
    policy: str = ""
    bind_time: str = ""


@dataclass(frozen=True)
class InternalContext:
    """A hidden context of a session, by what it is for."""

    context_id: str = ""
    context_path: str = ""
    context_type: str = ""


@dataclass(frozen=True)
class ContextStatus:
    """One task that copies a context in or out.

    Attributes:
        status: ``Success`` and ``Failed`` are final; any other word means that the task is running.
        task_type: ``upload`` (session to context) or ``download``.
        start_time, finish_time: Unix time as the cloud gives it; its unit is not documented.
    """

    context_id: str = ""
    path: str = ""
    status: str = ""
    task_type: str = ""
    error_message: str = ""
    start_time: int = 0
    finish_time: int = 0


class ContextInfoResult(Result[tuple[ContextStatus, ...]]):
    """The answer to ``session.context.info``."""

    error_type: ClassVar[type[AgentBayError]] = ContextError

    @property
    def context_status_data(self) -> list[ContextStatus]:
        """The tasks."""
        return list(self.unwrap())


@dataclass(frozen=True, kw_only=True)
class ContextSyncResult(Result[None]):
    """The answer to ``session.context.sync``: ``tasks`` are the copies as they were last seen."""

    tasks: tuple[ContextStatus, ...] = ()

    error_type: ClassVar[type[AgentBayError]] = ContextError


class ContextAnswered(Result[D]):
    """What the answers to operations on contexts share."""

    error_type: ClassVar[type[AgentBayError]] = ContextError


class ContextOperationResult(ContextAnswered[bool]):
    """The answer to an operation on contexts that says no more than yes or no; ``data`` is True when it worked."""


class ContextResult(ContextAnswered[Context]):
    """The answer to ``context.get`` and ``context.create``."""

    @property
    def context(self) -> Context:
        """The context; raises when there is none."""
        return self.unwrap()

    @property
    def context_id(self) -> str:
        """The id of the context; raises when there is none."""
        return self.unwrap().id


class ContextListResult(PageResult[Context]):
    """One page of the list of contexts."""

    error_type: ClassVar[type[AgentBayError]] = ContextError

    @property
    def contexts(self) -> list[Context]:
        """The contexts of this page."""
        return list(self.unwrap())


class ContextFileListResult(PageResult[ContextFileEntry]):
    """One page of the files of a context."""

    error_type: ClassVar[type[AgentBayError]] = ContextError

    @property
    def entries(self) -> list[ContextFileEntry]:
        """The files and folders of this page."""
        return list(self.unwrap())

    @property
    def count(self) -> int | None:
        """How many there are, as the cloud counts them, or None if it does not say."""
        return self.total_count


@dataclass(frozen=True, kw_only=True)
class FileUrlResult(ContextAnswered[str]):
    """An address to send a file to, or to get it from. It lets its reader in, so the repr leaves it out.

    Attributes:
        expire_time: When it ends, as the cloud gives it; its unit is not documented.
    """

    data: str | None = field(default=None, repr=False)
    expire_time: int | None = None

    @property
    def url(self) -> str:
        """The address; raises when there is none."""
        return self.unwrap()


class ContextStateResult(ContextAnswered[str]):
    """The state of a context."""


@dataclass(frozen=True, kw_only=True)
class ClearContextResult(ContextAnswered[None]):
    """The answer to ``context.clear`` and what belongs to it.

    Attributes:
        status: The state that was last seen: ``clearing``, ``available`` when it is done, or another word.
        context_id: The context.
        timed_out: Whether the wait ran out, rather than the service saying no.
    """

    status: str = ""
    context_id: str = ""
    timed_out: bool = False

    def _kind(self) -> Kind:
        return "timeout" if self.timed_out else "refused"


class ContextBindingsResult(ContextAnswered[tuple[ContextBinding, ...]]):
    """The answer to ``session.context.list_bindings``."""

    @property
    def bindings(self) -> list[ContextBinding]:
        """The contexts that are bound to the session."""
        return list(self.unwrap())


@dataclass(frozen=True, kw_only=True)
class ContextBindResult(ContextAnswered[None]):
    """The answer to ``session.context.bind``.

    Attributes:
        context_error: Why the contexts could not be copied in; they are bound all the same.
    """

    context_error: str = ""


@dataclass(frozen=True, kw_only=True)
class ContextTransferResult(ContextAnswered[None]):
    """The answer to ``context.upload_file`` and ``context.download_file``.

    Attributes:
        path: Where the file is in the context.
        size: Its bytes.
        etag: The store's mark of its content; empty where the store gave none.
    """

    path: str = ""
    size: int = 0
    etag: str = ""


class InternalContextsResult(ContextAnswered[tuple[InternalContext, ...]]):
    """The hidden contexts of a session."""
