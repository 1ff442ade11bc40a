"""The bindings of contexts to paths of a session, and their policies, on the wire."""

import json
from typing import Any

from pydantic.alias_generators import to_camel

from ..core.errors import SessionError
from ..core.wire_model import Wire, parsed
from ..dialects.base import Dialect
from ..models.context_sync import ContextMount, ContextSync, SyncPolicy, WhiteList
from ..models.strict_model import WIRE_CONTEXT

MOUNT = "mount"


class MountConfig(Wire):
    access_mode: str
    storage_mode: str
    source_path: str = ""


class PersistenceItem(Wire):
    """A context bound to a path; ``policy`` is JSON text."""

    context_id: str
    path: str
    policy: str | None = None
    type: str | None = None
    mount_config: MountConfig | None = None

    @property
    def is_mount(self) -> bool:
        """Whether the session writes through to the context; nothing is copied."""
        return self.type == MOUNT

    def sync_policy(self) -> SyncPolicy:
        """Return the policy, completed with the clouds' defaults; raise ValueError if it is invalid."""
        return SyncPolicy.model_validate(parsed(self.policy) or {}, context=WIRE_CONTEXT)


def policy_item(context_id: str, path: str, policy: SyncPolicy, dialect: Dialect) -> PersistenceItem:
    """Return the binding of a context with a policy."""
    return PersistenceItem(context_id=context_id, path=path, policy=policy_text(policy, dialect))


def sync_item(sync: ContextSync, dialect: Dialect) -> PersistenceItem:
    """Return a binding that is copied; AGB needs the default policy in full."""
    policy = sync.policy or (SyncPolicy() if dialect.policy_required else None)
    text = policy_text(policy, dialect) if policy else None
    return PersistenceItem(context_id=sync.context_id, path=sync.path, policy=text)


def mount_item(mount: ContextMount, dialect: Dialect) -> PersistenceItem:
    """Return a binding that is written through."""
    if not dialect.mounts:
        raise SessionError.usage(f"{dialect.title} has no mounts: use context_syncs")
    config = MountConfig(access_mode=mount.access_mode, storage_mode=mount.storage_mode, source_path=mount.source_path)
    return PersistenceItem(context_id=mount.context_id, path=mount.path, type=MOUNT, mount_config=config)


def policy_text(policy: SyncPolicy, dialect: Dialect) -> str:
    """Return a policy as JSON text, with the cloud's defaults in full."""
    if policy.upload_policy.archive_exclude_paths and not dialect.archive_excludes:
        raise SessionError.usage(f"{dialect.title} has no archive_exclude_paths: leave them out")
    entries = policy.bw_list.white_lists
    if entries is None:
        entries = tuple(WhiteList(path=path) for path in dialect.default_white_lists)
    lists = {"bwList": {"whiteLists": [_white_list(entry, dialect) for entry in entries]}}
    return json.dumps(policy.dump(to_camel) | lists, ensure_ascii=False)


def _white_list(entry: WhiteList, dialect: Dialect) -> dict[str, Any]:
    fields = {"path": entry.path, "excludePaths": list(entry.exclude_paths)}
    flags = {"isPathRegex": bool(entry.is_path_regex), "isExcludeRegex": bool(entry.is_exclude_regex)}
    if dialect.regex_white_lists:
        return fields | flags
    if any(flags.values()):
        raise SessionError.usage(f"{dialect.title} has no regular expressions in white lists: name the paths")
    return fields
