"""The embedded engine: the clouds' wire protocol, served by this machine.

Needs the extra ``local``: ``pip install ".[local]"`` in a clone.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .config import EngineConfig as EngineConfig
    from .desktop.settings import Desktop as Desktop
    from .limits import Limits as Limits
    from .thread import IsolationWarning as IsolationWarning, LocalEngine as LocalEngine
else:
    _MODULES = {
        "Desktop": "desktop.settings",
        "EngineConfig": "config",
        "IsolationWarning": "thread",
        "Limits": "limits",
        "LocalEngine": "thread",
    }
    __all__ = list(_MODULES)

    def __getattr__(name):  # a client that finds a shared engine does not need to import one
        from importlib import import_module

        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = value = getattr(import_module(f".{_MODULES[name]}", __name__), name)
        return value
