"""The control groups that this process is in."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROCESS = Path("/proc/self")


@dataclass(frozen=True)
class OwnGroup:
    """A control group of this process.

    Attributes:
        folder: Its folder.
        top: The folder where its hierarchy is mounted.
        controllers: The controllers of its hierarchy with version 1; None with version 2, where each group has its own.
    """

    folder: Path
    top: Path
    controllers: frozenset[str] | None

    @property
    def with_parents(self) -> Iterator[Path]:
        """The folder, and those above it in the hierarchy."""
        return (each for each in (self.folder, *self.folder.parents) if each.is_relative_to(self.top))


def own_groups() -> Iterator[OwnGroup]:
    """Yield the groups of this process; none where the kernel does not show them."""
    own = {names: path for _, names, path in (line.split(":", 2) for line in _lines("cgroup"))}
    for line in _lines("mountinfo"):
        mount, _, rest = line.partition(" - ")
        root, point = mount.split()[3:5]
        kind, _, options = rest.split(maxsplit=2)
        for names, path in own.items():
            controllers = frozenset(names.split(",")) & frozenset(options.split(",")) if names else None
            if kind == ("cgroup" if names else "cgroup2") and controllers != frozenset():
                with contextlib.suppress(ValueError):  # the group is not below this mount
                    yield OwnGroup(Path(point) / Path(path).relative_to(root), Path(point), controllers)


def _lines(name: str) -> list[str]:
    try:
        return (PROCESS / name).read_text().splitlines()
    except OSError:
        return []
