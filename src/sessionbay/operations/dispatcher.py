"""Who waits for what on a session's WebSocket, and whose each frame is: the clouds' rules of matching."""

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from ..core.errors import Kind
from . import frames
from .frames import BadFrame, Frame

MAX_BUFFERED = 2**20  # bytes that may wait for their reader before nothing more is read from the connection


@dataclass(frozen=True)
class Message:
    """What came for somebody: news of a stream or a push, the answer to a call, or why there is none."""

    kind: Literal["event", "answer", "end", "failed", "push"]
    data: Mapping[str, Any]
    problem: str = ""
    error_kind: Kind = "refused"


Accepts = Callable[[Frame], bool]
Callback = Callable[[Mapping[str, Any]], None]


class Subscription:
    """What came for one call, stream or subscription.

    Attributes:
        id: The call that it is for; empty for a subscription.
        hear: Who is told of each push at once, in place of it being kept; not of the last one.
        then: Who is told of the answer in the moment it comes, before anything else is delivered.
        ends: Tells the push after which nothing more will come.
        deaf: Whether all but that last push is thrown away.
        lossy: Whether the oldest letters make room for new ones, so that nobody has to wait.
        over: Whether nobody reads it any more.
        lost: The letter that says why nothing more will come.
    """

    def __init__(self, call_id: str = "", *, streams: bool = False, route: str = "", accepts: Accepts | None = None):
        self.id = call_id
        self.streams = streams
        self.route = route
        self.accepts = accepts
        self.hear: Callback | None = None
        self.then: Callback | None = None
        self.ends: Accepts = _never
        self.muted = False
        self.lossy = False
        self.over = False
        self.lost: Message | None = None
        self._letters: deque[tuple[Message, int]] = deque()
        self._held = 0

    @property
    def is_full(self) -> bool:
        """Whether its reader has to read before more can come."""
        return self._held >= MAX_BUFFERED and not self.lossy and not self.muted

    @property
    def has_news(self) -> bool:
        """Whether a reader need not wait."""
        return bool(self._letters) or self.over or self.lost is not None

    def take(self) -> Message | None:
        """Return the next letter, or why there will be none; None where nobody is to read any more."""
        if self._letters:
            letter, size = self._letters.popleft()
            self._held -= size
            return letter
        return self.lost

    def take_all(self) -> list[Message]:
        """Return all letters that are there; not why there will be no more."""
        found = [letter for letter, _ in self._letters]
        self.purge(lambda letter: True)
        return found

    def put(self, letter: Message, size: int) -> None:
        """Keep a letter."""
        if self.then and letter.kind == "answer":
            self.then(letter.data)
        self._letters.append((letter, size))
        self._held += size
        while self.lossy and self._held > MAX_BUFFERED and len(self._letters) > 1:
            self.take()

    def purge(self, unwanted: Callable[[Message], bool]) -> None:
        """Throw letters away."""
        kept = [(letter, size) for letter, size in self._letters if not unwanted(letter)]
        self._letters, self._held = deque(kept), sum(size for _, size in kept)


class Dispatcher:
    """All inboxes of one connection."""

    def __init__(self) -> None:
        self._calls: dict[str, Subscription] = {}
        self._subscriptions: list[Subscription] = []

    @property
    def is_full(self) -> bool:
        """Whether somebody has to read before more can come."""
        return any(inbox.is_full for inbox in self._all())

    def add(self, inbox: Subscription) -> None:
        """Begin to deliver to an inbox."""
        inbox.lost, inbox.over = None, False
        if inbox.id:
            self._calls[inbox.id] = inbox
        elif inbox not in self._subscriptions:
            self._subscriptions.append(inbox)

    def drop(self, inbox: Subscription) -> None:
        """Deliver no more to an inbox."""
        inbox.over = True
        self._forget(inbox)

    def lose(self, kind: Kind, reason: str) -> None:
        """Tell all that nothing more will come."""
        for inbox in list(self._all()):
            inbox.lost = Message("failed", {}, reason, kind)
            self._forget(inbox)

    def deliver(self, message: str | bytes) -> list[tuple[Callback, Mapping[str, Any]]]:
        """Put a message where it belongs; return who is to hear of it besides. What is nobody's is dropped."""
        try:
            frame = frames.read(message)
        except BadFrame as exc:
            self._settle(exc.id, Message("failed", {}, f"the answer is not the protocol's: {exc}", "invalid_response"))
            return []
        if inbox := self._calls.get(frame.id):
            letter = classify(frame, streams=inbox.streams)
            inbox.put(letter, len(message))
            if letter.kind != "event":
                self._forget(inbox)
            return []
        return [told for inbox in tuple(self._subscriptions) for told in self._push(inbox, frame, len(message))]

    def has_subscriber(self, frame: Frame) -> bool:
        """Return whether a push like ``frame`` is for anybody."""
        return any(_is_for(inbox, frame) for inbox in self._subscriptions)

    def mute(self, frame: Frame, *, muted: bool) -> None:
        """Make all inboxes deaf, or hearing again, that a push like ``frame`` is for."""
        for inbox in self._subscriptions:
            if _is_for(inbox, frame):
                inbox.muted = muted

    def _push(self, inbox: Subscription, frame: Frame, size: int) -> Iterator[tuple[Callback, Mapping[str, Any]]]:
        ends = inbox.ends(frame)
        if not _is_for(inbox, frame) or (inbox.muted and not ends):
            return
        if inbox.hear and not ends:
            yield inbox.hear, frame.data
            return
        inbox.put(Message("push", frame.data, frame.failure), size)
        if ends:
            self._forget(inbox)

    def _settle(self, call_id: str, letter: Message) -> None:
        if inbox := self._calls.get(call_id):
            inbox.put(letter, 0)
            self._forget(inbox)

    def _forget(self, inbox: Subscription) -> None:
        if self._calls.get(inbox.id) is inbox:
            del self._calls[inbox.id]
        if inbox in self._subscriptions:
            self._subscriptions.remove(inbox)

    def _all(self) -> Iterable[Subscription]:
        yield from self._calls.values()
        yield from self._subscriptions


def _never(frame: Frame) -> bool:
    return False


def _is_for(inbox: Subscription, frame: Frame) -> bool:
    return frame.route == inbox.route and (inbox.accepts is None or inbox.accepts(frame))


def classify(frame: Frame, *, streams: bool) -> Message:
    """Return what a frame says to the call that it belongs to."""
    said = frame.data.get("error")
    if frame.source == frames.HUB:
        problem = frame.error or (said if isinstance(said, str) else "")
        done: Literal["end", "answer"] = "end" if streams else "answer"
        return Message("failed", frame.data, problem) if problem else Message(done, frame.data)
    if isinstance(said, str) and said:
        return Message("failed", frame.data, said)
    return _of_stream(frame) if streams else _of_call(frame, said)


def _of_call(frame: Frame, error: object) -> Message:
    result = frame.data.get("result")
    if result is not None:
        found = cast("Mapping[str, Any]", result) if isinstance(result, dict) else {"result": result}
        return Message("answer", found)
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
