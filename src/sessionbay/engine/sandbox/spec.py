"""The parameters of a sandbox."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from ..limits import Limits
from .control_groups import ControlGroups
from .hardening import Hardening

Network = Literal["none", "nat", "host"]


@dataclass(frozen=True)
class Spec:
    """The parameters of a sandbox.

    Attributes:
        root: The session's folder on the host.
        shared: The folder with the agent's files and the generated system files, readable by everyone.
        python: The interpreter that the agent runs on.
        uid: The user to run as; None is the engine's user.
        network: ``nat`` goes through pasta; ``host`` shares the network of the host.
        limits: The resource limits of the session.
        hardening: The defences that the agent applies to itself.
        groups: Where the session gets a control group; None where the engine can make none.
    """

    root: Path
    shared: Path
    python: str
    uid: int | None
    network: Network = "none"
    limits: Limits = field(default_factory=Limits)
    hardening: Hardening = field(default_factory=Hardening)
    groups: ControlGroups | None = None
