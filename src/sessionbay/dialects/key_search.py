"""The search for the API key of a request, before its body is parsed or even complete."""

from urllib.parse import unquote_plus

MAX_KEY = 1024  # bytes of the field, as it is encoded


class KeySearch:
    """Finds the key of one request.

    Attributes:
        key: The key; empty if there is none, None while it may still come.
    """

    def __init__(self, key: str | None = None, field: bytes = b"") -> None:
        """Start with the key of the head, or search the form for ``field``."""
        self.key = key
        self._start = b"&" + field + b"="
        self._held = b"&"  # the end of what was searched: the field may begin there

    def feed(self, piece: bytes) -> None:
        """Search the next piece of the body; it is read once, whatever the sizes of the pieces are."""
        if self.key is not None:
            return
        data = self._held + piece
        if (found := data.find(self._start)) < 0:
            self._held = data[-len(self._start) + 1 :]
            return
        value = found + len(self._start)
        end = data.find(b"&", value, value + MAX_KEY + 1)
        if end >= 0:
            self.key = _decode(data[value:end])
        elif len(data) - value > MAX_KEY:
            self.key = ""
        else:
            self._held = data[found:]

    def finish(self) -> str:
        """Return the key, now that the body is complete."""
        if self.key is None:
            value = self._held.removeprefix(self._start)
            self.key = "" if value == self._held else _decode(value)
        return self.key


def parse_bearer(value: str) -> str:
    """Return the token of an ``Authorization`` header or field."""
    return value.removeprefix("Bearer ").strip()


def _decode(value: bytes) -> str:
    return parse_bearer(unquote_plus(value.decode("utf-8", "replace")))
