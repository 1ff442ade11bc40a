"""The program that reads the keyboard: whether it has read what was typed.

A program reads an event with the map of the keyboard as it is then, not as it was when the key was pressed. So it must
have read all events of a key before that gets another meaning.
"""

from __future__ import annotations

import os
import threading
import time

from .display import Connection
from .waiting import wait_until
from .xlib import X, error, event

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PATIENCE = 10.0  # seconds, for a program that answers pings
IDLE_PATIENCE = 3.0  # seconds, for one that does not, and may never rest
PAUSE = 0.3  # seconds, for one that nothing is known about
FIRST_PING = 0x5E550000  # unlike the times that window managers send


class Reader:
    """The program that has the focus of the keyboard."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._display = connection.display
        self._pings = FIRST_PING
        self._lock = threading.Lock()

    def has_read(self) -> bool:
        """Wait until the program has read all events so far; return False if it does not read."""
        try:
            window = self._focused()
            if window is not None and self.answers_pings(window):
                return self.ping(window)
        except error.BadWindow:  # it has just been closed, and another program has the focus
            return True
        pid = 0 if window is None else self._connection.pid(window.id)
        if not pid or not self._rests(pid):
            time.sleep(PAUSE)
        return True

    def ping(self, window: Any, seconds: float = PATIENCE) -> bool:
        """Send a window's program a ping, as window managers do; return whether it answers after the events so far."""
        with self._lock:
            return self._ping(window, seconds)

    def _ping(self, window: Any, seconds: float) -> bool:
        self._pings += 1
        ping, number = self._connection.atom("_NET_WM_PING"), self._pings
        root = self._connection.root
        root.change_attributes(event_mask=X.SubstructureNotifyMask)
        data = (32, [ping, number, window.id, 0, 0])
        window.send_event(
            event.ClientMessage(window=window, client_type=self._connection.atom("WM_PROTOCOLS"), data=data)
        )
        try:
            return wait_until(lambda: self._answered(number), seconds)
        finally:
            root.change_attributes(event_mask=X.NoEventMask)
            self._display.sync()

    def answers_pings(self, window: Any) -> bool:
        """Return whether a window's program says that it answers pings."""
        return self._connection.atom("_NET_WM_PING") in self._connection.numbers(window, "WM_PROTOCOLS")

    def _answered(self, number: int) -> bool:
        while self._display.pending_events():
            got = self._display.next_event()
            if got.type == X.ClientMessage and got.data[0] == 32 and got.data[1][1] == number:
                return True
        return False

    def _focused(self) -> Any:
        """Return the window that has the focus, or the one around it that answers pings; None if none has it."""
        window = focused = self._display.get_input_focus().focus
        if isinstance(focused, int):
            return None
        while (parent := window.query_tree().parent) and parent.id != self._connection.root.id:
            if self.answers_pings(window):
                return window
            window = parent
        return focused

    def _rests(self, pid: int) -> bool:
        """Wait until a program and the X server rest at one moment: nothing is under way between them then."""
        server = self._connection.server_pid()

        def is_at_rest() -> bool:
            before = _sleep(pid)
            return bool(before) and bool(_sleep(server)) and _sleep(pid) == before

        return wait_until(is_at_rest, IDLE_PATIENCE)


def _sleep(pid: int) -> list[bytes]:
    """Return what stays the same while all threads of a process sleep; empty if one is awake, or cannot be seen."""
    found: list[bytes] = []
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/status", "rb") as file:
                lines = file.read().splitlines()
            if not any(line.startswith(b"State:\tS") for line in lines):
                return []
            found += [thread.encode(), *(line for line in lines if b"ctxt_switches" in line)]
    except OSError:
        return []
    return found
