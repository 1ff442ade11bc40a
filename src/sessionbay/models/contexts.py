"""Contexts of a session as callers see them."""

from dataclasses import dataclass
from typing import ClassVar

from ..core.errors import AgentBayError, ContextError
from ..core.result import Result


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
