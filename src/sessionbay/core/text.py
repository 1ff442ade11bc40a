"""Cutting text to the size of a message."""

import json
from collections.abc import Iterator


def pieces(text: str, budget: int) -> Iterator[str]:
    """Yield ``text`` in pieces that are at most ``budget`` bytes as JSON; an empty text is one empty piece."""
    start = 0
    while start < len(text) or start == 0:
        end = min(len(text), start + budget)
        while end > start + 1 and (size := _size(text[start:end])) > budget:
            end = start + max(1, (end - start) * budget // (size + 1))
        yield text[start:end]
        start = max(end, 1)


def _size(text: str) -> int:
    """Return how many bytes ``text`` takes inside a JSON string."""
    return len(json.dumps(text, ensure_ascii=False).encode()) - 2
