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

    def _places():
        """Return where each public name lives, read off _public.py: loading that page would load everything."""
        import ast
        from pathlib import Path

        page = ast.parse(Path(__file__).with_name("_public.py").read_text("utf-8"))
        imports = [node for node in page.body if isinstance(node, ast.ImportFrom)]
        return {alias.name: node.module for node in imports for alias in node.names}

    _PLACES = {}

    def __getattr__(name):
        _PLACES.update({} if _PLACES else _places())
        if name == "__all__":
            return sorted([*_PLACES, "get_logger"])
        if name not in _PLACES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        value = globals()[name] = getattr(import_module(f".{_PLACES[name]}", __name__), name)
        return value

    def __dir__():
        return sorted([*__getattr__("__all__"), "__version__"])
