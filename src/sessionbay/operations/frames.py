"""Frames of a session's WebSocket, the same on both clouds: parsed leniently, written strictly.

Each is a text frame with one JSON object: the id of its call, its source, its target, and its data.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from ..core.json_text import readable

CLIENT = "SDK"
HUB = "WEBSOCKET_SERVER"
TERMINALS = "PTY_SERVER"


class BadFrame(ValueError):
    """An invalid message; ``id`` is that of its call, if that can be parsed."""

    def __init__(self, problem: str, call_id: str = "") -> None:
        super().__init__(problem)
        self.id = call_id


@dataclass(frozen=True, kw_only=True)
class Frame:
    """One frame.

    Attributes:
        id: The id of its call; unique for a push.
        source: The sender: the client, a server in the session, or the hub.
        target: The recipient.
        data: The payload.
        error: The hub's reason for refusing a call; empty in all other frames.
    """

    id: str
    source: str
    target: str
    data: Mapping[str, Any] = field(default_factory=dict[str, Any])
    error: str = ""

    @property
    def method(self) -> str:
        """The method of a call; empty in other frames."""
        method = self.data.get("method")
        return method if isinstance(method, str) else ""

    @property
    def params(self) -> Mapping[str, Any]:
        """The parameters of a call."""
        params = self.data.get("params")
        return cast("Mapping[str, Any]", params) if isinstance(params, dict) else {}

    @property
    def route(self) -> str:
        """The server to whose subscribers a push is delivered."""
        return self.source if self.target == CLIENT else self.target

    @property
    def failure(self) -> str:
        """The reason for a failed call; empty if it did not fail."""
        error = self.data.get("error")
        if self.error:
            return self.error
        if isinstance(error, str) and error:
            return error
        return "the call failed" if self.data.get("phase") == "error" else ""


def read(message: str | bytes) -> Frame:
    """Parse a message; raise ``BadFrame`` if it is invalid."""
    try:
        parsed: object = json.loads(readable(message))
    except (ValueError, RecursionError) as exc:
        raise BadFrame("the message is not JSON") from exc
    if not isinstance(parsed, dict):
        raise BadFrame("the message is not a JSON object")
    fields = cast("dict[str, object]", parsed)
    call_id = _text(fields, "invocationId") or _text(fields, "requestId")
    if not call_id:
        raise BadFrame("the message has no invocationId")
    source, target = _text(fields, "source"), _text(fields, "target")
    if not target:
        if source != HUB:
            raise BadFrame("the message has no target", call_id)
        target = CLIENT
    return Frame(id=call_id, source=source, target=target, data=_data(fields, call_id), error=_text(fields, "error"))


def _text(fields: Mapping[str, object], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def _data(fields: Mapping[str, object], call_id: str) -> dict[str, Any]:
    """Return a frame's data, given as an object or as JSON text."""
    data = fields.get("data")
    if isinstance(data, str):
        try:
            data = json.loads(readable(data))
        except (ValueError, RecursionError) as exc:
            raise BadFrame("the data is not JSON", call_id) from exc
    if data is None and fields.get("source") == HUB:
        data = {}
    if not isinstance(data, dict):
        raise BadFrame("the data is not a JSON object", call_id)
    return cast("dict[str, Any]", data)


def write(frame: Frame) -> str:
    """Return the message of a frame, in ASCII, which carries any JSON text."""
    fields: dict[str, Any] = {"invocationId": frame.id, "source": frame.source, "target": frame.target}
    if frame.error:
        fields["error"] = frame.error
    return json.dumps({**fields, "data": frame.data}, separators=(",", ":"))


def call(call_id: str, target: str, method: str, params: Mapping[str, Any], mode: str = "") -> Frame:
    """Return a client's call; ``mode`` is ``stream`` for code runs."""
    data = {"method": method, **({"mode": mode} if mode else {}), "params": params}
    return Frame(id=call_id, source=CLIENT, target=target, data=data)


def reply(to: Frame, data: Mapping[str, Any]) -> Frame:
    """Return a frame that belongs to a client's call."""
    return Frame(id=to.id, source=to.target, target=CLIENT, data=data)


def result(to: Frame, value: Mapping[str, Any]) -> Frame:
    """Return the reply to a call."""
    return reply(to, {"result": value})


def event(to: Frame, kind: str, **more: Any) -> Frame:
    """Return an event of a call's response stream."""
    return reply(to, {"phase": "event", "eventType": kind, **more})


def end(to: Frame, **more: Any) -> Frame:
    """Return the end of a call's response stream."""
    return reply(to, {"phase": "end", **more})


def failed(to: Frame, problem: str) -> Frame:
    """Return the failure of a call."""
    return reply(to, {"phase": "error", "error": problem})


def refused(call_id: str, problem: str) -> Frame:
    """Return the hub's refusal of a call that has no recipient."""
    data = {"phase": "error", "error": problem}  # AGB's own client expects a phase, and does not know the hub
    return Frame(id=call_id, source=HUB, target=CLIENT, data=data, error=problem)


def push(push_id: str, source: str, kind: str, **more: Any) -> Frame:
    """Return an unsolicited frame."""
    return Frame(id=push_id, source=source, target=CLIENT, data={"eventType": kind, **more})
