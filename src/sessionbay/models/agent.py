"""The tasks of agents: their results, their states and their events."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from ..core.errors import AgentError
from ..core.public import public
from ..core.result import Result
from ..core.value import Value


@public
class TaskResult(Result[str], error=AgentError):
    """The result of an agent's task, of its start, or of its termination. ``data`` is the same as ``task_result``.

    The official client calls it ``ExecutionResult``, as it also calls the result of a code run.

    Attributes:
        task_id: The id of the task; empty if the cloud did not report one.
        task_status: The last status seen, such as ``running``, ``finished``, ``completed``, ``failed``, ``cancelled``
            or ``unsupported``; empty if the cloud reported none.
        task_result: What the task produced; empty while it runs.
        timed_out: Whether a wait ran out. The task was terminated then, if the cloud could.
    """

    task_id: str = ""
    task_status: str = ""
    task_result: str = ""
    timed_out: bool = False


@public
class QueryResult(Result[str], error=AgentError):
    """The state of an agent's task. ``data`` is the same as ``task_product``.

    ``success`` only says that the cloud reported a state: a failed task has ``task_status`` and ``error``.

    Attributes:
        task_id: The id of the task.
        task_status: ``running``, ``finished``, ``completed``, ``failed``, ``cancelled`` or ``unsupported``; empty if
            the cloud reported none.
        task_action: What the agent does now.
        task_product: What the task produced so far.
        stream: The output of a phone's agent: dicts of ``content``, ``reasoning`` and ``timestamp_ms``.
        error: Why the task failed.
    """

    task_id: str = ""
    task_status: str = ""
    task_action: str = ""
    task_product: str = ""
    stream: tuple[Mapping[str, Any], ...] = ()
    error: str = ""


@public
class AgentEvent(Value):
    """An event of a task with streamed events.

    Attributes:
        type: ``reasoning``, ``content``, ``tool_call``, ``tool_result`` or ``error``.
        seq: Its number in the stream, from 1; 0 if the cloud did not number it.
        round: The round of the agent that it belongs to.
        content: The text of a ``reasoning`` or ``content`` event.
        tool_call_id: The id of the tool call, of a ``tool_call`` or ``tool_result`` event.
        tool_name: The tool; ``call_for_user`` asks the user.
        args: The arguments of a tool call.
        result: The result of a tool, e.g. ``{"isError": False, "output": "..."}``.
        prompt: The question of a ``call_for_user``.
        error: The code and the message of an ``error`` event.
    """

    type: str = ""
    seq: int = 0
    round: int = 0
    content: str = ""
    tool_call_id: str = ""
    tool_name: str = ""
    args: Mapping[str, Any] = field(default_factory=dict[str, Any])
    result: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)
    prompt: str = ""
    error: Mapping[str, Any] = field(default_factory=dict[str, Any])
