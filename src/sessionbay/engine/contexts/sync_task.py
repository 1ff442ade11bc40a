"""One copy between a context and a session, and its result."""

import time
from dataclasses import dataclass, field
from typing import Literal

from ...operations.context import TaskEntry
from .paths import folder_parts

Mode = Literal["upload", "download"]


@dataclass(eq=False)
class SyncTask:
    """A copy in one direction."""

    context_id: str
    path: str
    mode: Mode
    status: str = "Running"
    error: str = ""
    started: float = field(default_factory=time.time)
    finished: float | None = None

    def finish(self, error: str = "") -> None:
        """Set the result; a non-empty ``error`` is a failure."""
        self.status, self.error, self.finished = "Failed" if error else "Success", error, time.time()

    def supersedes(self, other: "SyncTask") -> bool:
        """Return whether this copy began after the end of another one and includes all of its files."""
        same_kind = (self.context_id, self.mode) == (other.context_id, other.mode) and self is not other
        later = other.finished is not None and self.started >= other.finished
        top, path = folder_parts(self.path), folder_parts(other.path)
        return same_kind and later and path[: len(top)] == top

    def entry(self) -> TaskEntry:
        """Return the task as it is on the wire, with times in whole seconds."""
        return TaskEntry(
            context_id=self.context_id,
            path=self.path,
            status=self.status,
            task_type=self.mode,
            error_message=self.error,
            start_time=int(self.started),
            finish_time=None if self.finished is None else int(self.finished),
        )
