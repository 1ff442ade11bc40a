"""Loggers whose records show no control character of foreign text."""

import logging

from .text import escape_controls, escape_line


class EscapingFilter(logging.Filter):
    """Escapes control characters in log arguments, against log injection and terminal escape sequences."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Escape the arguments and the traceback of a record; every record is kept."""
        if isinstance(record.args, tuple):
            record.args = tuple(_escaped(value) for value in record.args)
        if record.exc_info:
            record.exc_text = escape_controls(logging.Formatter().formatException(record.exc_info))
        return True


def _escaped(value: object) -> object:
    """Return a value unchanged if its text has no control character."""
    text = str(value)
    escaped = escape_line(text)
    return value if escaped == text else escaped


_filter = EscapingFilter()


def escaping_logger(name: str) -> logging.Logger:
    """Return the logger ``name`` with the filter."""
    log = logging.getLogger(name)
    log.addFilter(_filter)
    return log
