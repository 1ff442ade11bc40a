"""What the engine logs: text of strangers and of sessions among it, which must not write lines of its own, or more."""

import logging
from typing import Any

log = logging.getLogger("sessionbay.engine")


class Plain(logging.Filter):
    """Writes control characters in what a line is about as their escapes: no terminal obeys them, no line begins."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record; it is always kept."""
        if isinstance(record.args, tuple):
            record.args = tuple(plain(value) for value in record.args)
        return True


def plain(value: Any) -> Any:
    """Return what may stand in a line: numbers as they are, anything else as text without control characters."""
    if value is None or isinstance(value, (int, float)):
        return value
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in str(value))


_plain = Plain()


def keep_plain() -> None:
    """Have all that the engine logs go through the filter; once is enough, twice does no harm."""
    log.addFilter(_plain)
