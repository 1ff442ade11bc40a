"""Contexts of a session: bind them, have them copied, and see how it goes."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any

from pydantic import TypeAdapter

from ..core.encoding import DOTTED, TEXT, TEXT_COMPACT, DialectField
from ..core.errors import ContextError
from ..core.operation import NOTHING, Operation, Route
from ..core.polling import PollOutcome, Verdict, is_transient
from ..core.wire_model import JsonText, NullableStr, Wire, parsed
from ..dialects.base import Dialect
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
from ..models.creation import ContextMount, ContextSync
from .mounts import PersistenceItem, mount_item, sync_item
from .session import SessionRef

FILE_TRANSFER = "file_transfer"
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
    """JSON text inside JSON text: ``data`` holds tasks only where ``type`` is ``data``."""

    type: str = ""
    data: Any = None


class ContextInfoAnswer(Wire):
    context_status: JsonText[list[TaskGroup] | None] = None

    def tasks(self) -> tuple[ContextStatus, ...]:
        """Return the tasks of all groups; a ValueError says that they are not the protocol."""
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
    fields=lambda bound: {"data": tuple(answer.binding() for answer in bound)},
    idempotent=True,
)
INTERNAL_CONTEXTS = Operation(
    action="GetAndLoadInternalContext",
    agb=Route("POST", "/sdk/GetAndLoadInternalContext"),
    request=InternalRequest,
    answer=list[InternalAnswer],
    result=InternalContextsResult,
    fields=lambda found: {"data": tuple(answer.context() for answer in found)},
    idempotent=True,
)


class TaskWatch:
    """Decides when the copies of a session's contexts are done: those of ``context_ids``, or all of them.

    A list without tasks is looked at twice: it may lag behind the request that started them. A copy that failed ends
    nothing while another one runs: whoever waits may be about to delete the session.
    """

    def __init__(self, context_ids: frozenset[str] = frozenset(), mode: str | None = None) -> None:
        self._context_ids = context_ids
        self._mode = mode
        self._looks = 0

    def evaluate(self, seen: ContextInfoResult) -> Verdict:
        """Return what a look has shown."""
        if not seen.success:
            return "moving" if is_transient(seen) else "refused"
        self._looks += 1
        tasks = select_direction(select_copies(seen), self._mode)
        if any(task.status == "Failed" for task in tasks):
            return "elsewhere" if all(task.status in FINAL_STATUSES for task in tasks) else "moving"
        if self._context_ids - {task.context_id for task in tasks} or (not tasks and self._looks < 2):
            return "moving"
        return "arrived" if all(task.status == "Success" for task in tasks) else "moving"


@dataclass
class BindWatch:
    """Decides when contexts that were bound are copied in: those of ``expected``, by id and path.

    Of a context without any download nothing is expected after the third look.
    """

    expected: frozenset[tuple[str, str]]
    _looks: int = 0

    def evaluate(self, seen: ContextInfoResult) -> Verdict:
        """Return what a look has shown."""
        if not seen.success:
            return "moving" if is_transient(seen) else "refused"
        self._looks += 1
        downloads = [task for task in select_copies(seen) if task.task_type == "download"]
        mine = [task for task in downloads if (task.context_id, task.path) in self.expected]
        if any(task.status == "Failed" for task in mine):
            return "elsewhere"
        missing = self.expected - {(task.context_id, task.path) for task in mine}
        done = all(task.status == "Success" for task in mine) and (not missing or self._looks > 2)
        return "arrived" if done else "moving"


@dataclass
class BindingListWatch:
    """Decides when a session lists the contexts that were bound: those of ``expected``, by id."""

    expected: frozenset[str]

    def evaluate(self, seen: ContextBindingsResult) -> Verdict:
        """Return what a look has shown."""
        if not seen.success:
            return "moving" if is_transient(seen) else "refused"
        return "moving" if self.expected - {binding.context_id for binding in seen.data or ()} else "arrived"


def bind_request(session_id: str, contexts: Sequence[ContextSync | ContextMount], dialect: Dialect) -> BindRequest:
    """Return the request that binds ``contexts``; raise when there is nothing to bind."""
    if not contexts:
        raise ContextError.usage("No contexts provided: give a ContextSync or a ContextMount, or several")
    for context in contexts:
        if not isinstance(context, (ContextSync, ContextMount)):  # pyright: ignore[reportUnnecessaryIsInstance]  # asked of who checks no types
            raise ContextError.usage(f"what is bound is a ContextSync or a ContextMount, not {context!r}")
    items = [
        mount_item(context, dialect) if isinstance(context, ContextMount) else sync_item(context, dialect)
        for context in contexts
    ]
    return BindRequest(session_id=session_id, persistence_data_list=items)


def awaited_bindings(contexts: Sequence[ContextSync | ContextMount]) -> frozenset[tuple[str, str]]:
    """Return which of ``contexts`` are waited for once they are bound, by id and path."""
    return frozenset(
        (context.context_id, context.path) for context in contexts if isinstance(context, ContextSync) and context.wait
    )


def format_unlisted(waited: PollOutcome[ContextBindingsResult], timeout: float) -> str:
    """Return why a session does not list what was bound to it."""
    why = waited.reason()
    return f"not seen to be bound after {timeout:g} s" + (f": {why}" if why else "")


def select_copies(seen: ContextInfoResult | None) -> tuple[ContextStatus, ...]:
    """Return the tasks that copy."""
    tasks = seen.data or () if seen else ()
    return tuple(task for task in tasks if task.task_type in ("upload", "download"))


def select_direction(tasks: tuple[ContextStatus, ...], mode: str | None) -> tuple[ContextStatus, ...]:
    """Return the tasks of one direction: how a copy in the other one ended, long ago maybe, says nothing of it.

    Where the direction was the cloud's choice, that is out of the session if anything goes out, as the clouds have it.
    """
    found = tuple(task for task in tasks if task.task_type == (mode or "upload"))
    return found if mode else found or tasks


def sync_result(waited: PollOutcome[ContextInfoResult], timeout: float, mode: str | None = None) -> ContextSyncResult:
    """Return the result of a wait for copies."""
    last = ContextInfoResult() if waited.last is None else waited.last
    tasks = select_copies(waited.last)
    if waited.verdict == "refused":
        return last.as_failure(ContextSyncResult)
    open_ones = "; ".join(
        f"{task.task_type} of {task.context_id} at {task.path}: {task.error_message or task.status}"
        for task in select_direction(tasks, mode)
        if task.status != "Success"
    )
    if waited.verdict == "timeout":
        why = "; ".join(part for part in (open_ones, waited.reason()) if part)
        open_ones = f"not copied after {timeout:g} s" + (f": {why}" if why else "")
    done = waited.verdict == "arrived"
    return ContextSyncResult(
        success=done, error_message="" if done else open_ones, tasks=tasks, request_id=last.request_id
    )
