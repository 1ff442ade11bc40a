"""A context at a path of a session: by which policy, what was copied last, and how each copy went."""

import re
import time
from dataclasses import dataclass, field
from typing import Any, Literal

from ...core.wire_model import as_text
from ...models.creation import SyncPolicy, WhiteList
from ...operations.context import TaskEntry
from ...operations.mounts import PersistenceItem
from ..api_errors import ApiError
from .files import Stamp
from .paths import BadPath, Parts, folder_parts, mapped, relative_parts

Mode = Literal["upload", "download"]
ALL_FILES: dict[str, Any] = {"lists": [], "never": []}


@dataclass(frozen=True)
class FileState:
    """A file as it was on both sides when it was last copied."""

    stored: Stamp
    inside: Stamp


@dataclass(eq=False)
class Mount:
    """A context at a path.

    Attributes:
        path: The path as the caller gave it.
        parts: The path's names.
        text: The policy as the caller gave it.
        internal: Whether it is the session's own for the transfer of files, and so for any path.
        seen: The files that this session has in common with the context, by their names in the session.
    """

    context_id: str
    name: str
    path: str
    parts: Parts
    policy: SyncPolicy
    text: str
    internal: bool = False
    bound: float = field(default_factory=time.time)
    seen: dict[Parts, FileState] = field(default_factory=dict[Parts, FileState])

    @property
    def archives(self) -> bool:
        """Whether all files go up as one archive."""
        return self.policy.upload_policy.upload_mode == "Archive"

    @property
    def archive(self) -> Parts:
        """Where that archive is kept."""
        return (*self.stored(self.parts), f"{self.parts[-1]}.zip")

    def covers(self, parts: Parts) -> bool:
        """Return whether a path of the session is this one or below it."""
        return covers(self.parts, parts)

    def stored(self, parts: Parts) -> Parts:
        """Return where the context keeps a file of the session."""
        mapping = self.policy.mapping_policy
        return (*mapped(mapping.path), *parts[len(self.parts) :]) if mapping else parts

    def inside(self, stored: Parts) -> Parts:
        """Return where the session has a file that the context keeps."""
        return (*self.parts, *stored[len(self.stored(self.parts)) :])

    def selection(self) -> dict[str, Any]:
        """Return which files are copied, in the words of the agent."""
        lists = self.policy.bw_list.white_lists or ()
        never = (self.policy.upload_policy.archive_exclude_paths or ()) if self.archives else ()
        return {"lists": [_list(entry) for entry in lists], "never": [path.strip("/") for path in never]}

    def recycling(self) -> tuple[list[Parts], int | None]:
        """Return below which paths the context keeps files for so many days; None means for ever."""
        policy = self.policy.recycle_policy
        days = re.fullmatch(r"Lifecycle_(\d+)Days?", policy.lifecycle)
        tops = [relative_parts(path.strip("/")) if path.strip("/") else () for path in policy.paths]
        return [self.stored((*self.parts, *top)) for top in tops], int(days[1]) if days else None


@dataclass(eq=False)
class Task:
    """One copy in one direction, and how it went."""

    context_id: str
    path: str
    mode: Mode
    status: str = "Running"
    error: str = ""
    started: float = field(default_factory=time.time)
    finished: float | None = None

    def end(self, error: str = "") -> None:
        """Note how it ended; an error says that it failed."""
        self.status, self.error, self.finished = "Failed" if error else "Success", error, time.time()

    def redoes(self, other: "Task") -> bool:
        """Return whether this copy began after another one had ended, and copies all that that one did."""
        alike = (self.context_id, self.mode) == (other.context_id, other.mode) and self is not other
        later = other.finished is not None and self.started >= other.finished
        return alike and later and covers(folder_parts(self.path), folder_parts(other.path))

    def entry(self) -> TaskEntry:
        """Return the task as the wire has it; its times are whole seconds."""
        return TaskEntry(
            context_id=self.context_id,
            path=self.path,
            status=self.status,
            task_type=self.mode,
            error_message=self.error,
            start_time=int(self.started),
            finish_time=None if self.finished is None else int(self.finished),
        )


@dataclass(eq=False)
class Mounts:
    """The contexts of one session; of each kind of copy the last one is remembered."""

    bindings: list[Mount] = field(default_factory=list[Mount])
    tasks: dict[tuple[str, str, Mode], Task] = field(default_factory=dict[tuple[str, str, Mode], Task])

    def told(self, context_id: str | None, path: str | None, mode: str | None) -> list[Task]:
        """Return the copies that somebody asks for; without a path, those that no later copy of a folder has redone."""
        asked = (context_id, path, mode)
        found = [
            task
            for key, task in self.tasks.items()
            if all(want in (None, "", has) for want, has in zip(asked, key, strict=True))
        ]
        return found if path else [task for task in found if not any(other.redoes(task) for other in found)]

    def add(self, bindings: list[Mount]) -> None:
        """Bind more contexts: all of them, or none when a path is taken."""
        taken = [bound.parts for bound in self.bindings if not bound.internal]
        for binding in bindings:
            for other in taken:
                if binding.covers(other) or covers(other, binding.parts):
                    told = f"{binding.path}: this path, or one in it or above, is bound already"
                    raise ApiError("PathAlreadyBound", told, status=409)
            taken.append(binding.parts)
        self.bindings += bindings


def covers(top: Parts, parts: Parts) -> bool:
    """Return whether a path is ``top`` or below it."""
    return parts[: len(top)] == top


def binding_of(item: PersistenceItem, name: str) -> Mount:
    """Return a binding as the wire asks for it; what cannot be done is refused by its name."""
    if item.is_mount:
        told = f"{item.path}: the local engine has no mounts: copy the context, with context_syncs"
        raise ApiError("NotSupportedLocally", told)
    try:
        parts, policy = folder_parts(item.path), item.sync_policy()
        binding = Mount(item.context_id, name, item.path, parts, policy, item.policy or as_text(policy))
        _check(binding)
    except (BadPath, ValueError) as exc:
        raise ApiError("InvalidParameter", f"the binding of {item.context_id} to {item.path!a}: {exc}") from exc
    return binding


def _check(binding: Mount) -> None:
    if not binding.parts:
        raise BadPath("a context cannot take the place of all files: bind it to a folder")
    binding.recycling()
    binding.stored(binding.parts)
    for entry in binding.policy.bw_list.white_lists or ():
        patterns = [entry.path] if entry.is_path_regex else []
        for pattern in (*patterns, *(entry.exclude_paths if entry.is_exclude_regex else ())):
            _check_regex(pattern)


def _check_regex(pattern: str) -> None:
    try:
        re.compile(pattern)
    except re.error as exc:
        raise ValueError(f"{pattern!r} is no regular expression: {exc}") from exc


def _list(entry: WhiteList) -> dict[str, Any]:
    is_regex, is_out_regex = bool(entry.is_path_regex), bool(entry.is_exclude_regex)
    out = [path if is_out_regex else path.strip("/") for path in entry.exclude_paths]
    return {
        "path": entry.path if is_regex else entry.path.strip("/"),
        "out": [path for path in out if path],
        "is_regex": is_regex,
        "is_out_regex": is_out_regex,
    }
