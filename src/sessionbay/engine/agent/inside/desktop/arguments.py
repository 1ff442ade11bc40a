"""Checks of the arguments of tools, which callers of any kind send."""

from __future__ import annotations

from ..frame_socket import Failure


def number(name: str, value: object, low: int, high: int) -> int:
    """Return a whole number between two bounds; fractions are cut off, as the clients send those too."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:
        raise Failure(f"{name} must be a number, not {value!r}")
    if not low <= value <= high:
        raise Failure(f"{name} must be between {low} and {high}, not {value!r}")
    return int(value)


def choice(name: str, value: object, allowed: tuple[str, ...]) -> str:
    """Return one of the allowed words."""
    if value not in allowed:
        raise Failure(f"{name} must be one of {', '.join(allowed)}, not {value!r}")
    return str(value)


def text(name: str, value: object) -> str:
    """Return a text that consists of whole characters."""
    if not isinstance(value, str):
        raise Failure(f"{name} must be text, not {value!r}")
    try:
        value.encode()
    except UnicodeEncodeError as exc:
        raise Failure(f"{name} has half of a character at position {exc.start}") from None
    return value
