"""Splitting text to fit the size limit of messages."""

import json
from collections.abc import Iterator


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
