"""Dispatch of a session's WebSocket frames to subscriptions, by the clouds' rules of matching."""

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from ..core.errors import Kind
from . import frames
from .frames import BadFrame, Frame

MAX_BUFFERED = 2**20  # unread bytes of a subscription at which reading from the connection pauses


@dataclass(frozen=True)
class Message:
    """A message to a subscription: an event of a stream, a push, the reply to a call, or its failure."""

    kind: Literal["event", "answer", "end", "failed", "push"]
    data: Mapping[str, Any]
    error: str = ""
    error_kind: Kind = "refused"


Accepts = Callable[[Frame], bool]
Callback = Callable[[Mapping[str, Any]], None]


class Subscription:
    """The queue of messages of one call, stream or route of pushes.

    Attributes:
        id: The id of the call; empty for pushes.
        on_push: Called with the data of each push but the last, which is then not queued.
        on_answer: Called with the answer before anything else is delivered.
        ends: Whether a push is the last one.
        muted: Whether all pushes but the last one are dropped.
        lossy: Whether new messages evict the oldest ones, instead of pausing the connection.
        over: Whether the reader has left.
        lost: The failure that ended it.
    """

    def __init__(self, call_id: str = "", *, streams: bool = False, route: str = "", accepts: Accepts | None = None):
        self.id = call_id
        self.streams = streams
        self.route = route
        self.accepts = accepts
        self.on_push: Callback | None = None
        self.on_reply: Callback | None = None
        self.ends: Accepts = _never
        self.muted = False
        self.lossy = False
        self.over = False
        self.lost: Message | None = None
        self._messages: deque[tuple[Message, int]] = deque()
        self._buffered = 0

    @property
    def is_full(self) -> bool:
        """Whether reading from the connection has to pause until the reader has caught up."""
        return self._buffered >= MAX_BUFFERED and not self.lossy and not self.muted

    @property
    def has_news(self) -> bool:
        """Whether ``take`` has a result."""
        return bool(self._messages) or self.over or self.lost is not None

    def take(self) -> Message | None:
        """Return the next message, else the failure that ended the subscription, if any."""
        if self._messages:
            message, size = self._messages.popleft()
            self._buffered -= size
            return message
        return self.lost

    def take_all(self) -> list[Message]:
        """Return all queued messages, without the failure that ended the subscription."""
        messages = [message for message, _ in self._messages]
        self.purge(lambda message: True)
        return messages

    def put(self, message: Message, size: int) -> None:
        """Queue a message."""
        if self.on_reply and message.kind == "answer":
            self.on_reply(message.data)
        self._messages.append((message, size))
        self._buffered += size
        while self.lossy and self._buffered > MAX_BUFFERED and len(self._messages) > 1:
            self.take()

    def purge(self, unwanted: Callable[[Message], bool]) -> None:
        """Drop messages."""
        kept = [(message, size) for message, size in self._messages if not unwanted(message)]
        self._messages, self._buffered = deque(kept), sum(size for _, size in kept)


class Dispatcher:
    """The subscriptions of one connection."""

    def __init__(self) -> None:
        self._calls: dict[str, Subscription] = {}
        self._subscriptions: list[Subscription] = []

    @property
    def is_full(self) -> bool:
        """Whether reading from the connection has to pause."""
        return any(subscription.is_full for subscription in self._all())

    def add(self, subscription: Subscription) -> None:
        """Start to deliver to a subscription."""
        subscription.lost, subscription.over = None, False
        if subscription.id:
            self._calls[subscription.id] = subscription
        elif subscription not in self._subscriptions:
            self._subscriptions.append(subscription)

    def drop(self, subscription: Subscription) -> None:
        """End a subscription."""
        subscription.over = True
        self._forget(subscription)

    def lose(self, kind: Kind, reason: str) -> None:
        """Fail all subscriptions."""
        for subscription in list(self._all()):
            subscription.lost = Message("failed", {}, reason, kind)
            self._forget(subscription)

    def deliver(self, raw: str | bytes) -> list[tuple[Callback, Mapping[str, Any]]]:
        """Queue a frame where it belongs, or drop it; return the callbacks to call, with their data."""
        try:
            frame = frames.read(raw)
        except BadFrame as exc:
            self._settle(exc.id, Message("failed", {}, f"invalid answer: {exc}", "invalid_response"))
            return []
        if subscription := self._calls.get(frame.id):
            message = classify(frame, streams=subscription.streams)
            subscription.put(message, len(raw))
            if message.kind != "event":
                self._forget(subscription)
            return []
        return [
            pair for subscription in tuple(self._subscriptions) for pair in self._push(subscription, frame, len(raw))
        ]

    def has_subscriber(self, frame: Frame) -> bool:
        """Return whether a push like ``frame`` has a subscriber."""
        return any(_is_for(subscription, frame) for subscription in self._subscriptions)

    def mute(self, frame: Frame, *, muted: bool) -> None:
        """Mute or unmute the subscriptions to pushes like ``frame``."""
        for subscription in self._subscriptions:
            if _is_for(subscription, frame):
                subscription.muted = muted

    def _push(
        self, subscription: Subscription, frame: Frame, size: int
    ) -> Iterator[tuple[Callback, Mapping[str, Any]]]:
        ends = subscription.ends(frame)
        if not _is_for(subscription, frame) or (subscription.muted and not ends):
            return
        if subscription.on_push and not ends:
            yield subscription.on_push, frame.data
            return
        subscription.put(Message("push", frame.data, frame.failure), size)
        if ends:
            self._forget(subscription)

    def _settle(self, call_id: str, message: Message) -> None:
        if subscription := self._calls.get(call_id):
            subscription.put(message, 0)
            self._forget(subscription)

    def _forget(self, subscription: Subscription) -> None:
        if self._calls.get(subscription.id) is subscription:
            del self._calls[subscription.id]
        if subscription in self._subscriptions:
            self._subscriptions.remove(subscription)

    def _all(self) -> Iterable[Subscription]:
        yield from self._calls.values()
        yield from self._subscriptions


def _never(frame: Frame) -> bool:
    return False


def _is_for(subscription: Subscription, frame: Frame) -> bool:
    return frame.route == subscription.route and (subscription.accepts is None or subscription.accepts(frame))


def classify(frame: Frame, *, streams: bool) -> Message:
    """Return the message of a frame to its call."""
    payload_error = frame.data.get("error")
    if frame.source == frames.HUB:
        error = frame.error or (payload_error if isinstance(payload_error, str) else "")
        done: Literal["end", "answer"] = "end" if streams else "answer"
        return Message("failed", frame.data, error) if error else Message(done, frame.data)
    if isinstance(payload_error, str) and payload_error:
        return Message("failed", frame.data, payload_error)
    return _of_stream(frame) if streams else _of_call(frame, payload_error)


def _of_call(frame: Frame, error: object) -> Message:
    result = frame.data.get("result")
    if result is not None:
        return Message("answer", cast("Mapping[str, Any]", result) if isinstance(result, dict) else {"result": result})
    if error is not None:
        return Message("failed", frame.data, json.dumps(error))
    return Message("answer", frame.data)


def _of_stream(frame: Frame) -> Message:
    phase = frame.data.get("phase")
    if phase in ("event", "end"):
        return Message(phase, frame.data)
    if phase == "error":
        return Message(
            "failed", frame.data, json.dumps(frame.data.get("error")) if "error" in frame.data else "it failed"
        )
    return Message("failed", frame.data, f"a frame of the stream has the phase {phase!r}", "invalid_response")
