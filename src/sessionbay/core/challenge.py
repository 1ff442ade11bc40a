"""The proof that a listener is the engine whose key one has, which shows the key to nobody.

The one that asks sends a word that it has just made up; the engine answers with what only the key makes of the word and
of the port that the engine itself listens on. So a stranger can neither answer, nor have the engine answer for it.
"""

import hmac
import json
from dataclasses import dataclass
from typing import Any, cast

from .secrets import Secret

HOST = "127.0.0.1"
MOST = 2**14  # bytes of an answer that are read
LONGEST = 128  # characters of a word that is answered


def challenge_response(key: Secret, challenge: str, port: int) -> str:
    """Return what the engine with this key, on this port, answers to ``challenge``."""
    said = f"sessionbay engine\n{port}\n{challenge}"
    return hmac.digest(key.reveal().encode(), said.encode(), "sha256").hex()


def answer(key: Secret, challenge: str, port: int) -> dict[str, str]:
    """Return what the health page adds for the one that asked; nothing to a word that nobody of ours sends."""
    return {"proof": challenge_response(key, challenge, port)} if 0 < len(challenge) <= LONGEST else {}


@dataclass(frozen=True)
class KnownEngine:
    """An engine of this machine: where it listens, and the key that only it and its user have."""

    key: Secret
    port: int

    def is_at(self, host: str, port: int) -> bool:
        """Return whether an address is the engine's."""
        return (host, port) == (HOST, self.port)

    def page(self, challenge: str) -> str:
        """Return the path under which whoever listens there is asked."""
        return f"/health?challenge={challenge}"

    def is_proved(self, challenge: str, said: bytes) -> bool:
        """Return whether what was answered proves that it is the engine."""
        try:
            told = json.loads(said)
        except (ValueError, RecursionError):
            return False
        proof = cast("dict[str, Any]", told).get("proof") if isinstance(told, dict) else None
        if not isinstance(proof, str):
            return False
        return hmac.compare_digest(
            proof.encode("utf-8", "replace"), challenge_response(self.key, challenge, self.port).encode()
        )
