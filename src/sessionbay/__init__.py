"""The async-first SDK for cloud agent sessions: two clouds, two twins, and an engine on your own machine."""

import logging
from typing import TYPE_CHECKING

from ._version import __version__ as __version__

if TYPE_CHECKING:
    from ._public import *  # noqa: F403  # the names stand in _public.py alone


def get_logger(name: str) -> logging.Logger:
    """Return the logger ``sessionbay.<name>``; it is silent until the program configures logging.

    Args:
        name: ``session``, ``channel`` or ``engine``.

    Example:
        ```python
        sessionbay.get_logger("channel").setLevel("DEBUG")
        ```
    """
    return logging.getLogger(f"sessionbay.{name}")


if not TYPE_CHECKING:

    def _names():
        from . import _public

        return {name: value for name, value in vars(_public).items() if not name.startswith("_")}

    def __getattr__(name):
        if name == "__all__":
            return sorted([*_names(), "get_logger"])
        if name.startswith("_") or name not in (names := _names()):
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return names[name]

    def __dir__():
        return sorted([*_names(), "__version__", "get_logger"])
