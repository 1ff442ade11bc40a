"""What is measured, by whom and how often; and what came out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from statistics import median

from .meter import Figures

OURS, OURS_SYNC = "sessionbay_async", "sessionbay_sync"
HTTPX, HTTPX_SYNC, AIOHTTP = "httpx_async", "httpx_sync", "aiohttp_async"
OFFICIAL, OFFICIAL_SYNC = "official_async", "official_sync"
BEFORE, BEFORE_SYNC = "baseline_async", "baseline_sync"
OURS_UVLOOP, AIOHTTP_UVLOOP = "sessionbay_uvloop", "aiohttp_uvloop"
NAMES = {
    OURS: "sessionbay, async",
    OURS_SYNC: "sessionbay, sync",
    HTTPX: "bare `httpx.AsyncClient`",
    HTTPX_SYNC: "bare `httpx.Client`",
    AIOHTTP: "bare aiohttp",
    OFFICIAL: "official SDK, async",
    OFFICIAL_SYNC: "official SDK, sync",
    BEFORE: "sessionbay before, async",
    BEFORE_SYNC: "sessionbay before, sync",
    OURS_UVLOOP: "sessionbay, async, on uvloop",
    AIOHTTP_UVLOOP: "bare aiohttp, on uvloop",
}
BARE = (OURS, HTTPX, AIOHTTP)
ASYNC = (*BARE, BEFORE, OURS_UVLOOP, AIOHTTP_UVLOOP)
LEVELS = (10, 50, 200, 1000)
FAN_OUTS = (200, 1000)  # at once
SESSIONS = 1000
OFFICIAL_SESSIONS = 100  # a tenth: at its cost a call all of them would take minutes
LATENCY = 0.02  # seconds before each answer of the slow server
TRANSITION = 1.0  # seconds that a pause takes
PAUSED = 200
POLL = 0.05


@dataclass(frozen=True)
class Measurement:
    """One contender in one scenario.

    Attributes:
        once: Whether it is too slow to be repeated each round.
        spare: Whether no goal needs it, and a quick run does without it.
    """

    title: str
    contender: str
    scenario: str
    sizes: Mapping[str, float]
    slow_server: bool = False
    tls: bool = False
    once: bool = False
    spare: bool = False


def measurements() -> list[Measurement]:
    """Return one round; the contenders of a scenario follow each other."""
    return [*_sequential(), *_at_once(), *_fan_outs(), *_others()]


def _sequential() -> Iterator[Measurement]:
    for who in ASYNC:
        yield Measurement("sequential", who, "sequential", {"calls": 2000})
    for who in (OURS_SYNC, HTTPX_SYNC, BEFORE_SYNC):
        yield Measurement("sequential", who, "sequential_sync", {"calls": 2000})
    yield Measurement("sequential, TLS", OURS, "sequential", {"calls": 1000}, tls=True)
    yield Measurement("sequential, TLS", OFFICIAL, "sequential", {"calls": 50}, tls=True)
    yield Measurement("sequential, TLS", OURS_SYNC, "sequential_sync", {"calls": 1000}, tls=True)
    yield Measurement("sequential, TLS", OFFICIAL_SYNC, "sequential_sync", {"calls": 200}, tls=True)


def _at_once() -> Iterator[Measurement]:
    for level in LEVELS:
        sizes = {"at_once": level, "calls": 4000, "warm_up": level}
        for who in BARE:
            slow = who == HTTPX
            yield Measurement(f"at once: {level}", who, "concurrent", sizes, once=slow, spare=slow)


def _fan_outs() -> Iterator[Measurement]:
    for level in FAN_OUTS:
        sizes = {"sessions": SESSIONS, "at_once": level}
        for who in ASYNC:
            slow = who == HTTPX
            if level == FAN_OUTS[0] or not slow:
                yield Measurement(fan_out(level), who, "fan_out", sizes, slow_server=True, once=slow, spare=slow)
        for who in (OURS, AIOHTTP):
            yield Measurement(fan_out(level, tls=True), who, "fan_out", sizes, slow_server=True, tls=True)
    few = {"sessions": OFFICIAL_SESSIONS, "at_once": OFFICIAL_SESSIONS}
    title = fan_out(FAN_OUTS[0], tls=True)
    yield Measurement(title, OFFICIAL, "fan_out", few, slow_server=True, tls=True, once=True)
    sizes = {"sessions": SESSIONS, "at_once": FAN_OUTS[0]}
    for scenario in ("gathered", "by_map"):
        yield Measurement(scenario, OURS, scenario, sizes, slow_server=True)
    for who in (OURS, AIOHTTP, BEFORE):
        counted = {"sessions": FAN_OUTS[0], "at_once": FAN_OUTS[0]}
        yield Measurement("function calls", who, "function_calls", counted, slow_server=True, once=True)


def _others() -> Iterator[Measurement]:
    yield Measurement("pause", OURS, "pause", {"sessions": PAUSED, "poll_interval": POLL})
    for who in BARE:
        yield Measurement("transfer", who, "transfer", {"size": 10 * 2**20}, spare=who == HTTPX)
    for who in BARE:
        yield Measurement("second client", who, "second_client", {"clients": 20}, spare=who != OURS)
    yield Measurement("memory", OURS, "growth", {"calls": 10_000, "warm_up": 1000}, once=True)


def fan_out(level: int, *, tls: bool = False) -> str:
    """Return the title of a fan-out with ``level`` sessions at once."""
    return f"fan-out: {level}" + (", TLS" if tls else "")


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
