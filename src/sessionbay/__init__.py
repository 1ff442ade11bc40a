"""The async-first SDK for cloud agent sessions (sandboxes): AgentBay, AGB, and an engine on your own machine.

A public name is imported when it is first used. With ``SESSIONBAY_EAGER_IMPORT=1`` in the environment all are imported
with the package, which shows import errors at once.
"""

import logging
import os
from typing import TYPE_CHECKING

from ._version import __version__ as __version__

if TYPE_CHECKING:
    from ._public import *  # noqa: F403  # the names stand in _public.py alone


def get_logger(name: str) -> logging.Logger:
    """Return the logger ``sessionbay.<name>``. It is silent until the program configures logging.

    Args:
        name: ``session``, ``channel`` or ``engine``.

    Example:
        ```python
        sessionbay.get_logger("channel").setLevel("DEBUG")
        ```
    """
    return logging.getLogger(f"sessionbay.{name}")


if not TYPE_CHECKING:

    def __getattr__(name):
        from importlib import import_module

        from ._public_names import MODULES

        if name == "__all__":
            return sorted([*MODULES, "get_logger"])
        if name not in MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        try:
            value = getattr(import_module(f".{MODULES[name]}", __name__), name)
        except AttributeError as exc:  # "from sessionbay import X" would hide the reason
            raise ImportError(f"sessionbay.{name} cannot be loaded: {exc}") from exc
        globals()[name] = value
        return value

    def __dir__():
        return sorted([*__getattr__("__all__"), "__version__"])

    if os.environ.get("SESSIONBAY_EAGER_IMPORT"):
        from ._public import *  # noqa: F403
