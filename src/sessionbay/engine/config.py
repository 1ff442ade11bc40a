"""The settings of an engine."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from ..core import validation
from ..core.engine_choices import DEFAULT_NETWORK, IsolationChoice, NetworkChoice
from ..core.errors import AgentBayError
from .desktop.settings import Desktop
from .limits import Limits


@dataclass(frozen=True, kw_only=True)
class EngineConfig:
    """Settings of one engine.

    Attributes:
        isolation: ``auto`` selects the strongest kind that works here, and warns if it is weaker than namespaces;
            ``namespaces`` requires them; ``uid``, for an engine run by root, gives each session its own user;
            ``process`` is the weakest.
        network: ``nat`` reaches the internet but no service of this machine; ``none`` has no network; ``auto`` is
            ``nat`` where that works, else ``none``; ``host`` uses this machine's network, as plain processes always do.
        port: The loopback port to listen on; 0 selects a free one.
        direct_route: Whether sessions offer the direct route for tool calls, as most cloud images do.
        transition_delay: Seconds added to pausing, resuming and deleting, to imitate a cloud.
        max_sessions: The maximum number of sessions at once.
        output_limit: Bytes kept of a command's standard output and of its standard error.
        limits: The resource limits of each session.
        desktop: The screen of the desktops of sessions.
        state: The folder for contexts; None selects the one that all engines of the user share.
        context_limit: The maximum size in bytes of one file of a context, and of one copy of a context.
        slow_turn: Seconds for which the event loop may be held before that is logged, with the place in the code; 0
            turns the meter off. The default is ``SESSIONBAY_SLOW_TURN``, or 0.
    """

    isolation: IsolationChoice = "auto"
    network: NetworkChoice = DEFAULT_NETWORK
    port: int = 0
    direct_route: bool = True
    transition_delay: float = 0.0
    max_sessions: int = 200
    output_limit: int = 2**20
    limits: Limits = field(default_factory=Limits)
    desktop: Desktop = field(default_factory=Desktop)
    state: Path | None = None
    context_limit: int = 5 * 2**30
    slow_turn: float = field(default_factory=lambda: float(os.environ.get("SESSIONBAY_SLOW_TURN") or 0))

    def __post_init__(self) -> None:
        validation.choice("isolation", self.isolation, get_args(IsolationChoice), AgentBayError)
        validation.choice("network", self.network, get_args(NetworkChoice), AgentBayError)
        if self.port != 0:
            validation.port(self.port, AgentBayError)


def config_of(env: Mapping[str, str]) -> EngineConfig:
    """Return the settings of a private engine, from ``SESSIONBAY_ISOLATION``, ``_NETWORK`` and ``_DESKTOP``."""
    found: dict[str, Any] = {name: env.get(f"SESSIONBAY_{name.upper()}") for name in ("isolation", "network")}
    if desktop := env.get("SESSIONBAY_DESKTOP"):
        found["desktop"] = Desktop.parse(desktop)
    return EngineConfig(**{name: value for name, value in found.items() if value})
