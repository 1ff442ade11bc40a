"""Text of messages: splitting it to fit a size limit, and escaping control characters."""

import json
import re
from collections.abc import Iterator

_CONTROLS = re.compile(  # also line separators, marks of direction, and surrogates, which cannot be printed
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def pieces(text: str, budget: int) -> Iterator[str]:
    """Yield ``text`` in pieces of at most ``budget`` bytes as JSON. An empty text yields one empty piece."""
    start = 0
    while start < len(text) or start == 0:
        end = min(len(text), start + budget)
        while end > start + 1 and (size := _json_size(text[start:end])) > budget:
            end = start + max(1, (end - start) * budget // (size + 1))
        yield text[start:end]
        start = max(end, 1)


def _json_size(text: str) -> int:
    """Return the size of ``text`` inside a JSON string, in bytes."""
    return len(json.dumps(text, ensure_ascii=False).encode()) - 2


def escape_controls(text: str) -> str:
    """Return ``text`` with control characters escaped, except line feeds and tabs: terminals act on the others."""
    return _CONTROLS.sub(lambda match: ascii(match[0])[1:-1], text)


def escape_line(text: str) -> str:
    """Return ``text`` as one line, with all control characters escaped."""
    return escape_controls(text).replace("\n", "\\n").replace("\t", "\\t")
