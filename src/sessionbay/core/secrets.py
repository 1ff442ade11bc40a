"""Secrets and redaction. Only ``Secret.reveal`` returns the plain text."""

import json
import re
from typing import NoReturn, Self
from urllib.parse import quote, quote_plus

_SECRET_FIELDS = re.compile(
    r"""("(?:\w*token|auth_?code|ticket|\w*url|api_?key|authorization)\\*"\s*:\s*\\*").*?(?=\\*"\s*[,}\]]|$)""",
    re.IGNORECASE | re.DOTALL,
)
_MARGIN = 4096  # bytes decoded beyond the limit, so that a secret at the cut is still recognized


class Secret:
    """A string that is redacted in reprs and logs, and cannot be pickled."""

    __slots__ = ("_encodings", "_value")

    def __init__(self, value: str) -> None:
        self._value = value
        self._encodings: frozenset[str] | None = None

    def reveal(self) -> str:
        """Return the plain text."""
        return self._value

    def encodings(self) -> frozenset[str]:
        """Return the plain text and its JSON and URL encodings."""
        if self._encodings is None:
            plain = self._value
            self._encodings = frozenset([plain, json.dumps(plain)[1:-1], quote(plain, safe=""), quote_plus(plain)])
        return self._encodings

    def is_header_safe(self) -> bool:
        """Return whether it contains only printable ASCII without spaces."""
        return self._value.isascii() and self._value.isprintable() and " " not in self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return "Secret('***')"

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled: send the session's id, and let the receiver use its own key")


def without(text: str, *secrets: Secret) -> str:
    """Return ``text`` with ``secrets`` redacted, also in their JSON and URL encodings."""
    for secret in filter(None, secrets):
        for encoded in secret.encodings():
            text = text.replace(encoded, "***")
    return text


def excerpt(body: bytes, *secrets: Secret, limit: int = 200) -> str:
    """Return the start of ``body`` as one line, with ``secrets`` and sensitive fields redacted."""
    text = without(body[: limit + _MARGIN].decode("utf-8", "replace"), *secrets)
    if len(body) > limit + _MARGIN:
        text = text[:limit]
    text = " ".join(_SECRET_FIELDS.sub(r"\1***", text).split())
    return text if len(text) <= limit else text[:limit] + "..."
