"""Asking who listens on a port, without showing anything to a stranger."""

import secrets
import socket
import time

from ..core.challenge import HOST, MOST, KnownEngine
from ..core.secrets import Secret

PATIENCE = 5.0  # seconds: it is on this machine, which may be busy, and has nothing to look up


def holds(key: Secret, port: int, patience: float = PATIENCE) -> bool:
    """Ask who listens on ``port`` of the loopback; return whether it is the engine with this key."""
    challenge, engine = secrets.token_urlsafe(32), KnownEngine(key, port)
    try:
        return engine.is_proved(challenge, _fetch(port, engine.page(challenge), time.monotonic() + patience))
    except (OSError, OverflowError):
        return False


def _fetch(port: int, path: str, deadline: float) -> bytes:
    """Return the body of an answer; raise ``OSError`` when it does not come in time, byte by byte or at all."""
    request = f"GET {path} HTTP/1.0\r\nHost: {HOST}:{port}\r\n\r\n"
    with socket.create_connection((HOST, port), deadline - time.monotonic()) as stream:
        stream.sendall(request.encode())
        got = b""
        while len(got) < MOST:
            stream.settimeout(max(deadline - time.monotonic(), 0.001))
            part = stream.recv(MOST)
            if time.monotonic() > deadline:
                raise TimeoutError("the answer does not end")
            if not part:
                break
            got += part
    return got.partition(b"\r\n\r\n")[2]
