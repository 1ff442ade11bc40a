"""Logging set up by one call, as with AgentBay's own client."""

import logging
import sys
from logging.handlers import RotatingFileHandler
from os import PathLike
from typing import Any

from .core.errors import AgentBayError
from .core.public import public

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
KEPT_FILES = 3  # rotated log files
_UNITS = {"B": 1, "KB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000}


@public
class AgentBayLogger:
    """Sets up the logger ``sessionbay``. Without it, logging is up to the program."""

    @classmethod
    def setup(
        cls,
        level: str = "INFO",
        log_file: str | PathLike[str] | None = None,
        enable_console: bool = True,
        enable_file: bool = True,
        max_file_size: str = "10 MB",
        force_reinit: bool = True,
        **ignored: Any,
    ) -> None:
        """Send the messages of this package to the standard error output and to a file.

        Args:
            level: The lowest level that is logged, e.g. ``DEBUG``.
            log_file: The file. Without one, nothing is written to a file.
            enable_console: Whether to log to the standard error output.
            enable_file: Whether to log to ``log_file``.
            max_file_size: The size at which the file is rotated, e.g. ``50 MB``; the last three are kept.
            force_reinit: Whether to replace an earlier setup.
            ignored: ``rotation``, ``retention`` and ``colorize`` of AgentBay's own client, which have no effect.

        Raises:
            AgentBayUsageError: The level, the size or another argument is invalid.

        Example:
            ```python
            AgentBayLogger.setup(level="WARNING", enable_file=False)
            ```
        """
        if unknown := ignored.keys() - {"rotation", "retention", "colorize"}:
            raise AgentBayError.usage(f"setup() has no {', '.join(sorted(unknown))}")
        size = _bytes_of(max_file_size)
        logger = cls.get_logger()
        if logger.handlers and not force_reinit:
            return
        cls.set_level(level)
        for handler in logger.handlers[:]:
            logger.removeHandler(handler)
            handler.close()
        handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr)] if enable_console else []
        if enable_file and log_file is not None:
            handlers.append(RotatingFileHandler(log_file, maxBytes=size, backupCount=KEPT_FILES, encoding="utf-8"))
        for handler in handlers:
            handler.setFormatter(logging.Formatter(FORMAT))
            logger.addHandler(handler)

    @classmethod
    def get_logger(cls, name: str | None = None) -> logging.Logger:
        """Return the logger ``sessionbay``, or ``sessionbay.<name>``.

        Example:
            ```python
            AgentBayLogger.get_logger("app").info("started")
            ```
        """
        return logging.getLogger(f"sessionbay.{name}" if name else "sessionbay")

    @classmethod
    def set_level(cls, level: str) -> None:
        """Set the lowest level that is logged.

        Raises:
            AgentBayUsageError: There is no such level.

        Example:
            ```python
            AgentBayLogger.set_level("WARNING")
            ```
        """
        if level.upper() not in logging.getLevelNamesMapping():
            raise AgentBayError.usage(f"Invalid level {level!r}: use DEBUG, INFO, WARNING, ERROR or CRITICAL.")
        cls.get_logger().setLevel(level.upper())


def _bytes_of(size: str) -> int:
    number, _, unit = size.strip().partition(" ")
    if not number.isdecimal() or unit.upper() not in _UNITS:
        raise AgentBayError.usage(f"Invalid max_file_size {size!r}: write it as '10 MB'.")
    return int(number) * _UNITS[unit.upper()]
