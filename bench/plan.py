"""What is measured, by whom and how often; and what came out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median

from .meter import Figures

OURS, OURS_SYNC = "sessionbay_async", "sessionbay_sync"
HTTPX, HTTPX_SYNC, AIOHTTP = "httpx_async", "httpx_sync", "aiohttp_async"
OFFICIAL, OFFICIAL_SYNC = "official_async", "official_sync"
NAMES = {
    OURS: "sessionbay, async",
    OURS_SYNC: "sessionbay, sync",
    HTTPX: "bare `httpx.AsyncClient`",
    HTTPX_SYNC: "bare `httpx.Client`",
    AIOHTTP: "bare aiohttp",
    OFFICIAL: "official SDK, async",
    OFFICIAL_SYNC: "official SDK, sync",
}
BARE = (OURS, HTTPX, AIOHTTP)
LEVELS = (10, 50, 200, 1000)
SESSIONS = 1000
OFFICIAL_SESSIONS = 100  # a tenth: at its cost a call all of them would take minutes
LATENCY = 0.02  # seconds before each answer of the slow server
TRANSITION = 1.0  # seconds that a pause takes
PAUSED = 200
POLL = 0.05


@dataclass(frozen=True)
class Measurement:
    """One contender in one scenario. ``once`` is for what is too slow to be repeated each round."""

    title: str
    contender: str
    scenario: str
    sizes: Mapping[str, float]
    slow_server: bool = False
    tls: bool = False
    once: bool = False

    @property
    def official(self) -> bool:
        """Whether it needs the environment of the official SDK."""
        return self.contender in (OFFICIAL, OFFICIAL_SYNC)


def measurements() -> list[Measurement]:
    """Return one round; the contenders of a scenario follow each other."""
    found = [Measurement("sequential", who, "sequential", {"calls": 2000}) for who in BARE]
    found += [Measurement("sequential", who, "sequential_sync", {"calls": 2000}) for who in (OURS_SYNC, HTTPX_SYNC)]
    found += [
        Measurement("sequential, TLS", OURS, "sequential", {"calls": 1000}, tls=True),
        Measurement("sequential, TLS", OFFICIAL, "sequential", {"calls": 50}, tls=True),
        Measurement("sequential, TLS", OURS_SYNC, "sequential_sync", {"calls": 1000}, tls=True),
        Measurement("sequential, TLS", OFFICIAL_SYNC, "sequential_sync", {"calls": 200}, tls=True),
    ]
    for level in LEVELS:
        sizes = {"at_once": level, "calls": 4000, "warm_up": level}
        found += [Measurement(f"at once: {level}", who, "concurrent", sizes, once=who == HTTPX) for who in BARE]
    sizes = {"sessions": SESSIONS, "at_once": 200}
    found += [Measurement("fan-out", who, "fan_out", sizes, slow_server=True, once=who == HTTPX) for who in BARE]
    few = sizes | {"sessions": OFFICIAL_SESSIONS}
    found += [
        Measurement("fan-out, TLS", OURS, "fan_out", sizes, slow_server=True, tls=True),
        Measurement("fan-out, TLS", OFFICIAL, "fan_out", few, slow_server=True, tls=True, once=True),
    ]
    found.append(Measurement("pause", OURS, "pause", {"sessions": PAUSED, "poll_interval": POLL}))
    found += [Measurement("transfer", who, "transfer", {"size": 10 * 2**20}) for who in BARE]
    found += [Measurement("second client", who, "second_client", {"clients": 20}) for who in BARE]
    found.append(Measurement("memory", OURS, "growth", {"calls": 10_000, "warm_up": 1000}, once=True))
    return found


@dataclass
class Results:
    """The figures of all rounds."""

    rounds: dict[tuple[str, str], list[Figures]] = field(default_factory=dict)

    def add(self, title: str, contender: str, figures: Figures) -> None:
        """Keep the figures of one more round."""
        self.rounds.setdefault((title, contender), []).append(figures)

    def has(self, title: str, contender: str) -> bool:
        """Return whether there are any."""
        return (title, contender) in self.rounds

    def median(self, title: str, contender: str, figure: str) -> float:
        """Return the median over the rounds."""
        return median(figures[figure] for figures in self.rounds[title, contender])

    def worst(self, title: str, contender: str, figure: str) -> float:
        """Return the largest of all rounds."""
        return max(figures[figure] for figures in self.rounds[title, contender])

    def ratio(self, figure: str, above: tuple[str, str], below: tuple[str, str]) -> float:
        """Return the median of the rounds' ratios; a side that was measured once counts in each round."""
        top, bottom = self.rounds[above], self.rounds[below]
        rounds = range(max(len(top), len(bottom)))
        return median(top[min(i, len(top) - 1)][figure] / bottom[min(i, len(bottom) - 1)][figure] for i in rounds)
