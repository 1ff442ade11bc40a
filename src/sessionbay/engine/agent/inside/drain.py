"""The drain of pipes that outlive their command."""

from __future__ import annotations

import os
import select
import threading


class Drain:
    """Reads and discards the output of background processes whose command has ended: one thread for all."""

    _poll: select.epoll

    def start(self) -> None:
        """Start the thread, before the session's processes can use up the limit."""
        self._poll = select.epoll()
        threading.Thread(target=self._discard, daemon=True).start()

    def add(self, fd: int) -> None:
        """Discard what comes from a pipe, through a duplicate of its descriptor."""
        self._poll.register(os.dup(fd), select.EPOLLIN)

    def _discard(self) -> None:
        while True:
            for fd, _ in self._poll.poll():
                if not os.read(fd, 65536):
                    self._poll.unregister(fd)
                    os.close(fd)


DRAIN = Drain()
