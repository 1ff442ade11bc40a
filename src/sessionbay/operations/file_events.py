"""File events on the session's WebSocket: subscriptions to folders, and pushes of changes."""

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
    """``after`` is the number of the last push that was read from a broken subscription (local engine only)."""

    after: int | None = None


def events_of(path: str) -> Accepts:
    """Return the filter for the pushes of one folder."""
    return lambda frame: frame.data.get("eventType") == PUSH and frame.data.get("path") == path


def sample(server: str, path: str) -> Frame:
    """Return a sample push of a folder."""
    return push("sample", server, PUSH, path=path, events=[])


def read(data: Mapping[str, Any]) -> tuple[FileChangeEvent, ...]:
    """Return the events of a push; none if they are invalid."""
    try:
        return to_events(change_list_adapter().validate_python(data.get("events")))
    except ValidationError:
        return ()


def number(data: Mapping[str, Any]) -> int:
    """Return the number of a push, or of the last one before a subscription; 0 if it has none (on the clouds)."""
    value = data.get("number")
    return value if isinstance(value, int) else 0


def is_complete(data: Mapping[str, Any]) -> bool:
    """Return whether no push was lost before a subscription. Only the local engine reports a loss."""
    return data.get("whole") is not False
