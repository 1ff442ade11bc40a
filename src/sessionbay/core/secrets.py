"""Keeping secrets out of sight: they show only where the code says ``reveal``."""

import json
import re
from typing import NoReturn, Self
from urllib.parse import quote, quote_plus

_SECRET_FIELDS = re.compile(
    r"""("(?:\w*token|auth_?code|ticket|\w*url|api_?key|authorization)\\*"\s*:\s*\\*").*?(?=\\*"\s*[,}\]]|$)""",
    re.IGNORECASE | re.DOTALL,
)
_MARGIN = 4096  # bytes read beyond what is shown, so that no secret is cut in two and not known again


class Secret:
    """A string that neither prints, logs nor pickles."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the string itself."""
        return self._value

    def is_header_safe(self) -> bool:
        """Return whether it is made of what a header can hold, and a key or token consists of."""
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
    """Return ``text`` without ``secrets``, also where they are spelled as JSON or a form spells them."""
    for secret in filter(None, secrets):
        plain = secret.reveal()
        for spelled in {plain, json.dumps(plain)[1:-1], quote(plain, safe=""), quote_plus(plain)}:
            text = text.replace(spelled, "***")
    return text


def excerpt(body: bytes, *secrets: Secret, limit: int = 200) -> str:
    """Return the start of ``body`` as one line, without ``secrets`` and without the fields that hold some."""
    text = without(body[: limit + _MARGIN].decode("utf-8", "replace"), *secrets)
    if len(body) > limit + _MARGIN:
        text = text[:limit]
    text = " ".join(_SECRET_FIELDS.sub(r"\1***", text).split())
    return text if len(text) <= limit else text[:limit] + "..."
