"""The events of a task on a phone, streamed over the session's WebSocket."""

import heapq
import sys
from collections.abc import Mapping
from typing import Any, cast

from ..core.errors import AgentError
from ..models.agent import AgentEvent, TaskResult
from .agent import SUCCEEDED, format_end, to_text
from .dispatcher import Message

START, RESUME = "exec_task", "resume_task"
CALL_FOR_USER = "call_for_user"


def read_event(data: Mapping[str, Any]) -> AgentEvent:
    """Parse an event. Fields of another type than the protocol's are empty."""
    args, tool = _object(data.get("args")), to_text(data.get("toolName"))
    error = data.get("error")
    return AgentEvent(
        type=to_text(data.get("eventType")),
        seq=_number(data.get("seq")),
        round=_number(data.get("round")),
        content=to_text(data.get("content")),
        tool_call_id=to_text(data.get("toolCallId")),
        tool_name=tool,
        args=args,
        result=_object(data.get("result")),
        prompt=to_text(args.get("prompt")) if tool == CALL_FOR_USER else "",
        error=_object(error) or ({} if error is None else {"message": to_text(error)}),
    )


def is_call_for_user(event: AgentEvent) -> bool:
    """Return whether the task waits for an answer of the user's."""
    return event.type == "tool_call" and event.tool_name == CALL_FOR_USER


def read_task_id(data: Mapping[str, Any]) -> str:
    """Return the id of the task; empty if the frame does not hold it."""
    return to_text(data.get("taskId") or data.get("task_id"))


def _number(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _object(value: object) -> Mapping[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


class EventOrder:
    """Puts the events of a stream into the order of their numbers, which begin with 1."""

    def __init__(self) -> None:
        self._held: list[tuple[int, int, AgentEvent]] = []  # a heap; the second number keeps the order of arrival
        self._arrived = 0
        self._next = 1

    def add(self, event: AgentEvent) -> None:
        """Add an event as it arrives."""
        self._arrived += 1
        heapq.heappush(self._held, (event.seq, self._arrived, event))

    @property
    def is_holding(self) -> bool:
        """Whether an event waits for one with a lower number."""
        return bool(self._held)

    def take(self) -> AgentEvent | None:
        """Return the next event in order."""
        if not self._held or self._held[0][0] > self._next:
            return None
        number, _, event = heapq.heappop(self._held)
        self._next = max(self._next, number + 1)
        return event

    def skip(self) -> None:
        """Wait no longer for the events that are missing before the next one."""
        if self._held:
            self._next = max(self._next, self._held[0][0])

    def close(self) -> None:
        """Wait no longer for any missing event."""
        self._next = sys.maxsize


class TaskCollector:
    """Collects from the events what the result of a task needs."""

    def __init__(self) -> None:
        self._content: list[str] = []
        self._error = ""

    @property
    def content(self) -> str:
        """The text so far."""
        return "".join(self._content)

    def add(self, event: AgentEvent) -> None:
        """Add an event."""
        if event.type == "content":
            self._content.append(event.content)
        elif event.type == "error":
            self._error = to_text(event.error) or "the agent reported an error without a reason"

    def result(self, end: Message, request_id: str, task_id: str) -> TaskResult:
        """Return the result of a task from the last message of its stream; raise if that is no answer."""
        if end.error_kind != "refused":
            raise AgentError.of(end.error_kind, f"{START}: {end.error}", request_id=request_id)
        status = to_text(end.data.get("status")) or ("failed" if end.kind == "failed" else "")
        text = to_text(end.data.get("taskResult")) or self.content
        problem = self._error or to_text(end.data.get("error")) or end.error
        success = status in SUCCEEDED and not problem
        return TaskResult(
            success=success,
            data=text if success else None,
            request_id=request_id,
            error_message="" if success else problem or format_end(status),
            task_id=task_id,
            task_status=status,
            task_result=text,
        )
