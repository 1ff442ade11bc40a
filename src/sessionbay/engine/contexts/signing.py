"""Addresses that open one file to one method for a while, to whoever has them."""

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

LIFETIME = 3600
PREFIX = "/contexts"
Method = Literal["GET", "PUT"]


class BadSignature(Exception):
    """An address that this engine did not give out, or whose time is over; the message says which."""


@dataclass(frozen=True)
class SignedGrant:
    """What an address opens.

    Attributes:
        expires: Unix time in whole seconds.
        most: The most bytes that may be put there.
    """

    method: Method
    context_id: str
    parts: Parts
    expires: int
    most: int


class Signer:
    """Signs with a key that no other engine has and that ends with this one."""

    def __init__(self, most: int) -> None:
        self._key = secrets.token_bytes(32)
        self._most = most

    def address(self, base: str, method: Method, context_id: str, parts: Parts) -> tuple[str, int]:
        """Return an address at the engine ``base``, and when it ends."""
        grant = SignedGrant(method, context_id, parts, int(time.time()) + LIFETIME, self._most)
        query = {"method": method, "expires": grant.expires, "most": grant.most, "signature": self._signature(grant)}
        return f"{base}{PREFIX}/{context_id}/files{quote(joined(parts))}?{urlencode(query)}", grant.expires

    def check(self, method: str, context_id: str, parts: Parts, query: Mapping[str, str]) -> SignedGrant:
        """Return what an address opens; the method must be the one that it was made for."""
        try:
            expires, most = int(query["expires"]), int(query["most"])
        except (KeyError, ValueError) as exc:
            raise BadSignature("the address is not complete") from exc
        # HEAD tells nothing that GET does not.
        asked: Method = "PUT" if method == "PUT" else "GET"
        grant = SignedGrant(asked, context_id, parts, expires, most)
        signature = query.get("signature", "").encode("utf-8", "replace")
        known = hmac.compare_digest(signature, self._signature(grant).encode())
        if not known or method not in ("GET", "HEAD", "PUT"):
            raise BadSignature(f"the address was not given out for this: {method} of this file")
        if expires <= time.time():
            raise BadSignature("the time of the address is over: ask for a new one")
        return grant

    def _signature(self, grant: SignedGrant) -> str:
        said = json.dumps([grant.method, grant.context_id, joined(grant.parts), grant.expires, grant.most])
        return hmac.new(self._key, said.encode(), hashlib.sha256).hexdigest()
