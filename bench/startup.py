"""What there is to pay before the first call: imports, and what comes with an installation."""

import json
import subprocess
import sys
from dataclasses import dataclass

from .machinery import ROOT, run, serving

OURS, NAMES = "import sessionbay", "from sessionbay import AsyncAgentBay, AgentBay"
HTTPX, HELP = "import httpx", "sessionbay --help"
FIRST_OURS, FIRST_HTTPX = "first answer, sessionbay, sync", "first answer, bare `httpx.Client`"
FIRST_ASYNC = "first answer, sessionbay, async"
BEFORE = ", before"
STATEMENTS = {
    HTTPX: HTTPX,
    OURS: OURS,
    NAMES: NAMES,
    HELP: "import sys; sys.argv = ['sessionbay', '--help']; from sessionbay.cli import main; main()",
    FIRST_HTTPX: "import httpx; httpx.Client().post('{}/?Action=CreateMcpSession')",
    FIRST_OURS: "from sessionbay import AgentBay; AgentBay('bench', endpoint='{}').create()",
    FIRST_ASYNC: "import asyncio; from sessionbay import AsyncAgentBay;"
    " asyncio.run(AsyncAgentBay('bench', endpoint='{}').create())",
}
OFFICIAL = "from agentbay import AsyncAgentBay, AgentBay"
TIMED = """
import time
begin = time.process_time()
try:
    {}
except SystemExit:
    pass
print(time.process_time() - begin)
"""
COUNTED = """
from importlib.metadata import distributions
print(len({found.name for found in distributions()} - {"pip", "setuptools"}))
"""


@dataclass(frozen=True)
class Start:
    """CPU seconds of programs that do one thing, and how many distributions an installation brings."""

    cpu: dict[str, float]
    distributions: dict[str, int]

    def ratio(self, above: str, below: str) -> float | None:
        """Return the ratio of two programs, None if one was not measured."""
        return self.cpu[above] / self.cpu[below] if {above, below} <= self.cpu.keys() else None


def measured_start(official: str, before: str, times: int) -> Start:
    """Measure all of it, the best of so many fresh processes each, which take turns.

    Args:
        official: The Python that has the official SDK, empty if there is none.
        before: The Python that has the build to compare with, empty if there is none.
        times: How many.
    """
    programs = {what: (sys.executable, statement) for what, statement in STATEMENTS.items()}
    if before:
        programs |= {what + BEFORE: (before, STATEMENTS[what]) for what in (OURS, NAMES, FIRST_OURS)}
    if official:
        programs[OFFICIAL] = official, OFFICIAL
    taken: dict[str, list[float]] = {what: [] for what in programs}
    with serving(latency=0.0, transition=0.0) as server:
        for _ in range(times):
            for what, (python, statement) in programs.items():
                program = TIMED.format(statement.format(f"http://{server.plain}"))
                taken[what].append(float(run(python, "-c", program)))
    return Start({what: min(each) for what, each in taken.items()}, distributions(official))


def distributions(official: str) -> dict[str, int]:
    """Return how many distributions an installation brings; for the official SDK, how many its environment has."""
    report = ["install", "--quiet", "--dry-run", "--ignore-installed", "--report", "-", "."]
    done = subprocess.run([sys.executable, "-m", "pip", *report], cwd=ROOT, capture_output=True, text=True, check=True)
    counted = {"sessionbay": len(json.loads(done.stdout)["install"])}
    if official:
        counted["official SDK"] = int(run(official, "-c", COUNTED))
    return counted
