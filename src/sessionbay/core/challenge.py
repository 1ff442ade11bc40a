"""The challenge-response by which the engine proves that it holds its key, without sending the key.

The client sends a nonce. The engine answers with an HMAC of the nonce and of the port that it listens on. The port
keeps another process from relaying the challenge to the engine.
"""

import hmac
import json
from dataclasses import dataclass
from typing import Any, cast

from .secrets import Secret

HOST = "127.0.0.1"
MAX_RESPONSE_SIZE = 2**14  # bytes
MAX_CHALLENGE_LENGTH = 128  # characters
ENGINE_HEADER = "x-sessionbay-engine"  # of the engine's responses, with its version; no cloud sends it


def challenge_response(key: Secret, challenge: str, port: int) -> str:
    """Return the response of the engine with this key, on this port, to ``challenge``."""
    message = f"sessionbay engine\n{port}\n{challenge}"
    return hmac.digest(key.reveal().encode(), message.encode(), "sha256").hex()


def health_proof(key: Secret, challenge: str, port: int) -> dict[str, str]:
    """Return the fields that the health page adds for ``challenge``. An invalid challenge gets none."""
    return {"proof": challenge_response(key, challenge, port)} if 0 < len(challenge) <= MAX_CHALLENGE_LENGTH else {}


@dataclass(frozen=True)
class KnownEngine:
    """An engine on this machine: its port, and the key that it shares with its user."""

    key: Secret
    port: int

    def is_at(self, host: str, port: int) -> bool:
        """Return whether the engine listens on this address."""
        return (host, port) == (HOST, self.port)

    def challenge_path(self, challenge: str) -> str:
        """Return the path that the challenge is sent to."""
        return f"/health?challenge={challenge}"

    def is_proved(self, challenge: str, body: bytes) -> bool:
        """Return whether a response to the challenge comes from the engine."""
        try:
            page = json.loads(body)
        except (ValueError, RecursionError):
            return False
        proof = cast("dict[str, Any]", page).get("proof") if isinstance(page, dict) else None
        expected = challenge_response(self.key, challenge, self.port).encode()
        return isinstance(proof, str) and hmac.compare_digest(proof.encode("utf-8", "replace"), expected)
