"""News of files: what goes over the session's WebSocket about folders that are watched."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from ..models.files import FileChangeEvent
from .dispatcher import Accepts
from .file_codecs import change_list_adapter, to_events
from .files import PathArgs
from .frames import Frame, push

SUBSCRIBE, UNSUBSCRIBE = "subscribe_file_change", "unsubscribe_file_change"
PUSH = "file_change"


class SubscribeParams(PathArgs):
    """``after`` is the local engine's: the number of the last push that was read, of a subscription that broke."""

    after: int | None = None


def events_of(path: str) -> Accepts:
    """Return what tells the news of one folder from others."""
    return lambda frame: frame.data.get("eventType") == PUSH and frame.data.get("path") == path


def sample(server: str, path: str) -> Frame:
    """Return a push as those of a folder are."""
    return push("sample", server, PUSH, path=path, events=[])


def read(data: Mapping[str, Any]) -> tuple[FileChangeEvent, ...]:
    """Return what a push tells; nothing where it tells nothing that can be read."""
    try:
        return to_events(change_list_adapter().validate_python(data.get("events")))
    except ValidationError:
        return ()


def number(data: Mapping[str, Any]) -> int:
    """Return the number of a push, or of the last one before a subscription: the local engine's have one, 0 is none."""
    found = data.get("number")
    return found if isinstance(found, int) else 0


def is_whole(data: Mapping[str, Any]) -> bool:
    """Return whether the answer to a subscription says of nothing that it was lost; only the local engine's may."""
    return data.get("whole") is not False
