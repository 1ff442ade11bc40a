"""The place of an engine's control groups: below the group that the engine is in, or one beside it."""

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

from ..limits import MIB, Limits
from .control_group import JOIN, ControlGroup
from .group_parents import allow_children, group_parents, processor_parent
from .hierarchy import V1, V2, Hierarchy

GROUPS_FILE = "groups"  # in the engine's folder: where its groups are, for those who clean up
TEST_LIMITS = Limits(memory=64 * MIB)
SHOW = 'while read -r line; do echo "$line"; done </proc/self/cgroup'
TEST_TIMEOUT = 10.0  # seconds
REMOVE_TIMEOUT, REMOVE_INTERVAL = 2.0, 0.01  # seconds; a group is in use for a moment after its last process


class ControlGroups:
    """A folder with a group for each session of one engine, with version 1 another one for the processors.

    Attributes:
        processors: That other folder. All sessions together get as much of the processors as one program, and each of
            them as much as another. With version 2 the first folder does that.
    """

    def __init__(self, folder: Path, hierarchy: Hierarchy) -> None:
        self.folder = folder
        self.processors: Path | None = None
        self.hierarchy = hierarchy

    def make(self, name: str, limits: Limits) -> ControlGroup:
        """Make the group of a session."""
        return ControlGroup(self.folder / name, self.hierarchy, limits, self.processors and self.processors / name)

    def prepare(self) -> None:
        """Have the groups in the folder limit memory; raise OSError if they cannot."""
        if self.hierarchy is V2:
            allow_children(self.folder)

    def test(self, uid: int | None) -> None:
        """Have a user's process enter a group; raise OSError if it is not in it, or what it holds cannot be read."""
        group = self.make("test", TEST_LIMITS)
        try:
            with group.entrance() as entrance, group.meters():
                command = [*JOIN, "/bin/sh", "-c", SHOW]
                groups: list[int] | None = None if uid is None else []
                ran = subprocess.run(
                    command,
                    stdin=entrance,
                    capture_output=True,
                    text=True,
                    timeout=TEST_TIMEOUT,
                    check=False,
                    user=uid,
                    group=uid,
                    extra_groups=groups,
                )
            if not any(line.endswith(f"/{self.folder.name}/test") for line in ran.stdout.splitlines()):
                raise OSError(f"no process can enter {group.folder}: {ran.stderr.strip()}")
            group.killed()
        finally:
            group.remove()  # or with the others, if it is in use for a moment longer

    def remove(self) -> None:
        """Remove the folders; kill what is left in their groups."""
        deadline = time.monotonic() + REMOVE_TIMEOUT
        for top in filter(None, (self.folder, self.processors)):
            while top.exists() and time.monotonic() < deadline:
                for folder in (*top.glob("*/"), top):
                    with contextlib.suppress(OSError):
                        kill_all(folder)
                        folder.rmdir()
                time.sleep(REMOVE_INTERVAL)


def kill_all(group: Path) -> None:
    """Kill the processes of a group."""
    for pid in map(int, (group / "cgroup.procs").read_text().split()):
        if pid:  # 0 is one that this PID namespace does not have; a signal to 0 would go to this process
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def find_groups(engine: Path, uid: int | None) -> ControlGroups | None:
    """Return the place of an engine's groups, and note it in the engine's folder; None if it can make none."""
    for parent, hierarchy in group_parents():
        groups = ControlGroups(parent / engine.name, hierarchy)
        (engine / GROUPS_FILE).write_text(f"{groups.folder}\n")
        try:
            groups.folder.mkdir()
        except OSError:
            continue
        try:
            groups.prepare()
            groups.test(uid)
        except (OSError, subprocess.SubprocessError):
            groups.remove()
        else:
            _share_processors(groups, engine)
            return groups
    (engine / GROUPS_FILE).unlink(missing_ok=True)
    return None


def _share_processors(groups: ControlGroups, engine: Path) -> None:
    """Make the folder for the processors, where version 1 has one, and note it too."""
    parent = processor_parent() if groups.hierarchy is V1 else None
    if parent is None or parent / engine.name == groups.folder:  # one folder for both
        return
    with contextlib.suppress(OSError), (engine / GROUPS_FILE).open("a") as file:
        (parent / engine.name).mkdir()
        groups.processors = parent / engine.name
        file.write(f"{groups.processors}\n")
