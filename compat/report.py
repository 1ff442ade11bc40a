"""The table of results, in Markdown."""

import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

BEGIN, END = "<!-- written by nox -s compat -- --write -->", "<!-- end of what the checks wrote -->"
CLIENTS = {"agentbay": ("AgentBay", "wuying-agentbay-sdk"), "agb": ("AGB", "agbcloud-sdk")}
RIGHT, DEFECT, WRONG = "right", "client's defect", "**wrong**"


@dataclass
class Check:
    """One check: the cloud's client, the area, and the outcome for each flavour of the client."""

    cloud: str
    area: str
    name: str
    defect: str = ""
    outcomes: dict[str, str] = field(default_factory=dict)

    def add(self, flavour: str, passed: bool) -> None:
        """Record a run; the check is wrong if any run was wrong."""
        if not passed:
            self.outcomes[flavour] = WRONG
        else:
            self.outcomes.setdefault(flavour, DEFECT if self.defect else RIGHT)


def report(checks: Sequence[Check]) -> str:
    """Return the tables of the tested clients."""
    parts = [f"Python {platform.python_version()}, {platform.system()}."]
    for cloud, (title, distribution) in CLIENTS.items():
        found = [check for check in checks if check.cloud == cloud]
        if found:
            parts += [f"### {title}: {distribution} {version(distribution)}", _sum(found), _table(found)]
    defects = [check for cloud in CLIENTS for check in checks if check.defect and check.cloud == cloud]
    if defects:
        parts += ["### Defects of the official clients", _defects(defects)]
    return "\n\n".join(parts)


def write(page: Path, text: str) -> None:
    """Put ``text`` between the marks of a page."""
    before, _, rest = page.read_text("utf-8").partition(BEGIN)
    page.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{rest.partition(END)[2]}", "utf-8")


def _sum(checks: Sequence[Check]) -> str:
    outcomes = [outcome for check in checks for outcome in check.outcomes.values()]
    counted = ", ".join(f"{outcomes.count(word)} {word}" for word in (RIGHT, DEFECT, WRONG) if word in outcomes)
    return f"{len(checks)} checks: {counted}."


def _table(checks: Sequence[Check]) -> str:
    flavours = sorted({flavour for check in checks for flavour in check.outcomes}, reverse=True)
    rows = [[check.area, check.name, *(check.outcomes.get(flavour, "") for flavour in flavours)] for check in checks]
    return _lines(["About", "Check", *flavours], rows)


def _defects(checks: Sequence[Check]) -> str:
    return _lines(["Client", "Check", "What it does"], [[CLIENTS[c.cloud][0], c.name, c.defect] for c in checks])


def _lines(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(line)} |" for line in [heads, ["---"] * len(heads), *rows])
