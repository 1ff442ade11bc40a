"""Files between a session and the cloud's store: which copy is waited for, and where a file passes through."""

import posixpath
import shlex
from dataclasses import dataclass, replace
from typing import ClassVar, cast

from ..core.errors import AgentBayError, FileError
from ..core.polling import Verdict, is_transient
from ..core.tool import Tool
from ..models.commands import CommandResult
from ..models.contexts import ContextInfoResult, ContextStatus
from .command import SHELL, ShellArgs

SUCCESS_STATUSES = frozenset(("success", "successful", "ok", "finished", "done", "completed", "complete"))
FAILURE_STATUSES = frozenset(("failed", "fail", "failure", "error", "cancelled", "canceled"))


class FileCommandResult(CommandResult):
    """The answer to a command that is one step of a file's way: its errors are the file's."""

    error_type: ClassVar[type[AgentBayError]] = FileError


FILE_COMMAND = cast("Tool[ShellArgs, FileCommandResult]", replace(SHELL, result=FileCommandResult))


@dataclass
class CopyWatch:
    """Decides when one copy is done: that of a context at exactly this path, in this direction."""

    context_id: str
    path: str
    mode: str
    reason: str = ""

    def evaluate(self, seen: ContextInfoResult) -> Verdict:
        """Return what a look has shown; ``reason`` says why the copy failed, or how it was last seen."""
        if not seen.success:
            self.reason = seen.error_message
            return "moving" if is_transient(seen) else "refused"
        task = next(filter(self._is_ours, seen.data or ()), None)
        word = task.status if task else ""
        self.reason = f"last seen {word}" if word else "the cloud tells of no such copy"
        if task and (task.error_message or word.lower() in FAILURE_STATUSES):
            self.reason = task.error_message or f"the copy ended as {word}, without a reason"
            return "elsewhere"
        return "arrived" if word.lower() in SUCCESS_STATUSES else "moving"

    def _is_ours(self, task: ContextStatus) -> bool:
        return (task.context_id, task.path, task.task_type) == (self.context_id, self.path, self.mode)


def part_path(path: str, unique: str) -> str:
    """Return where a file is written before it takes its place: beside it, by a short name."""
    return posixpath.join(posixpath.dirname(path), f".{unique}.part")


@dataclass(frozen=True)
class TransferPath:
    """Where a file passes through the session's folder for transfers: at its own path if that is in there.

    Attributes:
        path: The file's own path.
        passing: Its path in the folder for transfers.
        copied: What is copied between session and store: the file, or the folder it is in.
    """

    path: str
    staged: str
    synced: str

    @classmethod
    def of(cls, path: str, folder: str, unique: str, *, copies_folders: bool) -> "TransferPath":
        """Return where the file at ``path`` passes through ``folder``; ``unique`` is a name that nothing has there."""
        plain = posixpath.normpath(path)
        staged = plain if plain.startswith(f"{folder.rstrip('/')}/") else posixpath.join(folder, unique, "file")
        return cls(path, staged, posixpath.dirname(staged) if copies_folders else staged)

    @property
    def is_staged(self) -> bool:
        """Whether the file is copied on the machine too."""
        return self.staged != posixpath.normpath(self.path)

    def names(self, unique: str) -> str:
        """Return the assignments of the scripts' shell variables; ``unique`` names the partial file."""
        folder = posixpath.dirname(self.path) or "."
        values = {"path": self.path, "folder": folder, "part": part_path(self.path, unique)}
        values |= {"passing": self.staged, "stage": posixpath.dirname(self.staged)}
        return " ".join(f"{name}={shlex.quote(value)}" for name, value in values.items())


REMOVE_STAGE = 'rm -rf -- "$stage"'
STAGE_UPLOAD = (
    'if [ ! -f "$path" ]; then'
    ' [ -e "$path" ] && echo "$path is no file" >&2 || echo "$path: No such file or directory" >&2; exit 1; fi; '
    'mkdir -p -- "$stage" && cp -L -- "$path" "$passing"'
)
# Another file system's file is not whole while it is being moved, so it is moved beside its place first.
UNSTAGE_DOWNLOAD = 'mkdir -p -- "$folder" && mv -fT -- "$passing" "$part" && { %s || { rm -f -- "$part"; exit 1; }; }; '
