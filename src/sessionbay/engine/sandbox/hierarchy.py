"""The two versions of control groups: how their files are named."""

from collections.abc import Mapping
from dataclasses import dataclass

from ..limits import Limits


@dataclass(frozen=True)
class Hierarchy:
    """The file names of one version of control groups.

    The kernel's limits are above those of the session, which the agent keeps in a friendlier way: 9/8 for memory,
    and with version 1, which counts the buffers of TCP and UDP apart, another 1/8 for these.

    Attributes:
        entrance: Moves the process that writes 0 to it.
        memory: The files of memory limits, with the eighths of the session's limit. Written in this order.
        processes: The file of the limit on processes; empty if another hierarchy has it.
        total: The file with all memory of the group, caches included.
        usage: The files whose sum, with ``stat``, is the memory that the session holds.
        stat: The fields of ``memory.stat`` to add (1) or to subtract (-1): what the kernel gives back is no use.
        kills: The file whose line ``oom_kill`` counts the processes that the kernel has killed.
    """

    name: str
    entrance: str
    memory: Mapping[str, int]
    processes: str
    total: str
    usage: tuple[str, ...]
    stat: Mapping[str, int]
    kills: str

    def values(self, limits: Limits) -> dict[str, int]:
        """Return what to write to which file."""
        values = {name: limits.memory * eighths // 8 for name, eighths in self.memory.items() if limits.memory}
        return values | ({self.processes: limits.processes} if self.processes and limits.processes else {})


V1 = Hierarchy(
    name="cgroup v1",
    entrance="tasks",
    memory={"memory.limit_in_bytes": 9, "memory.memsw.limit_in_bytes": 9, "memory.kmem.tcp.limit_in_bytes": 1},
    processes="",  # only root can make these groups, and root gives each session a user, whose processes are limited
    total="memory.usage_in_bytes",
    usage=("memory.kmem.tcp.usage_in_bytes",),
    stat={"total_rss": 1, "total_shmem": 1, "total_swap": 1},
    kills="memory.oom_control",
)
V2 = Hierarchy(
    name="cgroup v2",
    entrance="cgroup.procs",
    memory={"memory.max": 9, "memory.swap.max": 0},
    processes="pids.max",
    total="memory.current",
    usage=("memory.current",),
    stat={"file": -1, "shmem": 1, "slab_reclaimable": -1},
    kills="memory.events",
)
