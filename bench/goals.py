"""What was aimed at, and whether it was reached."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from .contenders import CONNECTIONS
from .plan import (
    AIOHTTP,
    HTTPX,
    HTTPX_SYNC,
    LEVELS,
    OFFICIAL,
    OFFICIAL_SESSIONS,
    OURS,
    OURS_SYNC,
    PAUSED,
    POLL,
    SESSIONS,
    TRANSITION,
    Results,
)
from .startup import IMPORTS, Start


@dataclass(frozen=True)
class Goal:
    """One figure with its bound; ``at_least`` turns the bound round, and None is a figure that there is not."""

    what: str
    bound: float
    value: float | None
    unit: str = "×"  # noqa: RUF001 - times, not the letter
    at_least: bool = False

    @property
    def met(self) -> str:
        """Say whether the figure keeps to the bound."""
        if self.value is None:
            return "not installed"
        return "yes" if (self.value >= self.bound if self.at_least else self.value <= self.bound) else "**no**"

    def row(self) -> list[str]:
        """Return it as a row: what, the bound, the figure, whether it was met."""
        sign = "≥" if self.at_least else "≤"
        value = "" if self.value is None else f"{self.value:.3g} {self.unit}".strip()
        return [self.what, f"{sign} {self.bound:.3g} {self.unit}".strip(), value, self.met]


def goals(results: Results, start: Start) -> list[Goal]:
    """Return all goals with their figures."""
    return [*_calls(results), *_fan_out(results), *_waiting(results), *_start(results, start)]


def _calls(results: Results) -> Iterator[Goal]:
    def cpu(title: str, ours: str, theirs: str) -> float:
        return results.ratio("cpu", (title, ours), (title, theirs))

    yield Goal("Sequential call, async: CPU of bare `httpx.AsyncClient`'s", 0.4, cpu("sequential", OURS, HTTPX))
    yield Goal("Sequential call, sync: CPU of bare `httpx.Client`'s", 0.7, cpu("sequential", OURS_SYNC, HTTPX_SYNC))
    told = "Sequential call over TLS: CPU of the official async client's over ours"
    official = results.has("sequential, TLS", OFFICIAL)
    yield Goal(told, 80, cpu("sequential, TLS", OFFICIAL, OURS) if official else None, at_least=True)
    for level in LEVELS:
        yield Goal(f"{level} calls at once: CPU of bare aiohttp's", 2.5, cpu(f"at once: {level}", OURS, AIOHTTP))
    first, *_, last = (f"at once: {level}" for level in LEVELS)
    grown = results.ratio("cpu", (last, OURS), (first, OURS))
    yield Goal(f"{LEVELS[-1]} calls at once: CPU of a call at {LEVELS[0]}", 1.3, grown)
    titles = [*(f"at once: {level}" for level in LEVELS), "fan-out"]
    yield Goal("Errors, at any number of calls", 0, max(results.worst(t, OURS, "errors") for t in titles), "")
    yield Goal("Connections at once", CONNECTIONS, max(results.worst(t, OURS, "most") for t in titles), "")


def _fan_out(results: Results) -> Iterator[Goal]:
    wall = results.ratio("wall", ("fan-out", OURS), ("fan-out", AIOHTTP))
    yield Goal(f"{SESSIONS} sessions: time of bare aiohttp's", 1.2, wall)
    faster = None
    if results.has("fan-out, TLS", OFFICIAL):
        faster = (
            results.ratio("wall", ("fan-out, TLS", OFFICIAL), ("fan-out, TLS", OURS)) * SESSIONS / OFFICIAL_SESSIONS
        )
    told = f"{SESSIONS} sessions over TLS: time of the official async client's over ours"
    yield Goal(told, 100, faster, at_least=True)
    yield Goal(f"{SESSIONS} sessions: peak memory", 100, results.worst("fan-out", OURS, "peak"), "MB")


def _waiting(results: Results) -> Iterator[Goal]:
    yield Goal(f"{PAUSED} pauses: time of the ideal", 1.3, results.median("pause", OURS, "wall") / TRANSITION)
    alone = ceil(TRANSITION / POLL) * PAUSED
    looks = results.median("pause", OURS, "looks") / alone
    yield Goal(f"{PAUSED} pauses: looks, of the {alone} of one poller each", 0.1, looks)


def _start(results: Results, start: Start) -> Iterator[Goal]:
    httpx, ours, clients = (start.imports[statement] for statement in IMPORTS)
    yield Goal("`import sessionbay`: time of `import httpx`", 0.6, ours / httpx)
    yield Goal("`from sessionbay import AsyncAgentBay, AgentBay`: time of `import httpx`", 2.6, clients / httpx)
    yield Goal("Distributions of a base installation", 14, start.distributions["sessionbay"], "")
    yield Goal("A second client is made in", 0.5, results.median("second client", OURS, "made") * 1000, "ms")
    told = "10 MiB written and read: CPU of bare `httpx.AsyncClient`'s"
    yield Goal(told, 1.5, results.ratio("cpu", ("transfer", OURS), ("transfer", HTTPX)))
    yield Goal("10,000 calls: memory that stays", 2, results.worst("memory", OURS, "growth"), "MB")
