"""Waiting for what other programs do.

Waits count looks, not seconds: a session that was paused meanwhile has lost nothing of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable

LOOK = 0.01  # seconds between two looks


def wait_until(condition: Callable[[], object], seconds: float) -> bool:
    """Look until a condition is true; return False if it is still false after about ``seconds``."""
    for _ in range(int(seconds / LOOK)):
        if condition():
            return True
        time.sleep(LOOK)
    return bool(condition())
