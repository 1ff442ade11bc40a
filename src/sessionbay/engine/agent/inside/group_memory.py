"""The memory of the session's control group, as the kernel counts it."""

from __future__ import annotations

import os
from collections.abc import Mapping

TYPE_CHECKING = False  # spares each session the import of typing
if TYPE_CHECKING:
    from typing import Any

MAX_FILE = 16384  # bytes, above the size of memory.stat


class GroupMemory:
    """What all processes of the session hold together, mapped or not.

    Args:
        total: The descriptor of the file with all that the group holds.
        usage: Descriptors of files with one number each.
        stat: The descriptor of ``memory.stat``.
        fields: The fields of it to add (1) or to subtract (-1).
        kills: The descriptor of the file with the line ``oom_kill``.
    """

    def __init__(self, total: int, usage: list[int], stat: int, fields: Mapping[str, int], kills: int) -> None:
        self._total = total
        self._usage = usage
        self._stat = stat
        self._fields = fields
        self._kills = kills

    def held(self) -> int:
        """Return the bytes that the session holds, without what the kernel can take back."""
        total = sum(map(number, self._usage))
        for name, value in numbers(self._stat).items():
            total += self._fields.get(name, 0) * value
        return total

    def total(self) -> int:
        """Return the bytes that the session holds, with what the kernel can take back: little, once it had to kill."""
        return number(self._total)

    def killed(self) -> int:
        """Return how many processes the kernel has killed because the session was at its limit."""
        return killed(self._kills)


def descriptors(meters: Mapping[str, Any]) -> set[int]:
    """Return the descriptors in the arguments of ``GroupMemory``; none without arguments."""
    return {meters["total"], *meters["usage"], meters["stat"], meters["kills"]} if meters else set()


def number(fd: int) -> int:
    """Return the number in a file."""
    return int(os.pread(fd, MAX_FILE, 0))


def numbers(fd: int) -> dict[str, int]:
    """Return the lines of a file of names and numbers."""
    lines = (line.split() for line in os.pread(fd, MAX_FILE, 0).decode("ascii").splitlines())
    return {line[0]: int(line[1]) for line in lines if len(line) == 2}


def killed(fd: int) -> int:
    """Return the number of processes killed, from the file with the line ``oom_kill``."""
    return numbers(fd).get("oom_kill", 0)
