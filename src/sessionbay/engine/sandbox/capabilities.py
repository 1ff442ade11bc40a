"""The properties of a sandbox."""

from dataclasses import dataclass
from typing import Literal

from .spec import Network

Isolation = Literal["namespaces", "uid", "process"]


@dataclass(frozen=True)
class SandboxCapabilities:
    """The properties of a sandbox, for the session's info.

    Attributes:
        path_mapping: ``exact`` when the session has folders of its own under the clouds' paths; ``none`` when its
            files and commands see the host's paths.
        home: The folder that commands start in.
        folders: The folders that hold the session's files, as paths inside the session.
        landlock: The Landlock version in force, 0 where mounts confine the session or Landlock is missing.
        seccomp: Whether system calls that only attacks need are refused.
        temporary: The folder for temporary files.
        python: The interpreter of the session, for ``python3`` in commands and for ``run_code`` alike.
        packages: The path of the Python packages of this program inside the session, empty without access.
    """

    isolation: Isolation
    path_mapping: Literal["exact", "none"]
    network: Network
    home: str
    folders: tuple[str, ...]
    landlock: int = 0
    seccomp: bool = False
    packages: str = ""
    temporary: str = "/tmp"
    python: str = ""
