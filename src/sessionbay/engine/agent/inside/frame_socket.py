"""The socket to the engine.

A frame is two lengths (big endian, 4 bytes each), a JSON object, and raw bytes. A reply with ``"fds": 1`` carries a
file descriptor.
"""

from __future__ import annotations

import array
import json
import socket
import struct
import threading

HEADER = struct.Struct("!II")


class Failure(Exception):
    """A request failed; the message is sent to the engine."""


class PassedDescriptor:
    """A descriptor to send to the engine, and the value of the reply. The agent closes it after sending."""

    def __init__(self, fd: int, value: object = None) -> None:
        self.fd = fd
        self.value = value


class FrameSocket:
    """Requests in, replies out."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._sending = threading.Lock()

    def receive(self) -> tuple[dict[str, object], bytes] | None:
        """Return the next request and its bytes; None when the engine is gone."""
        head = self._exactly(HEADER.size)
        if head is None:
            return None
        size, extra = HEADER.unpack(head)
        request, blob = self._exactly(size), self._exactly(extra)
        return None if request is None or blob is None else (json.loads(request), blob)

    def send(self, answer: dict[str, object], blob: bytes = b"", fd: int | None = None) -> None:
        """Send one reply."""
        body = json.dumps(answer).encode()
        data = HEADER.pack(len(body), len(blob)) + body + blob
        rights = [] if fd is None else [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [fd]))]
        with self._sending:
            sent = self._sock.sendmsg([data], rights)
            self._sock.sendall(data[sent:])

    def _exactly(self, size: int) -> bytes | None:
        data = bytearray()
        while len(data) < size:
            chunk = self._sock.recv(min(size - len(data), 2**20))
            if not chunk:
                return None
            data += chunk
        return bytes(data)
