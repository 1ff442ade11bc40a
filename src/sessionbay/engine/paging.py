"""Pages of a list, and the opaque marks that lead from one to the next."""

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from typing import Protocol, TypeVar

from .api_errors import ApiError

MOST = 100
PROOF = 32  # bytes


class Numbered(Protocol):
    """Something that keeps its number, whatever comes and goes around it."""

    number: int


N = TypeVar("N", bound=Numbered)


class Pages:
    """Cuts lists into pages. A mark holds the number of the last entry shown, and a proof that it was made here."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def cut(self, found: Iterable[N], size: int, mark: str | None) -> tuple[list[N], str]:
        """Return the page after ``mark``, and the mark of the next one, empty when there is none."""
        last = self.number(mark)
        rest = sorted((entry for entry in found if entry.number > last), key=lambda entry: entry.number)
        page = rest[: max(size, 1)]
        return page, self.mark_of(page[-1].number) if len(rest) > len(page) else ""

    def mark_of(self, number: int) -> str:
        """Return a mark that holds the number of an entry."""
        return self.mark(number.to_bytes(8, "big"))

    def number(self, mark: str | None) -> int:
        """Return the number that a mark holds; 0, which no entry has, where there is none."""
        return int.from_bytes(self.held(mark), "big") if mark else 0

    def mark(self, data: bytes) -> str:
        """Return a mark that holds ``data``."""
        return urlsafe_b64encode(self._proof(data) + data).decode()

    def held(self, mark: str) -> bytes:
        """Return what a mark holds; one that was not made here is refused."""
        try:
            raw = urlsafe_b64decode(mark.encode())
        except ValueError:
            raw = b""
        if not hmac.compare_digest(raw[:PROOF], self._proof(raw[PROOF:])):
            raise ApiError("InvalidNextToken", "NextToken is none that this engine gave out")
        return raw[PROOF:]

    def _proof(self, data: bytes) -> bytes:
        return hmac.digest(self._key, data, "sha256")
