"""The control groups in which this process may make others."""

from collections.abc import Iterator
from pathlib import Path

from ..own_groups import own_groups
from .hierarchy import V1, V2, Hierarchy

CONTROLLERS = ("memory", "pids", "cpu")


def group_parents() -> Iterator[tuple[Path, Hierarchy]]:
    """Yield the groups that may have children with a memory limit: this process's own, with version 2 also those above.

    In version 2 a group that has processes of its own cannot limit its children, so that it is one above, as
    ``app.slice`` of a user's systemd is.
    """
    for group in own_groups():
        if group.controllers is None:
            yield from ((each, V2) for each in group.with_parents if limits_children(each))
        elif "memory" in group.controllers:
            yield group.folder, V1


def processor_parent() -> Path | None:
    """Return this process's group of version 1 that shares out the processors; None if there is none."""
    return next((group.folder for group in own_groups() if "cpu" in (group.controllers or ())), None)


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
