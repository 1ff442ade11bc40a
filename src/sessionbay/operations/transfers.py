"""File transfers between a session and the cloud's store: the state of a copy, and the paths that it takes."""

import posixpath
import shlex
from dataclasses import dataclass, replace
from typing import Any, ClassVar, cast

from ..core.errors import AgentBayError, FileError
from ..core.polling import Verdict, is_transient
from ..core.tool import Tool
from ..models.commands import CommandResult
from ..models.contexts import ContextInfoResult, ContextStatus
from .command import SHELL, ShellArgs, parse_response
from .file_failures import classify_command

SUCCESS_STATUSES = frozenset(("success", "successful", "ok", "finished", "done", "completed", "complete"))
FAILURE_STATUSES = frozenset(("failed", "fail", "failure", "error", "cancelled", "canceled"))


class FileCommandResult(CommandResult):
    """The result of a command that is a step of a file operation. Its errors are ``FileError``."""

    error_type: ClassVar[type[AgentBayError]] = FileError


def _parse_command(text: str) -> dict[str, Any]:
    fields = parse_response(text)
    return fields | {"code": "" if fields.get("success", True) else classify_command(fields["stderr"])}


FILE_COMMAND = cast("Tool[ShellArgs, FileCommandResult]", replace(SHELL, result=FileCommandResult, read=_parse_command))


@dataclass
class CopyWatch:
    """Evaluates the state of one copy: a context's, of exactly this path, in this direction."""

    context_id: str
    path: str
    mode: str
    reason: str = ""

    def evaluate(self, info: ContextInfoResult) -> Verdict:
        """Evaluate a poll. ``reason`` is why the copy failed, or its last status."""
        if not info.success:
            self.reason = info.error_message
            return "pending" if is_transient(info) else "refused"
        task = next(filter(self._is_ours, info.data or ()), None)
        status = task.status if task else ""
        self.reason = f"last seen {status}" if status else "the cloud reports no such copy"
        if task and (task.error_message or status.lower() in FAILURE_STATUSES):
            self.reason = task.error_message or f"the copy ended as {status}, without a reason"
            return "failed"
        return "done" if status.lower() in SUCCESS_STATUSES else "pending"

    def _is_ours(self, task: ContextStatus) -> bool:
        return (task.context_id, task.path, task.task_type) == (self.context_id, self.path, self.mode)


def part_path(path: str, unique: str) -> str:
    """Return the path of a partial file: beside its target, with a short name."""
    return posixpath.join(posixpath.dirname(path), f".{unique}.part")


@dataclass(frozen=True)
class TransferPath:
    """The paths of a file on its way through the session's transfer folder.

    Attributes:
        path: The path of the file itself.
        staged: Its path in the transfer folder; the same if it is in there already.
        synced: The path that is copied between session and store: the staged file, or its folder.
    """

    path: str
    staged: str
    synced: str

    @classmethod
    def of(cls, path: str, folder: str, unique: str, *, copies_folders: bool) -> "TransferPath":
        """Return the paths of a file. ``unique`` is an unused name in ``folder``, the transfer folder."""
        plain = posixpath.normpath(path)
        staged = plain if plain.startswith(f"{folder.rstrip('/')}/") else posixpath.join(folder, unique, "file")
        return cls(path, staged, posixpath.dirname(staged) if copies_folders else staged)

    @property
    def is_staged(self) -> bool:
        """Whether the file is copied within the session too."""
        return self.staged != posixpath.normpath(self.path)

    def names(self, unique: str) -> str:
        """Return the assignments of the scripts' shell variables. ``unique`` is the name of the partial file."""
        folder = posixpath.dirname(self.path) or "."
        values = {"path": self.path, "folder": folder, "part": part_path(self.path, unique)}
        values |= {"staged": self.staged, "stage": posixpath.dirname(self.staged)}
        return " ".join(f"{name}={shlex.quote(value)}" for name, value in values.items())


REMOVE_STAGE = 'rm -rf -- "$stage"'
STAGE_UPLOAD = (
    'if [ ! -f "$path" ]; then'
    ' [ -d "$path" ] && echo "$path: Is a directory" >&2 || echo "$path: No such file or directory" >&2; exit 1; fi; '
    'mkdir -p -- "$stage" && cp -L -- "$path" "$staged"'
)
# A move between file systems is not atomic, so the file is moved beside its target first.
UNSTAGE_DOWNLOAD = (
    '{ [ ! -e "$folder" ] || [ -d "$folder" ] || { echo "$folder: Not a directory" >&2; false; }; }'
    ' && mkdir -p -- "$folder" && mv -fT -- "$staged" "$part" && { %s || { rm -f -- "$part"; false; }; }; '
    f"code=$?; {REMOVE_STAGE}; exit $code"
)
