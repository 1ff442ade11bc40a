"""Pages of a list, and signed page tokens."""

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from typing import Protocol, TypeVar

from .api_errors import ApiError

MAX_PAGE_SIZE = 100  # entries
SIGNATURE_SIZE = 32  # bytes


class Numbered(Protocol):
    """An entry with a stable, increasing number."""

    number: int


N = TypeVar("N", bound=Numbered)


class Pages:
    """Splits lists into pages. A page token holds the number of the last entry shown, signed with an HMAC."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def page(self, entries: Iterable[N], size: int, token: str | None) -> tuple[list[N], str]:
        """Return the page after ``token``, and the token of the next page, empty on the last one."""
        last = self.number(token)
        rest = sorted((entry for entry in entries if entry.number > last), key=lambda entry: entry.number)
        page = rest[: max(size, 1)]
        return page, self.token_of(page[-1].number) if len(rest) > len(page) else ""

    def token_of(self, number: int) -> str:
        """Return a token that holds the number of an entry."""
        return self.sign(number.to_bytes(8, "big"))

    def number(self, token: str | None) -> int:
        """Return the number that a token holds, or 0, which no entry has, without a token."""
        return int.from_bytes(self.verify(token), "big") if token else 0

    def sign(self, data: bytes) -> str:
        """Return a signed token that holds ``data``."""
        return urlsafe_b64encode(self._signature(data) + data).decode()

    def verify(self, token: str) -> bytes:
        """Return the data of a token; raise when its signature is invalid."""
        try:
            raw = urlsafe_b64decode(token.encode())
        except ValueError:
            raw = b""
        if not hmac.compare_digest(raw[:SIGNATURE_SIZE], self._signature(raw[SIGNATURE_SIZE:])):
            raise ApiError(
                "InvalidNextToken", "Invalid NextToken: use the token of the previous page, or none for the first page."
            )
        return raw[SIGNATURE_SIZE:]

    def _signature(self, data: bytes) -> bytes:
        return hmac.digest(self._key, data, "sha256")
