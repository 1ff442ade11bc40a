"""When a window takes input: not yet when it is listed."""

from __future__ import annotations

from .display import Connection
from .reader import Reader
from .screen import Screen
from .windows import Windows

LOOKS = 3  # in which it stands still, one after the other
PING_PATIENCE = 2.0  # seconds
FOCUS_LOOKS = 20  # after which one is ready that does not take the focus


class Readiness:
    """Looks at new windows until they stand still, their program answers, and one of them has the focus."""

    def __init__(self, connection: Connection, reader: Reader, windows: Windows, screen: Screen) -> None:
        self._connection = connection
        self._reader = reader
        self._windows = windows
        self._screen = screen
        self._seen: object = None
        self._still = 0

    def is_ready(self, window_ids: list[int]) -> bool:
        """Look once; return whether the windows take input."""
        if not window_ids:
            return False
        now = [self._look(window_id) for window_id in window_ids]
        self._still = self._still + 1 if now == self._seen else 0
        self._seen = now
        if self._still < LOOKS:
            return False
        answering = [
            window for each in window_ids if self._reader.answers_pings(window := self._connection.window(each))
        ]
        if self._still == LOOKS and not all(self._reader.ping(window, PING_PATIENCE) for window in answering):
            return False
        return any(map(self._windows.has_focus, window_ids)) or self._still >= FOCUS_LOOKS

    def _look(self, window_id: int) -> tuple[object, object, object]:
        geometry = self._windows.geometries().get(window_id)
        picture = b""
        if geometry and not self._reader.answers_pings(self._connection.window(window_id)):
            picture = self._screen.fingerprint(*geometry)
        return geometry, self._windows.state(window_id), picture
