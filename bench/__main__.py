"""Measure everything: each measurement in a process of its own, the contenders in turn, round by round."""

import argparse
import sys
from contextlib import ExitStack
from pathlib import Path

from .goals import goals
from .machinery import ROOT, Server, measure, serving
from .plan import LATENCY, NAMES, TRANSITION, Measurement, Results, measurements
from .report import report, write
from .startup import measured_start

PAGE = ROOT / "docs" / "internals" / "performance.md"
ROUNDS = 5


def main() -> None:
    """Run, print, and write where that is asked for."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round only, to see whether it runs")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/internals/performance.md")
    parser.add_argument(
        "--official", metavar="PYTHON", default="", help="the Python that has the official SDK, if there is one"
    )
    given = parser.parse_args()
    rounds = 1 if given.quick else ROUNDS
    official = given.official and str(Path(given.official).absolute())  # measurements have folders of their own
    results = all_rounds(rounds, official)
    start = measured_start(official)
    text = report(results, goals(results, start), start, rounds)
    print(text)
    if given.write:
        write(PAGE, text)


def all_rounds(rounds: int, official: str) -> Results:
    """Measure round by round, and tell how it goes."""
    results = Results()
    with ExitStack() as stack:
        fast = stack.enter_context(serving(0.0, TRANSITION))
        slow = stack.enter_context(serving(LATENCY, TRANSITION))
        for number in range(rounds):
            for one in measurements():
                if (number and one.once) or (one.official and not official):
                    continue
                print(f"round {number + 1}: {one.title}: {NAMES[one.contender]}", file=sys.stderr, flush=True)
                results.add(one.title, one.contender, _measured(one, slow if one.slow_server else fast, official))
    return results


def _measured(one: Measurement, server: Server, official: str) -> dict[str, float]:
    order = server.order(one.scenario, one.contender, dict(one.sizes), tls=one.tls)
    return measure(order, official if one.official else sys.executable)


if __name__ == "__main__":
    main()
