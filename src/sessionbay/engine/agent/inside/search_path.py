"""``sys.path`` of a Python kernel, kept as that of a script that starts now."""

from __future__ import annotations

import importlib
import os
import site
import sys


class SearchPath:
    """Follows ``PYTHONPATH`` and the user's packages, both of which can change while the kernel runs.

    The order is that of Python: the working folder, ``PYTHONPATH``, the standard library, the user's packages, those of
    the system, and after these the ones that the engine adds.
    """

    def __init__(self, packages: str) -> None:
        engine = [packages] if packages else []
        sys.path += engine
        self._shared = {*site.getsitepackages(), *engine}
        self._first: list[str] = []  # none until the first call: the kernel's own imports must not be found there

    def refresh(self) -> None:
        """Apply what was set or installed since the last call."""
        importlib.invalidate_caches()  # they go by times of folders, which are too coarse
        self._add_user_packages()
        variable = os.environ.get("PYTHONPATH", "")
        first = ["", *(os.path.abspath(path) for path in variable.split(os.pathsep) if variable)]
        if first != self._first:
            sys.path[:] = [*first, *(path for path in sys.path if path not in ("", *self._first))]
            self._first = first

    def _add_user_packages(self) -> None:
        folder = site.getusersitepackages()
        if folder in sys.path or not os.path.isdir(folder):
            return
        before = list(sys.path)
        site.addsitedir(folder)  # which also reads the .pth files there
        added = [path for path in sys.path if path not in before]
        place = next((index for index, path in enumerate(before) if path in self._shared), len(before))
        sys.path[:] = [*before[:place], *added, *before[place:]]
