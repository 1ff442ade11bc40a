"""The contexts of an account, folders that outlive sessions, and their files."""

from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field

from ..core import validation
from ..core.encoding import ONLY_AGENTBAY, DialectField
from ..core.errors import ContextError
from ..core.operation import NOTHING, Operation, Route
from ..core.polling import PollOutcome, Verdict, is_transient
from ..core.wire_model import NullableStr, Wire
from ..models.contexts import (
    ClearContextResult,
    Context,
    ContextFileEntry,
    ContextFileListResult,
    ContextListParams,
    ContextListResult,
    ContextOperationResult,
    ContextResult,
    ContextStateResult,
    FileUrlResult,
)

AVAILABLE = "available"
CLEARING = "clearing"


class ContextAnswer(Wire):
    """A context; ``state`` is ``available``, ``clearing``, or another transient state."""

    id: NullableStr = ""
    name: NullableStr = ""
    create_time: NullableStr = ""
    last_used_time: NullableStr = ""
    os_type: NullableStr = ""
    state: NullableStr = ""

    def refusal(self) -> str | None:
        """Refuse a response without an id: a cloud may report success for an unknown context."""
        return None if self.id else "there is no such context"

    def context(self) -> Context:
        """Return the public value."""
        return Context(self.id, self.name, self.create_time, self.last_used_time, self.os_type, self.state)


class ListContextsRequest(Wire):
    """The page size is 10 without ``max_results``."""

    max_results: int | None = None
    next_token: str | None = None
    session_id: Annotated[str | None, ONLY_AGENTBAY] = None
    context_type: Annotated[str | None, ONLY_AGENTBAY] = None


class GetContextRequest(Wire):
    """Selects a context by id or by name; ``allow_create`` needs a name."""

    context_id: Annotated[str | None, DialectField("agb", name="id")] = None
    name: str | None = None
    allow_create: bool = False
    login_region_id: str | None = None


class ContextRef(Wire):
    id: str


class ModifyContextRequest(ContextRef):
    name: str


class FilesRequest(Wire):
    """A page by number or by token, never both."""

    context_id: str
    parent_folder_path: str = ""
    page_number: int | None = None
    page_size: int | None = None
    max_results: Annotated[int | None, DialectField("agentbay", place="query"), ONLY_AGENTBAY] = None
    next_token: Annotated[str | None, DialectField("agentbay", place="query"), ONLY_AGENTBAY] = None


class FileAnswer(Wire):
    """An entry of a folder; ``file_type`` is ``FILE`` or ``FOLDER``."""

    file_id: NullableStr = ""
    file_name: NullableStr = ""
    file_path: NullableStr = ""
    file_type: NullableStr = ""
    gmt_create: NullableStr = ""
    gmt_modified: NullableStr = ""
    size: int | None = None
    status: NullableStr = ""

    def entry(self) -> ContextFileEntry:
        """Return the public value."""
        fields: dict[str, Any] = {"size": 0, **self.dump()}
        return ContextFileEntry(**fields)


class FileRef(Wire):
    context_id: str
    file_path: str


class UrlAnswer(Wire):
    """A presigned URL."""

    url: str = Field(min_length=1, repr=False)
    expire_time: int | None = None


