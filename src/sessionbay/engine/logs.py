"""The log filter of the engine, which escapes untrusted text."""

import logging
from typing import Any

log = logging.getLogger("sessionbay.engine")


class ControlCharacterFilter(logging.Filter):
    """Escapes control characters in log arguments, against log injection and terminal escape sequences."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Escape the record's arguments; every record is kept."""
        if isinstance(record.args, tuple):
            record.args = tuple(escape(value) for value in record.args)
        return True


def escape(value: Any) -> Any:
    """Return numbers unchanged, and anything else as text with control characters escaped."""
    if value is None or isinstance(value, (int, float)):
        return value
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in str(value))


_filter = ControlCharacterFilter()


def install_filter() -> None:
    """Install the filter on the engine's logger; a second call has no effect."""
    log.addFilter(_filter)
