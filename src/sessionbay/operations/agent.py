"""The tools of the three agents, and the decisions of a wait for a task. AgentBay only."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Generic, NamedTuple, Self, TypeVar, cast

from pydantic import BeforeValidator, Field, ValidationError

from ..core import validation
from ..core.errors import AgentError
from ..core.json_schema import json_schema
from ..core.polling import PollOutcome, Verdict, is_permanent, is_transient
from ..core.result import format_refusal
from ..core.tool import Tool
from ..core.wire_model import Wire, first_error
from ..models.agent import QueryResult, TaskResult

Q = TypeVar("Q", bound="TaskArgs")

SUCCEEDED = ("finished", "completed")
"""The status words of success: computers, browsers and streams report the first, polled phones the second."""
FAILED = ("failed", "cancelled", "unsupported")
TASK_GONE = "Task not found or already finished"
MAX_REFUSED_POLLS = 3  # consecutive polls that the service answered with an error
DEFAULT_SCHEMA = {  # of a browser task's output; the clouds always get one
    "description": "Basic schema for agent output.",
    "properties": {"result": {"title": "Result", "type": "string"}},
    "required": ["result"],
    "title": "DefaultSchema",
    "type": "object",
}


def to_text(value: object) -> str:
    """Return text as it is, nothing as an empty string, an error as its code and message, and else JSON text."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, Mapping) and "message" in value:
        error = cast("Mapping[str, object]", value)
        return format_refusal(to_text(error.get("code")), to_text(error["message"]))
    return json.dumps(value, ensure_ascii=False)


def _dicts(value: object) -> list[object]:
    items = cast("list[object]", value) if isinstance(value, list) else []
    return [item for item in items if isinstance(item, dict)]


Text = Annotated[str, BeforeValidator(to_text)]


class TaskArgs(Wire):
    task: str


class BrowserTaskArgs(TaskArgs):
    """``output_schema`` is JSON text."""

    use_vision: bool
    full_page_screenshot: bool
    output_schema: str


class PhoneTaskArgs(TaskArgs):
    max_steps: int


class TaskRef(Wire):
    task_id: str


class TaskAnswer(Wire):
    """The answer of each tool; the phone's agent calls the product ``result``."""

    task_id: Text = ""
    status: Text = ""
    action: Text = ""
    product: Text = ""
    result: Text = ""
    stream: Annotated[list[dict[str, Any]], BeforeValidator(_dicts)] = Field(default_factory=list[dict[str, Any]])
    error: Text = ""


class TaskTools(NamedTuple, Generic[Q]):
    """The tools of one agent: those that start a task, get its status and terminate it."""

    start: Tool[Q, TaskResult]
    status: Tool[TaskRef, QueryResult]
    stop: Tool[TaskRef, TaskResult]


def parse_start(text: str) -> dict[str, Any]:
    """Parse the start of a task on a computer or in a browser."""
    answer = _parse(text)
    if not answer.task_id and not answer.error:
        raise ValueError("the answer has no task_id")
    return _started(answer)


def parse_phone_start(text: str) -> dict[str, Any]:
    """Parse the start of a task on a phone. Without an id, the task has ended, and the text is its result."""
    try:
        answer = _parse(text)
    except ValueError:
        answer = TaskAnswer()  # words
    if answer.task_id or answer.error:
        return _started(answer)
    if text.strip() in ("", "{}"):
        raise ValueError("the answer has neither an id nor a result")
    if answer.status in FAILED:
        return {"success": False, "task_status": answer.status, "error_message": format_end(answer.status, text)}
    return {"data": text, "task_result": text, "task_status": "completed"}


def parse_status(text: str) -> dict[str, Any]:
    """Parse the state of a task."""
    answer = _parse(text)
    product = answer.result or answer.product
    return {
        "data": product,
        "task_id": answer.task_id,
        "task_status": answer.status,
        "task_action": answer.action,
        "task_product": product,
        "stream": tuple(answer.stream),
        "error": answer.error,
    }


def parse_stop(text: str) -> dict[str, Any]:
    """Parse the answer to a termination."""
    answer = _parse(text)
    return {"data": "", "task_id": answer.task_id, "task_status": answer.status}


