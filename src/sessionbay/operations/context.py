"""The contexts of a session: bind them, copy them, and get the progress of the copies."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any

from pydantic import TypeAdapter

from ..core.encoding import DOTTED, TEXT, TEXT_COMPACT, DialectField
from ..core.error_codes import ErrorCode
from ..core.errors import ContextError
from ..core.operation import NOTHING, Operation, Route
from ..core.polling import PollOutcome, Verdict, is_transient
from ..core.wire_model import JsonText, NullableStr, Wire, parsed
from ..dialects.base import Dialect
from ..models.context_sync import ContextMount, ContextSync
from ..models.contexts import (
    ContextBinding,
    ContextBindingsResult,
    ContextBindResult,
    ContextInfoResult,
    ContextStatus,
    ContextSyncResult,
    InternalContext,
    InternalContextsResult,
)
from .file_failures import classify
from .mounts import PersistenceItem, mount_item, sync_item
from .session import SessionRef

FILE_TRANSFER = "file_transfer"
RECORDING_PATH = "/home/wuying/record"
"""The folder of a session in which the browser is recorded."""
FINAL_STATUSES = ("Success", "Failed")


class SyncRequest(SessionRef):
    context_id: str | None = None
    path: str | None = None
    mode: str | None = None


class ContextInfoRequest(SessionRef):
    context_id: str | None = None
    path: str | None = None
    task_type: str | None = None


class TaskEntry(Wire):
    context_id: str = ""
    path: str = ""
    status: str = ""
    task_type: str = ""
    error_message: str | None = None
    start_time: int | None = None
    finish_time: int | None = None


class TaskGroup(Wire):
    """A list of tasks as JSON text within JSON text; other groups than ``type="data"`` hold no tasks."""

    type: str = ""
    data: Any = None


class ContextInfoAnswer(Wire):
    context_status: JsonText[list[TaskGroup] | None] = None

    def tasks(self) -> tuple[ContextStatus, ...]:
        """Return the tasks of all groups; raise ValueError if they are malformed."""
        groups = [parsed(group.data) for group in self.context_status or [] if group.type == "data"]
        entries = [entry for group in groups for entry in _entries().validate_python(group or [])]
        return tuple(ContextStatus(**entry.dump()) for entry in entries)


@cache
def _entries() -> TypeAdapter[list[TaskEntry]]:
    return TypeAdapter(list[TaskEntry])


class BindRequest(SessionRef):
    persistence_data_list: Annotated[list[PersistenceItem], TEXT_COMPACT]


class BindingAnswer(Wire):
    """A context at a path of the session; ``policy`` is JSON text."""

    context_id: NullableStr = ""
    context_name: NullableStr = ""
    path: NullableStr = ""
    policy: NullableStr = ""
    bind_time: NullableStr = ""

    def binding(self) -> ContextBinding:
        """Return the public value."""
        return ContextBinding(**self.dump())


class InternalRequest(SessionRef):
    context_types: Annotated[list[str], DOTTED, DialectField("agb", form=TEXT)]


class InternalAnswer(Wire):
    context_id: NullableStr = ""
    context_path: NullableStr = ""
    context_type: NullableStr = ""

    def context(self) -> InternalContext:
        """Return the public value."""
        return InternalContext(**self.dump())


SYNC_CONTEXT = Operation(
    action="SyncContext",
    agb=Route("POST", "/sdk/SyncContext"),
    request=SyncRequest,
    answer=NOTHING,
    result=ContextSyncResult,
)
CONTEXT_INFO = Operation(
    action="GetContextInfo",
    agb=Route("GET", "/sdk/GetContextInfo"),
    request=ContextInfoRequest,
    answer=ContextInfoAnswer,
    result=ContextInfoResult,
    fields=lambda answer: {"data": answer.tasks()},
    idempotent=True,
)
BIND_CONTEXTS = Operation(
    action="BindContexts", agb=None, request=BindRequest, answer=NOTHING, result=ContextBindResult
)
LIST_BINDINGS = Operation(
    action="DescribeSessionContexts",
    agb=None,
    request=SessionRef,
    answer=list[BindingAnswer],
    result=ContextBindingsResult,
    fields=lambda bindings: {"data": tuple(binding.binding() for binding in bindings)},
    idempotent=True,
)
INTERNAL_CONTEXTS = Operation(
    action="GetAndLoadInternalContext",
    agb=Route("POST", "/sdk/GetAndLoadInternalContext"),
    request=InternalRequest,
    answer=list[InternalAnswer],
    result=InternalContextsResult,
    fields=lambda contexts: {"data": tuple(context.context() for context in contexts)},
    idempotent=True,
)


class TaskWatch:
    """Decides when the copies of ``context_ids``, or of all contexts, are done.

    A list without tasks is looked at twice: it may lag behind the request that started them. A failed copy does not end
    the wait while another one runs: the caller may be about to delete the session.
    """

    def __init__(self, context_ids: frozenset[str] = frozenset(), mode: str | None = None) -> None:
        self._context_ids = context_ids
        self._mode = mode
        self._looks = 0

    def evaluate(self, seen: ContextInfoResult) -> Verdict:
        """Return what a look means for the wait."""
        if not seen.success:
            return "pending" if is_transient(seen) else "refused"
        self._looks += 1
        tasks = select_direction(select_copies(seen), self._mode)
        if any(task.status == "Failed" for task in tasks):
            return "failed" if all(task.status in FINAL_STATUSES for task in tasks) else "pending"
        if self._context_ids - {task.context_id for task in tasks} or (not tasks and self._looks < 2):
            return "pending"
        return "done" if all(task.status == "Success" for task in tasks) else "pending"


@dataclass
class BindWatch:
    """Decides when bound contexts, ``expected`` by id and path, are copied in.

    A context without a download counts as copied after the third look.
    """

    expected: frozenset[tuple[str, str]]
    _looks: int = 0

    def evaluate(self, seen: ContextInfoResult) -> Verdict:
        """Return what a look means for the wait."""
        if not seen.success:
            return "pending" if is_transient(seen) else "refused"
        self._looks += 1
        downloads = [task for task in select_copies(seen) if task.task_type == "download"]
        mine = [task for task in downloads if (task.context_id, task.path) in self.expected]
        if any(task.status == "Failed" for task in mine):
            return "failed"
        missing = self.expected - {(task.context_id, task.path) for task in mine}
        done = all(task.status == "Success" for task in mine) and (not missing or self._looks > 2)
        return "done" if done else "pending"


@dataclass
class BindingListWatch:
    """Decides when a session lists the contexts that were bound, ``expected`` by id."""

    expected: frozenset[str]

    def evaluate(self, seen: ContextBindingsResult) -> Verdict:
        """Return what a look means for the wait."""
        if not seen.success:
            return "pending" if is_transient(seen) else "refused"
        return "pending" if self.expected - {binding.context_id for binding in seen.data or ()} else "done"


def bind_request(session_id: str, contexts: Sequence[ContextSync | ContextMount], dialect: Dialect) -> BindRequest:
    """Return the request that binds contexts; raise ContextUsageError if they are not contexts."""
    if not contexts:
        raise ContextError.usage("No contexts provided: pass a ContextSync or a ContextMount, or several")
    for context in contexts:
        if not isinstance(context, (ContextSync, ContextMount)):  # pyright: ignore[reportUnnecessaryIsInstance]  # for callers without a type checker
            raise ContextError.usage(f"Invalid context {context!r}: pass a ContextSync or a ContextMount.")
    items = [
        mount_item(context, dialect) if isinstance(context, ContextMount) else sync_item(context, dialect)
        for context in contexts
    ]
    return BindRequest(session_id=session_id, persistence_data_list=items)


def awaited_bindings(contexts: Sequence[ContextSync | ContextMount]) -> frozenset[tuple[str, str]]:
    """Return the contexts, by id and path, that ``bind`` waits for."""
    return frozenset(
        (context.context_id, context.path) for context in contexts if isinstance(context, ContextSync) and context.wait
    )


def find_recording(bindings: Iterable[ContextBinding]) -> ContextBinding | None:
    """Return the binding of the context that stores the recording of the browser."""
    return next((binding for binding in bindings if binding.path.rstrip("/") == RECORDING_PATH), None)


def uploads_by_itself(binding: ContextBinding) -> bool:
    """Return whether a context is uploaded when the session ends, in any case."""
    item = PersistenceItem(context_id=binding.context_id, path=binding.path, policy=binding.policy)
    try:
        return item.sync_policy().upload_policy.auto_upload
    except ValueError:
        return False


def format_unlisted(outcome: PollOutcome[ContextBindingsResult], timeout: float) -> str:
    """Return an error message for contexts that were bound, and are not listed."""
    reason = outcome.reason()
    return f"not listed as bound after {timeout:g} s" + (f": {reason}" if reason else "")


def select_copies(seen: ContextInfoResult | None) -> tuple[ContextStatus, ...]:
    """Return the tasks that copy."""
    tasks = seen.data or () if seen else ()
    return tuple(task for task in tasks if task.task_type in ("upload", "download"))


def select_direction(tasks: tuple[ContextStatus, ...], mode: str | None) -> tuple[ContextStatus, ...]:
    """Return the tasks of one direction; a copy in the other direction may have ended long ago.

    Without a ``mode`` the clouds upload, if there is anything to upload.
    """
    selected = tuple(task for task in tasks if task.task_type == (mode or "upload"))
    return selected if mode else selected or tasks


def sync_result(outcome: PollOutcome[ContextInfoResult], timeout: float, mode: str | None = None) -> ContextSyncResult:
    """Return the result of a wait for copies."""
    last = ContextInfoResult() if outcome.last is None else outcome.last
    tasks = select_copies(outcome.last)
    if outcome.verdict == "refused":
        return last.as_failure(ContextSyncResult)
    message = "; ".join(
        f"{task.task_type} of {task.context_id} at {task.path}: {task.error_message or task.status}"
        for task in select_direction(tasks, mode)
        if task.status != "Success"
    )
    if outcome.verdict == "timeout":
        reason = "; ".join(part for part in (message, outcome.reason()) if part)
        message = f"not copied after {timeout:g} s" + (f": {reason}" if reason else "")
    if outcome.verdict == "done":
        return ContextSyncResult(success=True, tasks=tasks, request_id=last.request_id)
    code = ErrorCode.NO_SPACE.value if classify(message) == ErrorCode.NO_SPACE else ""
    return ContextSyncResult(code=code, error_message=message, tasks=tasks, request_id=last.request_id)
