"""What an engine is to be."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..core import validation
from ..core.errors import AgentBayError
from .limits import Limits
from .sandbox.backends import Wanted, WantedNetwork


@dataclass(frozen=True, kw_only=True)
class EngineConfig:
    """Settings of one engine.

    Attributes:
        isolation: ``auto`` takes the strongest kind that works here, and warns when that is not namespaces;
            ``namespaces`` takes nothing weaker; ``uid``, for an engine run by root, gives each session a user of its
            own; ``process`` is the weakest.
        network: ``nat`` leads out to the internet and to nothing of this machine's; ``none`` shuts sessions off;
            ``auto`` is ``nat`` where that works, else ``none``; ``host`` lets them use this machine's network, as
            sessions that are plain processes always do.
        port: The port of the loopback to listen on; 0 is any free one.
        direct_route: Whether sessions offer the direct route for tool calls, as most images of the clouds do.
        transition_delay: Seconds that pausing, resuming and deleting take on top, to be like a cloud's.
        max_sessions: How many sessions there may be at once.
        output_limit: Bytes that are kept of what a command writes on each of its two outputs.
        limits: What each session may use.
        state: The folder in which contexts are kept; None is the one that all engines of the user share.
        context_limit: The most bytes that one file of a context may have, and that one copy of a context may move.
    """

    isolation: Wanted = "auto"
    network: WantedNetwork = "auto"
    port: int = 0
    direct_route: bool = True
    transition_delay: float = 0.0
    max_sessions: int = 200
    output_limit: int = 2**20
    limits: Limits = field(default_factory=Limits)
    state: Path | None = None
    context_limit: int = 5 * 2**30

    def __post_init__(self) -> None:
        validation.choice("isolation", self.isolation, ("auto", "namespaces", "uid", "process"), AgentBayError)
        validation.choice("network", self.network, ("auto", "none", "nat", "host"), AgentBayError)


def config_of(env: Mapping[str, str]) -> EngineConfig:
    """Return the settings of a program's private engine: ``SESSIONBAY_ISOLATION``, ``SESSIONBAY_NETWORK``."""
    found = {name: env.get(f"SESSIONBAY_{name.upper()}") for name in ("isolation", "network")}
    return EngineConfig(**{name: value for name, value in found.items() if value})  # type: ignore[arg-type]  # checked
