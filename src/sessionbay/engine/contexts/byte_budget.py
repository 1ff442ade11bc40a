"""The size limit of one copy."""

import os
import threading


class TooLarge(Exception):
    """A file exceeds what remains of a copy's size limit."""

    def __init__(self, remaining: int) -> None:
        super().__init__(f"the file is larger than the {remaining} bytes that remain of this copy's limit")


class ByteBudget:
    """The number of bytes that a copy may still transfer, shared by its parallel files."""

    def __init__(self, remaining: int) -> None:
        self.remaining = remaining
        self._lock = threading.Lock()

    def take(self, fd: int) -> int:
        """Reserve and return the current size of an open file; bytes appended later are not copied."""
        size = os.fstat(fd).st_size
        with self._lock:
            if size > self.remaining:
                raise TooLarge(self.remaining)
            self.remaining -= size
        return size
