"""What is used of python-xlib, which comes without types."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    X: Any
    XK: Any
    Xatom: Any
    Display: Any
    error: Any
    event: Any
    rq: Any
else:
    from Xlib import XK, X, Xatom, error
    from Xlib.display import Display
    from Xlib.protocol import event, rq

__all__ = ["XK", "Display", "X", "Xatom", "error", "event", "rq"]
