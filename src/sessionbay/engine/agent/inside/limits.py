"""The kernel's resource limits per process, inherited by every command."""

from __future__ import annotations

import resource
from collections.abc import Mapping

TYPE_CHECKING = False  # spares each session the import of typing
if TYPE_CHECKING:
    from typing import Any

RLIMITS = {
    "process_memory": resource.RLIMIT_DATA,  # not RLIMIT_AS: reserved address space is not memory in use
    "file_size": resource.RLIMIT_FSIZE,
    "open_files": resource.RLIMIT_NOFILE,
    "processes": resource.RLIMIT_NPROC,
}


def restrain(limits: Mapping[str, Any]) -> None:
    """Limit this process and its descendants; 0 leaves a limit unchanged."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NICE, (0, 0))  # no process can raise its priority
    for name, number in RLIMITS.items():
        if limits[name]:
            most = resource.getrlimit(number)[1]
            value = limits[name] if most == resource.RLIM_INFINITY else min(limits[name], most)
            resource.setrlimit(number, (value, value))
