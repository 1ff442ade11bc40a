"""What a client hears of one terminal: its output, and its end."""

from collections import deque
from collections.abc import Mapping
from typing import Any

from . import terminals
from .dispatcher import Message, Subscription
from .frames import TERMINALS, Frame, push

MAX_NOTIFICATIONS = 64  # frames that nobody answers, of which it is remembered that they are ours


class PtySubscription:
    """The two inboxes of a terminal, which is known by its id once it is created.

    Until then it hears all terminals: the first output may come before the id does.
    """

    def __init__(self, terminal_id: str = "") -> None:
        self.id = terminal_id
        self.said: deque[str] = deque(maxlen=MAX_NOTIFICATIONS)
        self.output = Subscription(route=TERMINALS, accepts=self._shows)
        self.end = Subscription(route=TERMINALS, accepts=self._ends)
        self.output.ends = self.end.ends = self._is_last

    @property
    def inboxes(self) -> tuple[Subscription, Subscription]:
        """Both."""
        return self.output, self.end

    def bind(self, answer: Mapping[str, Any]) -> None:
        """Hear one terminal only."""
        self.id = str(answer.get("ptySessionId") or "")
        for inbox in self.inboxes:
            inbox.purge(lambda letter: letter.kind == "push" and letter.data.get("ptySessionId") != self.id)

    def _shows(self, frame: Frame) -> bool:
        return self._is_its(frame) and frame.data.get("eventType") in (
            terminals.OUTPUT,
            terminals.EXIT,
            terminals.ERROR,
        )

    def _ends(self, frame: Frame) -> bool:
        last = self._is_its(frame) and frame.data.get("eventType") in (terminals.EXIT, terminals.ERROR)
        return last or (frame.id in self.said and bool(frame.failure))

    def _is_its(self, frame: Frame) -> bool:
        named = frame.data.get("ptySessionId")
        return named == self.id if self.id else isinstance(named, str)

    def _is_last(self, frame: Frame) -> bool:
        return bool(self.id) and self._is_its(frame) and frame.data.get("eventType") == terminals.EXIT


def kill_event(terminal_id: str) -> Frame:
    """Return the push that says that a terminal was killed."""
    return push("killed", TERMINALS, terminals.EXIT, ptySessionId=terminal_id, exitCode=terminals.KILLED)


def exit_code(letter: Message) -> int | None:
    """Return how a shell ended, None when a letter tells something else."""
    if letter.data.get("eventType") != terminals.EXIT:
        return None
    code = letter.data.get("exitCode")
    return code if isinstance(code, int) else -1
