"""Measure everything: each measurement in a process of its own, the contenders in turn, round by round."""

import argparse
import sys
from contextlib import ExitStack
from pathlib import Path

from .baseline import baseline
from .goals import goals
from .machinery import ROOT, Server, measure, serving
from .plan import (
    BEFORE,
    BEFORE_SYNC,
    LATENCY,
    NAMES,
    OFFICIAL,
    OFFICIAL_SYNC,
    TRANSITION,
    Measurement,
    Results,
    measurements,
)
from .report import report, write
from .startup import measured_start

PAGE = ROOT / "docs" / "internals" / "performance.md"
ROUNDS = 5
STARTS, STARTS_OF_QUICK = 9, 3


def main() -> None:
    """Run, print, and write where that is asked for."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round, of what the goals need")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/internals/performance.md")
    parser.add_argument(
        "--official", metavar="PYTHON", default="", help="the Python that has the official SDK, if there is one"
    )
    given = parser.parse_args()
    rounds = 1 if given.quick else ROUNDS
    official = given.official and str(Path(given.official).absolute())  # measurements have folders of their own
    before = baseline()
    pythons = {OFFICIAL: official, OFFICIAL_SYNC: official, BEFORE: before, BEFORE_SYNC: before}
    results = all_rounds(rounds, pythons, quick=given.quick)
    start = measured_start(official, before, times=STARTS_OF_QUICK if given.quick else STARTS)
    text = report(results, goals(results, start), start, rounds)
    print(text)
    if given.write:
        write(PAGE, "nox -s bench -- --write", text)


def all_rounds(rounds: int, pythons: dict[str, str], *, quick: bool) -> Results:
    """Measure round by round, and tell how it goes.

    Args:
        rounds: How many.
        pythons: The Python of each contender that does not run by this one; empty for one that is left out.
        quick: Whether to leave out what no goal needs.
    """
    results = Results()
    with ExitStack() as stack:
        fast = stack.enter_context(serving(0.0, TRANSITION))
        slow = stack.enter_context(serving(LATENCY, TRANSITION))
        for number in range(rounds):
            for one in measurements():
                python = pythons.get(one.contender, sys.executable)
                if not python or (number and one.once) or (quick and one.spare):
                    continue
                print(f"round {number + 1}: {one.title}: {NAMES[one.contender]}", file=sys.stderr, flush=True)
                results.add(one.title, one.contender, _measured(one, slow if one.slow_server else fast, python))
    return results


def _measured(one: Measurement, server: Server, python: str) -> dict[str, float]:
    return measure(server.order(one.scenario, one.contender, dict(one.sizes), tls=one.tls), python)


if __name__ == "__main__":
    main()
