"""Verify by challenge-response that a given engine listens on a port, without sending its key."""

import secrets
import socket
import time

from ..core.challenge import HOST, MAX_RESPONSE_SIZE, KnownEngine
from ..core.secrets import Secret

VERIFY_TIMEOUT = 5.0  # seconds; the engine is on this machine, which may be busy


def holds(key: Secret, port: int, timeout: float = VERIFY_TIMEOUT) -> bool:
    """Return whether the engine with this key listens on ``port`` of the loopback."""
    challenge, engine = secrets.token_urlsafe(32), KnownEngine(key, port)
    try:
        return engine.is_proved(challenge, _fetch(port, engine.challenge_path(challenge), time.monotonic() + timeout))
    except (OSError, OverflowError):
        return False


def _fetch(port: int, path: str, deadline: float) -> bytes:
    """Return the body of the response; raise ``OSError`` when it is not complete by the deadline."""
    request = f"GET {path} HTTP/1.0\r\nHost: {HOST}:{port}\r\n\r\n"
    with socket.create_connection((HOST, port), deadline - time.monotonic()) as stream:
        stream.sendall(request.encode())
        response = b""
        while len(response) < MAX_RESPONSE_SIZE:
            stream.settimeout(max(deadline - time.monotonic(), 0.001))
            chunk = stream.recv(MAX_RESPONSE_SIZE)
            if time.monotonic() > deadline:
                raise TimeoutError("the answer does not end")
            if not chunk:
                break
            response += chunk
    return response.partition(b"\r\n\r\n")[2]