LIST_CONTEXTS = Operation(
    action="ListContexts",
    agb=Route("GET", "/sdk/ListContexts"),
    request=ListContextsRequest,
    answer=list[ContextAnswer],
    result=ContextListResult,
    fields=lambda contexts: {"data": tuple(context.context() for context in contexts)},
    paged=True,
    idempotent=True,
)
GET_CONTEXT = Operation(
    action="GetContext",
    agb=Route("GET", "/sdk/GetContext"),
    request=GetContextRequest,
    answer=ContextAnswer,
    result=ContextResult,
    fields=lambda answer: {"data": answer.context()},
    idempotent=True,
)
GET_STATE = Operation(
    action=GET_CONTEXT.action,
    agb=GET_CONTEXT.agb,
    request=GetContextRequest,
    answer=ContextAnswer,
    result=ContextStateResult,
    fields=lambda answer: {"data": answer.state or CLEARING},
    idempotent=True,
)
"""GetContext, reduced to the state."""
MODIFY_CONTEXT = Operation(
    action="ModifyContext",
    agb=Route("POST", "/sdk/ModifyContext"),
    request=ModifyContextRequest,
    answer=NOTHING,
    result=ContextOperationResult,
    idempotent=True,
)
DELETE_CONTEXT = Operation(
    action="DeleteContext",
    agb=Route("POST", "/sdk/DeleteContext"),
    request=ContextRef,
    answer=NOTHING,
    result=ContextOperationResult,
    idempotent=True,
)
CLEAR_CONTEXT = Operation(
    action="ClearContext",
    agb=Route("POST", "/sdk/ClearContext"),
    request=ContextRef,
    answer=NOTHING,
    result=ClearContextResult,
)
LIST_FILES = Operation(
    action="DescribeContextFiles",
    agb=Route("POST", "/sdk/DescribeContextFiles"),
    request=FilesRequest,
    answer=list[FileAnswer],
    result=ContextFileListResult,
    fields=lambda files: {"data": tuple(file.entry() for file in files)},
    paged=True,
    idempotent=True,
)
UPLOAD_URL = Operation(
    action="GetContextFileUploadUrl",
    agb=Route("POST", "/sdk/GetContextFileUploadUrl"),
    request=FileRef,
    answer=UrlAnswer,
    result=FileUrlResult,
    fields=lambda answer: {"data": answer.url, "expire_time": answer.expire_time},
    idempotent=True,
)
DOWNLOAD_URL = Operation(
    action="GetContextFileDownloadUrl",
    agb=Route("POST", "/sdk/GetContextFileDownloadUrl"),
    request=FileRef,
    answer=UrlAnswer,
    result=FileUrlResult,
    fields=lambda answer: {"data": answer.url, "expire_time": answer.expire_time},
    idempotent=True,
)
DELETE_FILE = Operation(
    action="DeleteContextFile",
    agb=Route("POST", "/sdk/DeleteContextFile"),
    request=FileRef,
    answer=NOTHING,
    result=ContextOperationResult,
    idempotent=True,
)


def parse_context_id(context: object) -> str:
    """Return the id of a context, given as a ``Context`` or as an id."""
    return validation.text("context_id", context.id if isinstance(context, Context) else context, ContextError)


def rename_request(context: object) -> ModifyContextRequest:
    """Return the request that renames a context to its current name."""
    if not isinstance(context, Context):
        raise ContextError.usage(f"context must be a Context with its new name, not {context!r}")
    return ModifyContextRequest(id=parse_context_id(context), name=validation.text("name", context.name, ContextError))


def file_ref(context: object, path: object) -> FileRef:
    """Return the request body that identifies a file of a context."""
    return FileRef(context_id=parse_context_id(context), file_path=validation.text("file_path", path, ContextError))


def list_request(params: ContextListParams) -> ListContextsRequest:
    """Return the request for a page; raise ContextUsageError if the page size is invalid."""
    size = validation.count("max_results", params.max_results, ContextError)
    return ListContextsRequest(max_results=size, next_token=params.next_token or None, session_id=params.session_id)


def get_request(name: str | None, context_id: str | None, region_id: str | None, *, create: bool) -> GetContextRequest:
    """Return the request for a context by its name or its id."""
    if name is None and context_id is None:
        raise ContextError.usage("Either 'name' or 'context_id' must be provided")
    if create and context_id is not None:
        raise ContextError.usage("Cannot create context using context_id. Use 'name' parameter when create=True")
    return GetContextRequest(
        context_id=None if context_id is None else validation.text("context_id", context_id, ContextError),
        name=None if name is None else validation.text("name", name, ContextError),
        allow_create=create,
        login_region_id=region_id,
    )


class ClearWatch:
    """Decides when a context is empty.

    An ``available`` context is looked at twice: the state may lag behind the request to clear it.
    """

    def __init__(self) -> None:
        self.last_state = ""
        self._looks = 0

    def evaluate(self, look: ContextStateResult) -> Verdict:
        """Return what a look at the state means for the wait."""
        if not look.success:
            return "pending" if is_transient(look) else "refused"
        begun = self.last_state not in ("", AVAILABLE)
        self._looks += 1
        self.last_state = look.data or ""
        return "done" if self.last_state == AVAILABLE and (begun or self._looks > 1) else "pending"


def clear_result(
    outcome: PollOutcome[ContextStateResult], watch: ClearWatch, context_id: str, timeout: float
) -> ClearContextResult:
    """Return the result of a wait for an empty context."""
    last = ContextStateResult() if outcome.last is None else outcome.last
    fields: dict[str, Any] = {"status": watch.last_state or CLEARING, "context_id": context_id}
    if outcome.verdict == "done":
        return ClearContextResult(success=True, request_id=last.request_id, **fields)
    if outcome.verdict == "refused":
        return replace(last.as_failure(ClearContextResult), outcome_unknown=True, **fields)
    message = outcome.describe("empty", watch.last_state, timeout)
    return ClearContextResult(
        error_message=message, outcome_unknown=True, timed_out=True, request_id=last.request_id, **fields
    )
