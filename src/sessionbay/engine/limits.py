"""The resource limits of sessions."""

from collections.abc import Collection
from dataclasses import dataclass, fields

from ..core import validation
from ..core.errors import AgentBayError

MIB, GIB = 2**20, 2**30
HOUR = 3600.0
KEEPERS = {
    "processes": "kernel",
    "process_memory": "kernel",
    "memory": "watched",
    "file_size": "kernel",
    "open_files": "kernel",
    "disk": "watched",
    "files": "watched",
}


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one session may use at most, and what the machine must have left for another one; 0 is no limit.

    The kernel keeps those of single processes and files to the letter. Those of a whole session are watched: one that
    grows fast is over them for a moment. Where the engine can make control groups, the kernel keeps ``memory``, too, at
    1.25 times the limit.

    Attributes:
        processes: Processes and threads at once. Under ``process`` isolation it is kept by an engine run by root, or by
            control groups of version 2.
        process_memory: Bytes of memory that one process may allocate.
        memory: Bytes of memory of all processes together. Over it, the largest is killed; its command's stderr says so.
        file_size: Bytes of one file.
        open_files: Files that one process may have open.
        disk: Bytes of disk that the session's own files take. Over it, its processes stand still, and tools that could
            add to it are refused, until files are deleted.
        files: Files and folders of the session's own; over it, the same.
        free_disk: Bytes of disk that the machine must have left for a new session.
        free_memory: Bytes of memory that the machine, or the engine's container, must have left for a new session.
        free_processes: Processes and threads that the machine, its user or the engine's container must have left for a
            new session.
        idle_time: Seconds without use after which a session ends, where its creation does not say. A call that is being
            served is use; a pause does not count.
        run_time: Seconds after which a session ends anyway, where its creation does not say.
    """

    processes: int = 512
    process_memory: int = 4 * GIB
    memory: int = 4 * GIB
    file_size: int = 4 * GIB
    open_files: int = 4096
    disk: int = 10 * GIB
    files: int = 500_000
    free_disk: int = GIB
    free_memory: int = 256 * MIB
    free_processes: int = 256
    idle_time: float = HOUR / 2
    run_time: float = 24 * HOUR

    def kept(self, by_group: Collection[str] = ()) -> dict[str, str]:
        """Return by whom each limit on a session's use is kept: ``kernel``, ``watched``, or ``none``.

        Args:
            by_group: The limits that the kernel keeps by the session's control group.
        """
        keepers = KEEPERS | dict.fromkeys(by_group, "kernel")
        return {name: who if getattr(self, name) else "none" for name, who in keepers.items()}

    def __post_init__(self) -> None:
        for field in fields(self):
            if isinstance(field.default, int):
                validation.count(field.name, getattr(self, field.name), AgentBayError, least=0)
            else:
                validation.seconds(field.name, getattr(self, field.name), AgentBayError, zero=True)
