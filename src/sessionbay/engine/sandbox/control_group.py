"""The control group of a session, in which the kernel limits what all its processes take together."""

import contextlib
import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

from ..agent.inside.group_memory import killed
from ..agent.inside.process_tree import descendants
from ..limits import Limits
from .hierarchy import Hierarchy

JOIN = ("/bin/sh", "-c", 'echo 0 >&0 && exec "$@" </dev/null', "sh")
"""Runs a command in the group whose entrance is its standard input: an open file, as its own user may not open it."""


class ControlGroup:
    """The group of one session: a folder of the kernel's, with version 1 another one for the processors."""

    def __init__(self, folder: Path, hierarchy: Hierarchy, limits: Limits, processors: Path | None = None) -> None:
        self.folder = folder
        self._processors = processors
        if processors:
            processors.mkdir()
        self._hierarchy = hierarchy
        folder.mkdir()
        for name, value in hierarchy.values(limits).items():
            if self._has(name):  # without swap, its accounting or a controller, there are fewer
                (folder / name).write_text(str(value))
        self.kept = {"memory", *(["processes"] if self._has(hierarchy.processes) else [])}
        """The limits that the kernel keeps by this group."""

    @contextlib.contextmanager
    def entrance(self) -> Generator[int]:
        """Open the file by which ``JOIN`` enters."""
        with self._open(self._hierarchy.entrance, os.O_WRONLY) as fd:
            yield fd

    @contextlib.contextmanager
    def meters(self) -> Generator[dict[str, Any]]:
        """Open the files that the agent reads: the arguments of ``GroupMemory``."""
        with contextlib.ExitStack() as opened:
            files = self._hierarchy
            usage = [opened.enter_context(self._open(name)) for name in files.usage if self._has(name)]
            single = {"total": files.total, "stat": "memory.stat", "kills": files.kills}
            meters = {meter: opened.enter_context(self._open(name)) for meter, name in single.items()}
            yield {**meters, "usage": usage, "fields": dict(files.stat)}

    def killed(self) -> int:
        """Return how many processes the kernel has killed because the group was at its limit."""
        with self._open(self._hierarchy.kills) as fd:
            return killed(fd)

    def share_processors(self, first: int) -> None:
        """Move a process and its descendants, all of them trusted, into the group for the processors."""
        if self._processors:
            for pid in (first, *(pid for pid, _ in descendants(first))):
                with contextlib.suppress(OSError):  # it has ended
                    (self._processors / "cgroup.procs").write_text(str(pid))

    def remove(self) -> bool:
        """Remove the group; return False while it has processes."""
        try:
            for folder in filter(None, (self._processors, self.folder)):
                with contextlib.suppress(FileNotFoundError):
                    folder.rmdir()
        except OSError:
            return False
        return True

    def _has(self, name: str) -> bool:
        return (self.folder / name).is_file()

    @contextlib.contextmanager
    def _open(self, name: str, flags: int = os.O_RDONLY) -> Generator[int]:
        fd = os.open(self.folder / name, flags | os.O_CLOEXEC)
        try:
            yield fd
        finally:
            os.close(fd)
