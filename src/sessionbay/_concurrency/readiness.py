"""Readiness of sockets."""

import select

RECEIVE_SIZE = 256 * 1024  # bytes received at once
_MAX_POLL = 2**31 - 1  # milliseconds that poll() accepts: 24 days


class SocketWatch:
    """Reports without blocking whether a socket is readable or was closed by its peer."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._poll = select.poll() if hasattr(select, "poll") else None
        if self._poll:
            self._poll.register(descriptor, select.POLLIN)

    def is_readable(self) -> bool:
        """Return whether there is data to read, or the end of the stream."""
        return bool(self._poll.poll(0) if self._poll else select.select([self._descriptor], [], [], 0)[0])


def wait_ready(descriptor: int, timeout: float | None, *, writes: bool) -> bool:
    """Wait until a socket can be read or written; return whether it can within ``timeout`` seconds."""
    if hasattr(select, "poll"):
        poll = select.poll()
        poll.register(descriptor, select.POLLOUT if writes else select.POLLIN)
        return bool(poll.poll(None if timeout is None else min(timeout * 1000, _MAX_POLL)))
    sockets = [descriptor]
    return any(select.select([] if writes else sockets, sockets if writes else [], [], timeout))
