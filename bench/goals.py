"""What was aimed at, and whether it was reached."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from . import startup
from .contenders import CONNECTIONS
from .plan import (
    AIOHTTP,
    AIOHTTP_UVLOOP,
    BEFORE,
    BEFORE_SYNC,
    FAN_OUTS,
    HTTPX,
    HTTPX_SYNC,
    LEVELS,
    OFFICIAL,
    OFFICIAL_SESSIONS,
    OURS,
    OURS_SYNC,
    OURS_UVLOOP,
    PAUSED,
    POLL,
    SESSIONS,
    TRANSITION,
    Results,
    fan_out,
)
from .startup import Start

NOISE = 1.05  # a figure that is to be no worse than another one


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
            return "not measured"
        return "yes" if (self.value >= self.bound if self.at_least else self.value <= self.bound) else "**no**"

    def row(self) -> list[str]:
        """Return it as a row: what, the bound, the figure, whether it was met."""
        sign = "≥" if self.at_least else "≤"
        value = "" if self.value is None else f"{self.value:.3g} {self.unit}".strip()
        return [self.what, f"{sign} {self.bound:.3g} {self.unit}".strip(), value, self.met]


def goals(results: Results, start: Start) -> list[Goal]:
    """Return all goals with their figures."""
    return [
        *_fan_outs(results),
        *_calls(results),
        *_start(results, start),
        *_on_uvloop(results),
        *_before(results, start),
        *_waiting(results),
    ]


def _fan_outs(results: Results) -> Iterator[Goal]:
    for level in FAN_OUTS:
        for tls, bound in ((False, 1.0), (True, 1.1)):
            title, told = fan_out(level, tls=tls), f"{SESSIONS} sessions, {level} at once{', TLS' if tls else ''}"
            for figure, name in (("cpu", "CPU"), ("wall", "time")):
                yield Goal(f"{told}: {name} of bare aiohttp's", bound, _ratio(results, figure, title, OURS, AIOHTTP))
        peak = results.worst(fan_out(level), OURS, "peak")
        yield Goal(f"{SESSIONS} sessions, {level} at once: peak memory", 50, peak, "MB")
    title = fan_out(FAN_OUTS[0], tls=True)
    faster = _ratio(results, "wall", title, OFFICIAL, OURS)
    faster = faster and faster * SESSIONS / OFFICIAL_SESSIONS
    yield Goal(f"{SESSIONS} sessions, TLS: time of the official async client's over ours", 150, faster, at_least=True)
    by_map = results.ratio("cpu", ("by_map", OURS), ("gathered", OURS))
    yield Goal("`map`: CPU of a hand-written gather of the same calls", 1.15, by_map)
    calls = results.median("function calls", OURS, "calls")
    yield Goal("Function calls for each request of the fan-out", 450, calls, "")


def _calls(results: Results) -> Iterator[Goal]:
    def cpu(title: str, ours: str, theirs: str) -> float | None:
        return _ratio(results, "cpu", title, ours, theirs)

    yield Goal("Sequential call, async: CPU of bare aiohttp's", 0.5, cpu("sequential", OURS, AIOHTTP))
    yield Goal("Sequential call, async: CPU of bare `httpx.AsyncClient`'s", 0.15, cpu("sequential", OURS, HTTPX))
    yield Goal("Sequential call, sync: CPU of bare `httpx.Client`'s", 0.35, cpu("sequential", OURS_SYNC, HTTPX_SYNC))
    told = "Sequential call over TLS: CPU of the official async client's over ours"
    yield Goal(told, 80, cpu("sequential, TLS", OFFICIAL, OURS), at_least=True)
    for level in LEVELS:
        yield Goal(f"{level} calls at once: CPU of bare aiohttp's", 0.9, cpu(f"at once: {level}", OURS, AIOHTTP))
    first, *_, last = (f"at once: {level}" for level in LEVELS)
    grown = results.ratio("cpu", (last, OURS), (first, OURS))
    yield Goal(f"{LEVELS[-1]} calls at once: CPU of a call at {LEVELS[0]}", 1.3, grown)
    titles = [*(f"at once: {level}" for level in LEVELS), *map(fan_out, FAN_OUTS)]
    yield Goal("Errors, at any number of calls", 0, max(results.worst(t, OURS, "errors") for t in titles), "")
    yield Goal("Connections at once", CONNECTIONS, max(results.worst(t, OURS, "most") for t in titles), "")
    yield Goal("10 MiB written and read: CPU of bare aiohttp's", 0.9, cpu("transfer", OURS, AIOHTTP))
    yield Goal("10,000 calls: memory that stays", 2, results.worst("memory", OURS, "growth"), "MB")


def _start(results: Results, start: Start) -> Iterator[Goal]:
    first = start.ratio(startup.FIRST_OURS, startup.FIRST_HTTPX)
    yield Goal("First answer in a fresh process: CPU of bare `httpx.Client`'s", 1.0, first)
    first = start.ratio(startup.FIRST_ASYNC, startup.FIRST_HTTPX)
    yield Goal("First answer in a fresh process, async: CPU of bare `httpx.Client`'s", 1.0, first)
    for what in (startup.OURS, startup.NAMES):
        yield Goal(f"`{what}`: CPU of the build before", NOISE, start.ratio(what, what + startup.BEFORE))
    yield Goal("`sessionbay --help`: CPU of `import httpx`", 0.6, start.ratio(startup.HELP, startup.HTTPX))
    yield Goal("Distributions of a base installation", 14, start.distributions["sessionbay"], "")
    yield Goal("A second client is made in", 0.5, results.median("second client", OURS, "made") * 1000, "ms")


def _on_uvloop(results: Results) -> Iterator[Goal]:
    cpu = _ratio(results, "cpu", "sequential", OURS_UVLOOP, AIOHTTP_UVLOOP)
    yield Goal("Sequential call on uvloop: CPU of bare aiohttp's on uvloop", 0.5, cpu)
    for level in FAN_OUTS:
        told = f"{SESSIONS} sessions, {level} at once, on uvloop: CPU of bare aiohttp's on uvloop"
        yield Goal(told, 1.0, _ratio(results, "cpu", fan_out(level), OURS_UVLOOP, AIOHTTP_UVLOOP))


def _before(results: Results, start: Start) -> Iterator[Goal]:
    """Yield what is to be no dearer than it was."""
    kinds = {"async": (OURS, BEFORE), "sync": (OURS_SYNC, BEFORE_SYNC)}
    for kind, pair in kinds.items():
        cpu = _ratio(results, "cpu", "sequential", *pair)
        yield Goal(f"Sequential call, {kind}: CPU of the build before", NOISE, cpu)
    for level in FAN_OUTS:
        told = f"{SESSIONS} sessions, {level} at once: CPU of the build before"
        yield Goal(told, NOISE, _ratio(results, "cpu", fan_out(level), OURS, BEFORE))
    first = start.ratio(startup.FIRST_OURS, startup.FIRST_OURS + startup.BEFORE)
    yield Goal("First answer in a fresh process: CPU of the build before", NOISE, first)


def _waiting(results: Results) -> Iterator[Goal]:
    yield Goal(f"{PAUSED} pauses: time of the ideal", 1.3, results.median("pause", OURS, "wall") / TRANSITION)
    alone = ceil(TRANSITION / POLL) * PAUSED
    looks = results.median("pause", OURS, "looks") / alone
    yield Goal(f"{PAUSED} pauses: looks, of the {alone} of one poller each", 0.1, looks)


def _ratio(results: Results, figure: str, title: str, above: str, below: str) -> float | None:
    """Return a ratio of two contenders in one scenario, None if one was not measured."""
    if not (results.has(title, above) and results.has(title, below)):
        return None
    return results.ratio(figure, (title, above), (title, below))
