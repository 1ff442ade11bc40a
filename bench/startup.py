"""What there is to pay before the first call: imports, and what comes with an installation."""

import json
import subprocess
import sys
from dataclasses import dataclass

from .machinery import ROOT, run, serving

IMPORTS = {
    "import httpx": sys.executable,
    "import sessionbay": sys.executable,
    "from sessionbay import AsyncAgentBay, AgentBay": sys.executable,
}
OFFICIAL_IMPORT = "from agentbay import AsyncAgentBay, AgentBay"
TIMED = "import time; begin = time.perf_counter(); {}; print(time.perf_counter() - begin)"
COUNTED = """
from importlib.metadata import distributions
print(len({found.name for found in distributions()} - {"pip", "setuptools"}))
"""
FIRST_ANSWERS = {
    "bare `httpx.Client`": "import httpx; httpx.Client().post('{}/?Action=CreateMcpSession')",
    "sessionbay, sync": "from sessionbay import AgentBay; AgentBay('bench', endpoint='{}').create()",
}
TIMES = 5


@dataclass(frozen=True)
class Start:
    """Seconds of imports and of first answers, and how many distributions an installation brings."""

    imports: dict[str, float]
    first_answers: dict[str, float]
    distributions: dict[str, int]


def measured_start(official: str) -> Start:
    """Measure all of it."""
    with serving(latency=0.0, transition=0.0) as server:
        answers = first_answers(f"http://{server.plain}")
    return Start(import_times(official), answers, distributions(official))


def import_times(official: str) -> dict[str, float]:
    """Return the seconds that each import takes."""
    return _best_times(IMPORTS | ({OFFICIAL_IMPORT: official} if official else {}))


def first_answers(url: str) -> dict[str, float]:
    """Return the seconds to a first answer, import included: what an import puts off is paid for here."""
    statements = {who: statement.format(url) for who, statement in FIRST_ANSWERS.items()}
    taken = _best_times(dict.fromkeys(statements.values(), sys.executable))
    return {who: taken[statement] for who, statement in statements.items()}


def _best_times(statements: dict[str, str]) -> dict[str, float]:
    """Return the seconds that each statement takes, the best of some fresh processes that take turns."""
    taken: dict[str, list[float]] = {statement: [] for statement in statements}
    for _ in range(TIMES):
        for statement, python in statements.items():
            taken[statement].append(float(run(python, "-c", TIMED.format(statement))))
    return {statement: min(times) for statement, times in taken.items()}


def distributions(official: str) -> dict[str, int]:
    """Return how many distributions an installation brings; for the official SDK, how many its environment has."""
    report = ["install", "--quiet", "--dry-run", "--ignore-installed", "--report", "-", "."]
    done = subprocess.run([sys.executable, "-m", "pip", *report], cwd=ROOT, capture_output=True, text=True, check=True)
    counted = {"sessionbay": len(json.loads(done.stdout)["install"])}
    if official:
        counted["official SDK"] = int(run(official, "-c", COUNTED))
    return counted
