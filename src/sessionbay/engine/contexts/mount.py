"""A context that is bound to a path of a session."""

import re
import time
from dataclasses import dataclass, field
from typing import Any

from ...core.wire_model import as_text
from ...models.context_sync import SyncPolicy, WhiteList
from ...operations.mounts import PersistenceItem
from ..api_errors import ApiError
from .data_folder import FileVersion
from .paths import BadPath, Parts, folder_parts, mapped, relative_parts

ALL_FILES: dict[str, Any] = {"lists": [], "never": []}


@dataclass(frozen=True)
class FileState:
    """The versions of a file on both sides after its last copy."""

    stored: FileVersion
    inside: FileVersion


@dataclass(eq=False)
class Mount:
    """A context at a path.

    Attributes:
        path: The path as the caller gave it.
        parts: The names on the path.
        text: The policy as the caller gave it.
        internal: Whether it is the session's own context for file transfers, which covers all paths.
        seen: The files that the session and the context have in common, by their names in the session.
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
        """Whether all files are uploaded as one archive."""
        return self.policy.upload_policy.upload_mode == "Archive"

    @property
    def archive(self) -> Parts:
        """The path of that archive in the context."""
        return (*self.stored(self.parts), f"{self.parts[-1]}.zip")

    def covers(self, parts: Parts) -> bool:
        """Return whether a path of the session is this one or below it."""
        return covers(self.parts, parts)

    def stored(self, parts: Parts) -> Parts:
        """Return the path in the context of a file of the session."""
        mapping = self.policy.mapping_policy
        return (*mapped(mapping.path), *parts[len(self.parts) :]) if mapping else parts

    def inside(self, stored: Parts) -> Parts:
        """Return the path in the session of a file of the context."""
        return (*self.parts, *stored[len(self.stored(self.parts)) :])

    def selection(self) -> dict[str, Any]:
        """Return the selection of files to copy, as the agent expects it."""
        lists = self.policy.bw_list.white_lists or ()
        never = (self.policy.upload_policy.archive_exclude_paths or ()) if self.archives else ()
        return {"lists": [_list(entry) for entry in lists], "never": [path.strip("/") for path in never]}

    def recycling(self) -> tuple[list[Parts], int | None]:
        """Return the paths whose files expire, and the number of days; None means never."""
        policy = self.policy.recycle_policy
        days = re.fullmatch(r"Lifecycle_(\d+)Days?", policy.lifecycle)
        tops = [relative_parts(path.strip("/")) if path.strip("/") else () for path in policy.paths]
        return [self.stored((*self.parts, *top)) for top in tops], int(days[1]) if days else None


def covers(top: Parts, parts: Parts) -> bool:
    """Return whether a path is ``top`` or below it."""
    return parts[: len(top)] == top


def parse_binding(item: PersistenceItem, name: str) -> Mount:
    """Return the binding that a request describes; raise ApiError for an invalid one."""
    if item.is_mount:
        message = f"The local engine cannot mount a context at {item.path}: copy it, by context_syncs."
        raise ApiError("NotSupportedLocally", message)
    try:
        parts, policy = folder_parts(item.path), item.sync_policy()
        binding = Mount(item.context_id, name, item.path, parts, policy, item.policy or as_text(policy))
        _validate(binding)
    except (BadPath, ValueError) as exc:
        raise ApiError("InvalidParameter", f"Invalid binding of {item.context_id} to {item.path!a}: {exc}.") from exc
    return binding


def _validate(binding: Mount) -> None:
    if not binding.parts:
        raise BadPath("a context cannot be bound to the root folder: bind it to a folder below")
    binding.recycling()
    binding.stored(binding.parts)
    for entry in binding.policy.bw_list.white_lists or ():
        patterns = [entry.path] if entry.is_path_regex else []
        for pattern in (*patterns, *(entry.exclude_paths if entry.is_exclude_regex else ())):
            _validate_regex(pattern)


def _validate_regex(pattern: str) -> None:
    try:
        re.compile(pattern)
    except re.error as exc:
        raise ValueError(f"invalid regular expression {pattern!r}: {exc}") from exc


def _list(entry: WhiteList) -> dict[str, Any]:
    is_regex, is_out_regex = bool(entry.is_path_regex), bool(entry.is_exclude_regex)
    out = [path if is_out_regex else path.strip("/") for path in entry.exclude_paths]
    return {
        "path": entry.path if is_regex else entry.path.strip("/"),
        "out": [path for path in out if path],
        "is_regex": is_regex,
        "is_out_regex": is_out_regex,
    }
