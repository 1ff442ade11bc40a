"""Pictures by mss, which is quick, but which a program that grabs the X server holds up."""

from __future__ import annotations

import os
import queue
import threading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

TIMEOUT = 2.0  # seconds
Box = dict[str, int]


class QuickPictures:
    """A thread that takes pictures. One thread at a time asks it."""

    def __init__(self) -> None:
        self._boxes: queue.SimpleQueue[Box] = queue.SimpleQueue()
        self._pictures: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._is_late = False

    def take(self, box: Box) -> bytes | None:
        """Return the pixels of a part of the screen; None if mss is missing, fails, or is held up."""
        try:
            if self._thread is None:
                thread = threading.Thread(target=self._serve, daemon=True)
                thread.start()
                self._thread = thread
            if self._is_late:
                self._pictures.get_nowait()  # of a box before
                self._is_late = False
            self._boxes.put(box)
            return self._pictures.get(timeout=TIMEOUT)
        except queue.Empty:
            self._is_late = True
            return None
        except RuntimeError:  # the session's processes have used up the limit
            return None

    def _serve(self) -> None:
        source: Any = None
        while True:
            box = self._boxes.get()
            try:
                source = source or _open()
                self._pictures.put(bytes(source.grab(box).bgra))
            except Exception:  # whatever mss raises, there is the slow way
                source = None
                self._pictures.put(None)


def _open() -> Any:
    from mss import MSS

    return MSS(display=os.environ["DISPLAY"])
