"""The proof that a listener is the engine whose key one has, which shows the key to nobody.

The one that asks sends a word that it has just made up; the engine answers with what only the key makes of the word and
of the port that the engine itself listens on. So a stranger can neither answer, nor have the engine answer for it.
"""

import hmac
import json
import secrets
import socket
import time
from typing import Any, cast

from ..core.redact import Secret

PATIENCE = 2.0  # seconds: it is on this machine, and has nothing to look up
MOST = 2**14  # bytes of an answer that are read
LONGEST = 128  # characters of a word that is answered


def proof_of(key: Secret, challenge: str, port: int) -> str:
    """Return what the engine with this key, on this port, answers to ``challenge``."""
    said = f"sessionbay engine\n{port}\n{challenge}"
    return hmac.digest(key.reveal().encode(), said.encode(), "sha256").hex()


def answer(key: Secret, challenge: str, port: int) -> dict[str, str]:
    """Return what the health page adds for the one that asked; nothing to a word that nobody of ours sends."""
    return {"proof": proof_of(key, challenge, port)} if 0 < len(challenge) <= LONGEST else {}


def holds(key: Secret, port: int, patience: float = PATIENCE) -> bool:
    """Ask who listens on ``port`` of the loopback; return whether it is the engine with this key."""
    challenge = secrets.token_urlsafe(32)
    try:
        said = json.loads(_fetch(port, f"/health?challenge={challenge}", time.monotonic() + patience))
    except (OSError, OverflowError, ValueError, RecursionError):
        return False
    proof = cast("dict[str, Any]", said).get("proof") if isinstance(said, dict) else None
    if not isinstance(proof, str):
        return False
    return hmac.compare_digest(proof.encode("utf-8", "replace"), proof_of(key, challenge, port).encode())


def _fetch(port: int, path: str, deadline: float) -> bytes:
    """Return the body of an answer; raise ``OSError`` when it does not come in time, byte by byte or at all."""
    request = f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), deadline - time.monotonic()) as stream:
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
