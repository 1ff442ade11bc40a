"""The OOM scores of the session: the kernel kills commands first, then the agent, and then the rest of the machine."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager, suppress

INCREASE, MAX_SCORE = 500, 1000  # of oom_score_adj
MAX_TEXT = 16


class OomScore:
    """The score of this process, which its children inherit. The file is kept open: later, it may not be opened."""

    def __init__(self) -> None:
        self._fd = -1
        self._own = 0

    def raise_own(self) -> None:
        """Raise the score of this process."""
        with suppress(OSError):  # not available here
            self._fd = os.open("/proc/self/oom_score_adj", os.O_RDWR | os.O_CLOEXEC)
            self._own = min(int(os.read(self._fd, MAX_TEXT)) + INCREASE, MAX_SCORE)
            self._write(self._own)

    @contextmanager
    def of_children(self) -> Generator[None, None, None]:
        """Give the processes that are started in the block a higher score, before their first instruction."""
        self._write(min(self._own + INCREASE, MAX_SCORE))
        try:
            yield
        finally:
            self._write(self._own)

    def _write(self, score: int) -> None:
        if self._fd >= 0:
            with suppress(OSError):
                os.write(self._fd, b"%d" % score)


OOM_SCORE = OomScore()