def _parse(text: str) -> TaskAnswer:
    try:
        return TaskAnswer.model_validate_json(text)
    except ValidationError as exc:
        raise ValueError(f"the answer is not a task's: {first_error(exc)}") from exc


def _started(answer: TaskAnswer) -> dict[str, Any]:
    if answer.error:
        fields = {"success": False, "error_message": answer.error, "task_status": answer.status or "failed"}
        return {**fields, "task_id": answer.task_id}
    return {"data": "", "task_id": answer.task_id, "task_status": answer.status or "running"}


def _tools(prefix: str, server: str, place: str, args: type[Q]) -> TaskTools[Q]:
    return TaskTools(
        Tool(
            name=f"{prefix}execute_task",
            server=server,
            about=f"Start a task, described in words, {place}.",
            args=args,
            result=TaskResult,
            read=parse_phone_start if args is PhoneTaskArgs else parse_start,
            only="agentbay",
        ),
        Tool(
            name=f"{prefix}get_task_status",
            server=server,
            about=f"Get the state of a task {place}.",
            args=TaskRef,
            result=QueryResult,
            read=parse_status,
            only="agentbay",
        ),
        Tool(
            name=f"{prefix}terminate_task",
            server=server,
            about=f"Terminate a task {place}.",
            args=TaskRef,
            result=TaskResult,
            read=parse_stop,
            only="agentbay",
        ),
    )


COMPUTER = _tools("flux_", "wuying_computer_agent", "on the desktop", TaskArgs)
BROWSER = _tools("browser_use_", "wuying_browseruse", "in the browser", BrowserTaskArgs)
PHONE = _tools("", "wuying_mobile_agent", "on the phone", PhoneTaskArgs)


def schema_text(schema: object) -> str:
    """Return the JSON Schema of a task's output as JSON text."""
    return json.dumps(DEFAULT_SCHEMA if schema is None else json_schema("output_schema", schema, AgentError))


class TaskWatch:
    """Decides when a task has ended.

    A status that is missing or unknown is no end. Neither is an error in place of a status, unless it is repeated, or
    says that there is no such task.
    """

    def __init__(self) -> None:
        self._refusals = 0

    def evaluate(self, query: QueryResult) -> Verdict:
        """Return what the state of a task means for the wait."""
        if query.success:
            self._refusals = 0
            status = query.task_status
            return "done" if status in SUCCEEDED else "failed" if status in FAILED else "pending"
        if is_transient(query):
            return "pending"
        self._refusals += 1
        final = is_permanent(query) or is_task_gone(query) or self._refusals >= MAX_REFUSED_POLLS
        return "refused" if final else "pending"


def is_task_gone(result: QueryResult | TaskResult) -> bool:
    """Return whether a refusal means that the task has ended, or never existed."""
    return not result.success and result.error_message.startswith(TASK_GONE)


@dataclass(frozen=True)
class TaskWait:
    """How long to wait for a task, and how often to look at it, in seconds; ``deadline`` is a time of the clock."""

    timeout: float
    interval: float
    deadline: float

    @classmethod
    def of(cls, timeout: object, poll_interval: object, now: float) -> Self:
        """Return a wait that begins now; raise AgentUsageError if an argument is invalid."""
        seconds = validation.seconds("timeout", timeout, AgentError)
        return cls(seconds, validation.seconds("poll_interval", poll_interval, AgentError), now + seconds)


def task_result(outcome: PollOutcome[QueryResult], started: TaskResult, timeout: float) -> TaskResult:
    """Return the result of a wait for a task."""
    last = QueryResult() if outcome.last is None else outcome.last
    product = last.task_product
    known = replace(started, data=None, task_status=last.task_status, task_result=product)
    if outcome.verdict == "done":
        return replace(known, success=True, data=product)
    if outcome.verdict == "timeout":
        message = f"the task was {outcome.describe('finished', last.task_status, timeout)}"
        return replace(known, success=False, timed_out=True, error_message=message)
    reason = last.error or last.error_message or format_end(last.task_status, product)
    failed = last.as_failure(TaskResult, reason)
    return replace(failed, task_id=started.task_id, task_status=last.task_status, task_result=product)


def format_end(status: str, product: str = "") -> str:
    """Return the reason of a task that ended without one."""
    if not status:
        return "the task ended without a status"
    return f"the task ended with the status {status!r}" + (f": {product}" if product else "")
