"""The tables, in Markdown."""

import os
import platform
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version
from pathlib import Path

from .goals import Goal
from .plan import LEVELS, NAMES, OFFICIAL, OFFICIAL_SESSIONS, SESSIONS, Results
from .startup import Start

BEGIN, END = "<!-- written by nox -s bench -- --write -->", "<!-- end of what the benchmark wrote -->"
LIBRARIES = ("sessionbay", "httpx", "httptools", "anyio", "pydantic", "aiohttp")


def report(results: Results, goals: Iterable[Goal], start: Start, rounds: int) -> str:
    """Return all tables."""
    parts = [
        f"{machine()} {rounds} rounds.",
        "### Goals",
        table(["Figure", "Goal", "Measured", "Met"], [goal.row() for goal in goals]),
        "### One call after the other",
        _figures(results, ["sequential", "sequential, TLS"], {"CPU, ms": _ms("cpu"), "Time, ms": _ms("wall")}),
        "### Many calls at once",
        _concurrent(results),
        f"### {SESSIONS} sessions created, used and deleted, 200 at once",
        _fan_out(results),
        "### 10 MiB written and read",
        _figures(
            results,
            ["transfer"],
            {"CPU, s": _seconds("cpu"), "Time, s": _seconds("wall"), "Requests": _number("requests")},
        ),
        "### A second client",
        _figures(results, ["second client"], {"Made, ms": _ms("made"), "First call answered, ms": _ms("answered")}),
        "### Imports and installation",
        table(
            ["Import", "Best time, ms"], _milliseconds({f"`{what}`": taken for what, taken in start.imports.items()})
        ),
        table(["First answer, import included", "Best time, ms"], _milliseconds(start.first_answers)),
        table(["Installation", "Distributions"], [[who, str(count)] for who, count in start.distributions.items()]),
    ]
    return "\n\n".join(parts)


def machine() -> str:
    """Say what it ran on, without saying where."""
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}; {libraries}."


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown; the columns after the first are numbers."""
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def write(page: Path, text: str) -> None:
    """Put ``text`` between the marks of a page."""
    before, _, rest = page.read_text("utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    page.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", "utf-8")


def _milliseconds(times: dict[str, float]) -> list[list[str]]:
    return [[what, f"{taken * 1000:.0f}"] for what, taken in times.items()]


Cell = Callable[[Results, str, str], str]


def _ms(figure: str) -> Cell:
    return lambda results, title, who: f"{results.median(title, who, figure) * 1000:.3g}"


def _number(figure: str) -> Cell:
    return lambda results, title, who: f"{results.median(title, who, figure):.0f}"


def _figures(results: Results, titles: Sequence[str], columns: dict[str, Cell]) -> str:
    """Return the table of one scenario, measured under so many titles: a row for each contender."""
    found = [(title, who) for title in titles for who in NAMES if results.has(title, who)]
    rows = [[_name(title, who), *(cell(results, title, who) for cell in columns.values())] for title, who in found]
    return table(["Client", *columns], rows)


def _name(title: str, who: str) -> str:
    return f"{NAMES[who]}, over TLS" if title.endswith(", TLS") else NAMES[who]


def _concurrent(results: Results) -> str:
    found = [who for who in NAMES if results.has(f"at once: {LEVELS[0]}", who)]
    rows = [[NAMES[who], *(_at(results, f"at once: {level}", who) for level in LEVELS)] for who in found]
    heads = ["CPU of a call, ms (connections)", *(f"{level} at once" for level in LEVELS)]
    return table(heads, rows)


def _at(results: Results, title: str, who: str) -> str:
    errors = results.worst(title, who, "errors")
    text = f"{_ms('cpu')(results, title, who)} ({_number('connections')(results, title, who)})"
    return f"{text}, {errors:.0f} errors" if errors else text


def _fan_out(results: Results) -> str:
    columns = {
        "Time, s": _seconds("wall"),
        "CPU, s": _seconds("cpu"),
        "Peak memory, MB": _number("peak"),
        "Connections": _scaled("connections"),
        "Errors": _number("errors"),
    }
    return _figures(results, ["fan-out", "fan-out, TLS"], columns)


def _scale(who: str) -> float:
    return SESSIONS / OFFICIAL_SESSIONS if who == OFFICIAL else 1


def _seconds(figure: str) -> Cell:
    return lambda results, title, who: f"{results.median(title, who, figure) * _scale(who):.3g}"


def _scaled(figure: str) -> Cell:
    return lambda results, title, who: f"{results.median(title, who, figure) * _scale(who):.0f}"
