"""The subscriptions of a client to one terminal: its output, and its end."""

from collections import deque
from collections.abc import Mapping
from typing import Any

from . import terminals
from .dispatcher import Message, Subscription
from .frames import TERMINALS, Frame, push

MAX_NOTIFICATIONS = 64  # ids of the latest frames without a reply, kept to recognize their failures


class PtySubscription:
    """The two subscriptions of a terminal.

    Until the id is known they match every terminal: output may come before the reply to the creation.
    """

    def __init__(self, terminal_id: str = "") -> None:
        self.id = terminal_id
        self.sent_ids: deque[str] = deque(maxlen=MAX_NOTIFICATIONS)
        self.output = Subscription(route=TERMINALS, accepts=self._shows)
        self.end = Subscription(route=TERMINALS, accepts=self._ends)
        self.output.ends = self.end.ends = self._is_last

    @property
    def subscriptions(self) -> tuple[Subscription, Subscription]:
        """The subscriptions to the output and to the end."""
        return self.output, self.end

    def exit_subscription(self) -> Subscription:
        """Return another subscription to the exit."""
        return Subscription(route=TERMINALS, accepts=self._is_last)

    def bind(self, answer: Mapping[str, Any]) -> None:
        """Restrict the subscriptions to the terminal of a reply."""
        self.id = str(answer.get("ptySessionId") or "")
        for subscription in self.subscriptions:
            subscription.purge(lambda message: message.kind == "push" and message.data.get("ptySessionId") != self.id)

    def _shows(self, frame: Frame) -> bool:
        return self._is_its(frame) and frame.data.get("eventType") in (
            terminals.OUTPUT,
            terminals.EXIT,
            terminals.ERROR,
        )

    def _ends(self, frame: Frame) -> bool:
        last = self._is_its(frame) and frame.data.get("eventType") in (terminals.EXIT, terminals.ERROR)
        return last or (frame.id in self.sent_ids and bool(frame.failure))

    def _is_its(self, frame: Frame) -> bool:
        named = frame.data.get("ptySessionId")
        return named == self.id if self.id else isinstance(named, str)

    def _is_last(self, frame: Frame) -> bool:
        return bool(self.id) and self._is_its(frame) and frame.data.get("eventType") == terminals.EXIT


def kill_event(terminal_id: str) -> Frame:
    """Return the push of a killed terminal's exit."""
    return push("killed", TERMINALS, terminals.EXIT, ptySessionId=terminal_id, exitCode=terminals.KILLED_EXIT_CODE)


def exit_code(message: Message) -> int | None:
    """Return the exit code of a message, None if it is not of an exit."""
    if message.data.get("eventType") != terminals.EXIT:
        return None
    code = message.data.get("exitCode")
    return code if isinstance(code, int) else -1
