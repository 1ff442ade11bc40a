"""What there is to pay before the first call: imports, and what comes with an installation."""

import json
import subprocess
import sys

from .machinery import ROOT, run

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
TIMES = 5


def import_times(official: str) -> dict[str, float]:
    """Return the seconds that each import takes, the best of some fresh processes."""
    statements = IMPORTS | ({OFFICIAL_IMPORT: official} if official else {})
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
