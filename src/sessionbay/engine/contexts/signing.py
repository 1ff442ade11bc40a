"""Presigned URLs: each permits one method on one file until it expires."""

import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, urlencode

from .paths import Parts, joined

LIFETIME = 3600  # seconds
PREFIX = "/contexts"
Method = Literal["GET", "PUT"]


class BadSignature(Exception):
    """An invalid or expired URL; the message says which."""


@dataclass(frozen=True)
class SignedGrant:
    """The permission that a URL grants.

    Attributes:
        expires: Unix time in whole seconds.
        max_bytes: The maximum size of an upload.
    """

    method: Method
    context_id: str
    parts: Parts
    expires: int
    max_bytes: int


class Signer:
    """Signs URLs with a random key of this engine."""

    def __init__(self, max_bytes: int) -> None:
        self._key = secrets.token_bytes(32)
        self._max_bytes = max_bytes

    def address(self, base: str, method: Method, context_id: str, parts: Parts) -> tuple[str, int]:
        """Return a URL of the engine at ``base``, and its expiry."""
        grant = SignedGrant(method, context_id, parts, int(time.time()) + LIFETIME, self._max_bytes)
        query = {
            "method": method,
            "expires": grant.expires,
            "most": self._max_bytes,
            "signature": self._signature(grant),
        }
        return f"{base}{PREFIX}/{context_id}/files{quote(joined(parts))}?{urlencode(query)}", grant.expires

    def check(self, method: str, context_id: str, parts: Parts, query: Mapping[str, str]) -> SignedGrant:
        """Return the grant of a URL; raise BadSignature unless it permits ``method``."""
        try:
            expires, max_bytes = int(query["expires"]), int(query["most"])
        except (KeyError, ValueError) as exc:
            raise BadSignature("the URL is incomplete") from exc
        # HEAD reveals nothing that GET does not.
        signed_method: Method = "PUT" if method == "PUT" else "GET"
        grant = SignedGrant(signed_method, context_id, parts, expires, max_bytes)
        signature = query.get("signature", "").encode("utf-8", "replace")
        known = hmac.compare_digest(signature, self._signature(grant).encode())
        if not known or method not in ("GET", "HEAD", "PUT"):
            raise BadSignature(f"the URL does not permit {method} of this file")
        if expires <= time.time():
            raise BadSignature("the URL has expired: request a new one")
        return grant

    def _signature(self, grant: SignedGrant) -> str:
        payload = json.dumps([grant.method, grant.context_id, joined(grant.parts), grant.expires, grant.max_bytes])
        return hmac.new(self._key, payload.encode(), hashlib.sha256).hexdigest()
