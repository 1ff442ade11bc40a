"""The control groups in which this process may make others."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from .hierarchy import V1, V2, Hierarchy

PROCESS = Path("/proc/self")
CONTROLLERS = ("memory", "pids", "cpu")


def group_parents() -> Iterator[tuple[Path, Hierarchy]]:
    """Yield the groups that may have children with a memory limit: this process's own, with version 2 also those above.

    In version 2 a group that has processes of its own cannot limit its children, so that it is one above, as
    ``app.slice`` of a user's systemd is.
    """
    for kind, names, options, group in _own_groups():
        if kind == "cgroup" and "memory" in names and "memory" in options:
            yield group, V1
        elif kind == "cgroup2" and not names:
            yield from ((each, V2) for each in (group, *group.parents) if limits_children(each))


def processor_parent() -> Path | None:
    """Return this process's group of version 1 that shares out the processors; None if there is none."""
    found = (
        group
        for kind, names, options, group in _own_groups()
        if kind == "cgroup" and "cpu" in names and "cpu" in options
    )
    return next(found, None)


def _own_groups() -> Iterator[tuple[str, set[str], set[str], Path]]:
    """Yield the groups of this process: the kind of the mount, the group's and the mount's controllers, the folder."""
    own = {names: path for _, names, path in (line.split(":", 2) for line in lines("cgroup"))}
    for line in lines("mountinfo"):
        mount, _, rest = line.partition(" - ")
        root, point = mount.split()[3:5]
        kind, _, options = rest.split(maxsplit=2)
        for names, path in own.items():
            with contextlib.suppress(ValueError):  # the group is not below this mount
                group = Path(point) / Path(path).relative_to(root)
                yield kind, {*names.split(",")} - {""}, {*options.split(",")}, group


def limits_children(group: Path) -> bool:
    """Return whether a group of version 2 limits the memory of its children, or can be made to."""
    try:
        allow_children(group)
    except OSError:
        return False
    return True


def allow_children(group: Path) -> None:
    """Have a group of version 2 limit its children; raise OSError if it cannot."""
    available = {*(group / "cgroup.controllers").read_text().split()}
    file = group / "cgroup.subtree_control"
    enabled = {*file.read_text().split()}
    if "memory" not in enabled and ("memory" not in available or not (group / "cgroup.type").exists()):
        raise OSError(f"{group} does not limit the memory of its children")  # the root's are for the machine's owner
    for name in CONTROLLERS:
        try:
            if name in available - enabled:
                file.write_text(f"+{name}")
        except OSError:
            if name == "memory":
                raise


def lines(name: str) -> list[str]:
    """Return the lines of a file about this process."""
    return (PROCESS / name).read_text().splitlines()
