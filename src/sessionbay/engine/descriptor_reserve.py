"""Spare file descriptors, with which sessions can be ended when there are no others."""

import contextlib
import os
from collections.abc import Generator

SIZE = 16


class DescriptorReserve:
    """Descriptors that are kept open, and are free inside of ``released``."""

    def __init__(self) -> None:
        self._spare: list[int] = []
        self._users = 0
        self.refill()

    @contextlib.contextmanager
    def released(self) -> Generator[None]:
        """Free the descriptors during the block; take them back, as far as there are any, after the last one."""
        self._users += 1
        self.close()
        try:
            yield
        finally:
            self._users -= 1
            self.refill()

    def close(self) -> None:
        """Free the descriptors."""
        while self._spare:
            os.close(self._spare.pop())

    def refill(self) -> None:
        """Take descriptors, as far as there are any, unless a block uses them."""
        with contextlib.suppress(OSError):
            while not self._users and len(self._spare) < SIZE:
                self._spare.append(os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC))
