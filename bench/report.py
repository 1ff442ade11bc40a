"""The tables, in Markdown."""

import os
import platform
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version
from pathlib import Path

from .goals import Goal
from .plan import FAN_OUTS, LEVELS, NAMES, OFFICIAL, OFFICIAL_SESSIONS, OURS, SESSIONS, Results, fan_out
from .startup import Start

BEGIN, END = "<!-- written by {} -->", "<!-- end of what the benchmark wrote -->"
LIBRARIES = ("sessionbay", "httpx", "httptools", "anyio", "pydantic", "aiohttp", "uvloop")


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
        f"### {SESSIONS} sessions created, used and deleted",
        *(part for level in FAN_OUTS for part in (f"{level} at once:", _fan_out(results, level))),
        "`map` beside a hand-written gather of the same calls, 200 at once:",
        _ours_alone(results, {"by_map": "`map`", "gathered": "a gather"}),
        "### Function calls for each request of the fan-out",
        _figures(results, ["function calls"], {"Calls": _number("calls")}),
        "### 10 MiB written and read",
        _figures(
            results,
            ["transfer"],
            {"CPU, s": _seconds("cpu"), "Time, s": _seconds("wall"), "Requests": _number("requests")},
        ),
        "### A second client",
        _figures(results, ["second client"], {"Made, ms": _ms("made"), "First call answered, ms": _ms("answered")}),
        "### First steps and installation",
        table(["Program, without the start of Python", "Least CPU, ms"], _milliseconds(start.cpu)),
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


def write(page: Path, command: str, text: str) -> None:
    """Put ``text`` between the marks of a page that ``command`` writes."""
    begin = BEGIN.format(command)
    before, _, rest = page.read_text("utf-8").partition(begin)
    after = rest.partition(END)[2]
    page.write_text(f"{before}{begin}\n\n{text}\n\n{END}{after}", "utf-8")


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


def _fan_out(results: Results, level: int) -> str:
    columns = {
        "Time, s": _seconds("wall"),
        "CPU, s": _seconds("cpu"),
        "Peak memory, MB": _number("peak"),
        "Connections": _scaled("connections"),
        "Errors": _number("errors"),
    }
    return _figures(results, [fan_out(level), fan_out(level, tls=True)], columns)


def _ours_alone(results: Results, rows: dict[str, str]) -> str:
    columns = {"Time, s": _seconds("wall"), "CPU, s": _seconds("cpu"), "Peak memory, MB": _number("peak")}
    cells = [[name, *(cell(results, title, OURS) for cell in columns.values())] for title, name in rows.items()]
    return table(["By", *columns], cells)


def _scale(who: str) -> float:
    return SESSIONS / OFFICIAL_SESSIONS if who == OFFICIAL else 1


def _seconds(figure: str) -> Cell:
    return lambda results, title, who: f"{results.median(title, who, figure) * _scale(who):.3g}"


def _scaled(figure: str) -> Cell:
    return lambda results, title, who: f"{results.median(title, who, figure) * _scale(who):.0f}"
