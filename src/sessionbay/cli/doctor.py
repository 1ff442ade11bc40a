"""``sessionbay doctor``: what this machine can do for the local engine."""

from rich.console import Console
from rich.table import Table

from ..engine.folders import make_folder, remove_tree
from ..engine.published import find
from ..engine.sandbox.backends import Report, probe, write_agent


async def examine(console: Console) -> bool:
    """Print what works and what would mend the rest; return whether sessions can be kept in namespaces."""
    folder, _ = make_folder()
    try:
        shared = write_agent(folder)
        reports = [(await probe(wanted, shared, "none"))[0] for wanted in ("namespaces", "process")]
    finally:
        await remove_tree(folder)
    table = Table("isolation", "works", "why not", "to mend it", title="Kinds of sandbox, strongest first")
    for report in reports:
        table.add_row(*_row(report))
    console.print(table)
    published = find()
    console.print(f"Published engine: {published.endpoint if published else 'none'}")
    return reports[0].make is not None


def _row(report: Report) -> tuple[str, str, str, str]:
    return report.isolation, "yes" if report.make else "no", report.reason if not report.make else "", report.fix
