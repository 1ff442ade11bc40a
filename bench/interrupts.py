"""Interrupt a program that holds a lock, row by row, and look for sessions left: ``python -m bench.interrupts``.

Each round of a row is a program of ``bench.interrupted``. It passes if the program ends within the bound and with
the expected status, leaves no session, and says that one is left running only if that is true.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
import warnings
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

from sessionbay import AgentBay
from sessionbay.engine import LocalEngine

from .interrupted import ROWS
from .tls_front import tls_front

BOUND = 1.5  # seconds from the signal to the end of the program
SETTLE_TIMEOUT = 30.0  # seconds for deletions that are under way
WARNING = "may have been left running"


@dataclass
class Figures:
    """What the rounds of a row showed."""

    seconds: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    @property
    def line(self) -> str:
        """The figures as a line of the table."""
        median, slowest = statistics.median(self.seconds), max(self.seconds)
        return f"{len(self.seconds):>6} {len(self.failures):>6} {median:>8.2f} {slowest:>8.2f}"


class Interrupts:
    """The program and an engine for its sessions."""

    def __init__(self, engine: LocalEngine) -> None:
        self._stack = ExitStack()
        endpoint, authority = self._stack.enter_context(tls_front(urlsplit(engine.endpoint).port or 0))
        key = engine.api_key.reveal()
        self._bay = AgentBay(endpoint=engine.endpoint, api_key=key)
        settings = {f"{cloud}_ENDPOINT": engine.endpoint for cloud in ("AGENTBAY", "AGB")}
        settings |= {f"{cloud}_API_KEY": key for cloud in ("AGENTBAY", "AGB")}
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "bench.interrupted"],
            env=os.environ | settings | {"TLS_ENDPOINT": endpoint, "TLS_AUTHORITY": authority},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()
        self._bay.close()
        self._stack.close()

    def run(self, name: str) -> tuple[float, str]:
        """Run a row once; return the seconds from the signal to the end, and what was wrong."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{name}\n")
        self._process.stdin.flush()
        status, seconds, log = json.loads(self._process.stdout.readline())
        row, left = ROWS[name], self._left(name)
        found = {"status": status, "left": len(left), "warns": WARNING in log}
        expected = {"status": row.status, "left": row.left, "warns": row.warns}
        self._bay.reap(labels={"row": name}).raise_for_error()
        return seconds, "" if found == expected else f"{found} instead of {expected}: {log}"

    def measure(self, name: str, rounds: int) -> Figures:
        """Run a row, and return its figures."""
        figures = Figures()
        for _ in range(rounds):
            seconds, failure = self.run(name)
            if ROWS[name].is_timed and seconds > BOUND:
                failure = f"{seconds:.2f} s; {failure}"
            figures.seconds.append(seconds)
            figures.failures += [failure] if failure else []
        return figures

    def _left(self, name: str) -> list[str]:
        """Return the sessions of a row that are left, once deletions that are under way have ended."""
        deadline = time.monotonic() + SETTLE_TIMEOUT
        while True:
            listed = self._bay.list(labels={"row": name}, limit=50).raise_for_error().sessions
            if time.monotonic() > deadline or not any(entry.status == "DELETING" for entry in listed):
                return [entry.session_id for entry in listed]


def main() -> int:
    """Run the rows, and print the table."""
    parser = argparse.ArgumentParser(prog="bench.interrupts", description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--row", action="append", help="run this row only; may be repeated")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    failures: list[str] = []
    print(f"{'':54} {'rounds':>6} {'failed':>6} {'median s':>8} {'slowest':>8}")
    with LocalEngine() as engine, Interrupts(engine) as interrupts:
        for name in options.row or ROWS:
            figures = interrupts.measure(name, options.rounds)
            failures += [f"{name}: {failure}" for failure in figures.failures]
            print(f"{name:54} {figures.line}", flush=True)
    load = os.getloadavg()[0]
    print(f"{len(failures)} of {options.rounds * len(options.row or ROWS)} failed; load of the machine: {load:.1f}")
    print(*failures, sep="\n", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
