"""A meter of the event loop: logs what holds it for long, with the place in the code."""

import asyncio
import selectors
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from ..core.escaping_filter import escaping_logger

log = escaping_logger("sessionbay.engine")
MAX_FRAMES = 4  # of the package, in a log line
PACKAGE = Path(__file__).parent.parent


class LoopMeter:
    """Measures the turns of the event loop that runs in the thread that creates this object.

    A turn is all that the loop does between two waits for events. Its time on the processor is without that of other
    threads and programs, but also without waits for the disk and for processes.

    Attributes:
        longest: The processor time of the longest turn, in seconds.
        total: The processor time of all turns, in seconds.
    """

    def __init__(self, limit: float) -> None:
        self.longest = self.total = 0.0
        self._limit = limit
        self._thread = threading.get_ident()
        self._begun: float | None = None
        self._cpu_begun = 0.0
        self._place: str | None = None
        self._ending = threading.Event()
        threading.Thread(target=self._watch, name="sessionbay-loop-meter", daemon=True).start()

    def begin(self) -> None:
        """Begin a turn."""
        self._place, self._cpu_begun, self._begun = None, time.thread_time(), time.perf_counter()

    def end(self) -> None:
        """End a turn, and log it if it was longer than allowed."""
        begun, self._begun = self._begun, None
        if begun is None:
            return
        cpu = time.thread_time() - self._cpu_begun
        self.longest, self.total = max(self.longest, cpu), self.total + cpu
        if (held := time.perf_counter() - begun) > self._limit:
            place = self._place or "many short steps"
            log.warning("The event loop was held for %.0f ms (processor: %.0f ms): %s", held * 1e3, cpu * 1e3, place)

    def close(self) -> None:
        """Stop watching."""
        self._ending.set()

    def _watch(self) -> None:
        while not self._ending.wait(self._limit / 4):
            begun = self._begun
            if begun is not None and self._place is None and time.perf_counter() - begun > self._limit:
                self._place = _place(sys._current_frames().get(self._thread))  # pyright: ignore[reportPrivateUsage]  # documented


class MeteredSelector(selectors.DefaultSelector):
    """A selector that reports to a meter when the loop waits."""

    def __init__(self, meter: LoopMeter) -> None:
        super().__init__()
        self._meter = meter

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait for events."""
        self._meter.end()
        try:
            return super().select(timeout)
        finally:
            self._meter.begin()

    def close(self) -> None:
        """Close the selector."""
        self._meter.close()
        super().close()


def loop_factory(limit: float) -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return a factory of loops that log turns longer than ``limit`` seconds, or None if it is 0."""
    return (lambda: asyncio.SelectorEventLoop(MeteredSelector(LoopMeter(limit)))) if limit else None


def _place(frame: FrameType | None) -> str:
    """Return the innermost frame, and those of the package that led there."""
    found: list[str] = []
    while frame is not None and len(found) < MAX_FRAMES:
        path = Path(frame.f_code.co_filename)
        inside = path.is_relative_to(PACKAGE)
        if inside or not found:
            name = path.relative_to(PACKAGE) if inside else path.name
            found.append(f"{name}:{frame.f_lineno} {frame.f_code.co_name}")
        frame = frame.f_back
    return " < ".join(found)
