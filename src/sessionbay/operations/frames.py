"""Frames of a session's WebSocket, which both clouds word the same: read liberally, written exactly.

Each is a text frame that holds one JSON object: whose call it belongs to, who sent it, whom it is for, and its data.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

CLIENT = "SDK"
HUB = "WEBSOCKET_SERVER"
TERMINALS = "PTY_SERVER"


class BadFrame(ValueError):
    """A message that is no frame; ``id`` is that of the call it belongs to, where that much can be read."""

    def __init__(self, problem: str, call_id: str = "") -> None:
        super().__init__(problem)
        self.id = call_id


@dataclass(frozen=True, kw_only=True)
class Frame:
    """One frame.

    Attributes:
        id: The call that it belongs to; a push has an id that no call has.
        source: Who sent it: the client, a server in the session, or the hub itself.
        target: Whom it is for.
        data: What it says.
        error: Why the hub itself refused a call; empty in all other frames.
    """

    id: str
    source: str
    target: str
    data: Mapping[str, Any] = field(default_factory=dict[str, Any])
    error: str = ""

    @property
    def method(self) -> str:
        """What a client asks for, empty where it only says something."""
        method = self.data.get("method")
        return method if isinstance(method, str) else ""

    @property
    def params(self) -> Mapping[str, Any]:
        """What a client asks with."""
        params = self.data.get("params")
        return cast("Mapping[str, Any]", params) if isinstance(params, dict) else {}

    @property
    def route(self) -> str:
        """Whose subscribers a push is for."""
        return self.source if self.target == CLIENT else self.target

    @property
    def failure(self) -> str:
        """Why the call failed, empty where it did not."""
        said = self.data.get("error")
        if self.error:
            return self.error
        if isinstance(said, str) and said:
            return said
        return "the call failed" if self.data.get("phase") == "error" else ""


def read(message: str | bytes) -> Frame:
    """Return the frame of a message; raise ``BadFrame`` when it is none."""
    try:
        said: object = json.loads(message)
    except (ValueError, RecursionError) as exc:
        raise BadFrame("the message is not JSON") from exc
    if not isinstance(said, dict):
        raise BadFrame("the message is no JSON object")
    found = cast("dict[str, object]", said)
    call_id = _text(found, "invocationId") or _text(found, "requestId")
    if not call_id:
        raise BadFrame("the message has no invocationId")
    source, target = _text(found, "source"), _text(found, "target")
    if not target:
        if source != HUB:
            raise BadFrame("the message has no target", call_id)
        target = CLIENT
    return Frame(id=call_id, source=source, target=target, data=_data(found, call_id), error=_text(found, "error"))


def _text(found: Mapping[str, object], name: str) -> str:
    value = found.get(name)
    return value if isinstance(value, str) else ""


def _data(found: Mapping[str, object], call_id: str) -> dict[str, Any]:
    """Return a frame's data, which may come as JSON text in place of the object."""
    data = found.get("data")
    if isinstance(data, str):
        try:
            data = json.loads(data)
        except (ValueError, RecursionError) as exc:
            raise BadFrame("the data is not JSON", call_id) from exc
    if data is None and found.get("source") == HUB:
        data = {}
    if not isinstance(data, dict):
        raise BadFrame("the data is no JSON object", call_id)
    return cast("dict[str, Any]", data)


def write(frame: Frame) -> str:
    """Return the message that carries a frame. It is ASCII: any text that JSON can hold gets through."""
    said: dict[str, Any] = {"invocationId": frame.id, "source": frame.source, "target": frame.target}
    if frame.error:
        said["error"] = frame.error
    return json.dumps({**said, "data": frame.data}, separators=(",", ":"))


def call(call_id: str, target: str, method: str, params: Mapping[str, Any], mode: str = "") -> Frame:
    """Return the frame with which a client asks for something; ``mode`` is ``stream`` for running code."""
    data = {"method": method, **({"mode": mode} if mode else {}), "params": params}
    return Frame(id=call_id, source=CLIENT, target=target, data=data)


def reply(to: Frame, data: Mapping[str, Any]) -> Frame:
    """Return a frame that belongs to a client's call."""
    return Frame(id=to.id, source=to.target, target=CLIENT, data=data)


def result(to: Frame, value: Mapping[str, Any]) -> Frame:
    """Return the one answer to a call."""
    return reply(to, {"result": value})


def event(to: Frame, kind: str, **more: Any) -> Frame:
    """Return one event of a call that is answered by a stream."""
    return reply(to, {"phase": "event", "eventType": kind, **more})


def end(to: Frame, **more: Any) -> Frame:
    """Return the end of a stream."""
    return reply(to, {"phase": "end", **more})


def failed(to: Frame, problem: str) -> Frame:
    """Return the failure of a call, be it answered once or by a stream."""
    return reply(to, {"phase": "error", "error": problem})


def refused(call_id: str, problem: str) -> Frame:
    """Return the hub's own "no" to a call that reached nobody."""
    data = {"phase": "error", "error": problem}  # AGB's own client looks for a phase, and does not know of the hub
    return Frame(id=call_id, source=HUB, target=CLIENT, data=data, error=problem)


def push(push_id: str, source: str, kind: str, **more: Any) -> Frame:
    """Return a frame that nobody asked for."""
    return Frame(id=push_id, source=source, target=CLIENT, data={"eventType": kind, **more})
