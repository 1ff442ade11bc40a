"""``sessionbay doctor``: check what the local engine can use on this machine, and how to fix the rest."""

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from rich.console import Console
from rich.markup import escape

from ..engine.discovery import find
from ..engine.images import RUNTIMES
from ..engine.sandbox.backends import Report, probe, session_uid, test_nat, weakness, write_agent
from ..engine.sandbox.capabilities import Isolation
from ..engine.sandbox.control_groups import find_groups
from ..engine.workdir import make_folder, remove_tree
from .desktop import check_desktop
from .finding import Finding

WATCHED = "watched by the session's agent, which acts within a moment"
GROUPS_FIX = "systemd-run --user --scope sessionbay serve, or run the engine as root"


async def examine() -> list[Finding]:
    """Run all checks, those of the strongest sandbox first."""
    return [*await _sandboxes(), *_runtimes(), _daemon()]


def show(findings: list[Finding], console: Console) -> None:
    """Print the findings."""
    group = ""
    for one in findings:
        if one.group != group:
            group = one.group
            console.print(f"[bold]{group}[/]")
        mark = "[green]yes[/]" if one.works else "[red] no[/]"
        console.print(f"  {mark}  {one.name:<12}{escape(one.detail)}", soft_wrap=True, highlight=False)
        if one.fix:
            console.print(f"                   to fix it: {escape(one.fix)}", soft_wrap=True, highlight=False)


def is_well(findings: list[Finding]) -> bool:
    """Return whether the isolation that ``sessionbay serve`` requires works."""
    return next(one.works for one in findings if one.group == "isolation")


async def _sandboxes() -> list[Finding]:
    """Run the self-test of each kind of sandbox, and of the strongest one's network and limits."""
    folder, lock = make_folder()
    try:
        shared = write_agent(folder)
        reports = [(await probe(isolation, shared, "none"))[-1] for isolation in get_args(Isolation)]
        findings = [_sandbox(report) for report in reports]
        best = next((report for report in reports if report.make), None)
        return [*findings, await _network(best, shared), *_limits(folder), *check_desktop(best)]
    finally:
        await remove_tree(folder)
        lock.close()


def _sandbox(report: Report) -> Finding:
    if report.capabilities is None:
        return Finding("isolation", report.isolation, works=False, detail=report.reason, fix=report.fix)
    return Finding("isolation", report.isolation, works=True, detail=weakness(report.capabilities))


async def _network(best: Report | None, shared: Path) -> Finding:
    """Check whether sessions can reach the internet and nothing else."""
    if best is None or best.isolation != "namespaces":
        detail = "sessions share this machine's network" if best else "there are no sessions"
        return Finding("network", "nat", works=False, detail=detail, fix="namespaces, as above")
    reason, fix = await test_nat(best, shared)
    return Finding("network", "nat", works=not reason, detail=reason, fix=fix if reason else "")


def _limits(folder: Path) -> Iterator[Finding]:
    """Say who keeps the limits on a whole session: the kernel, where the engine can make control groups."""
    groups = find_groups(folder, session_uid())
    detail = f"kept by the kernel ({groups.hierarchy.name})" if groups else f"{WATCHED}; no control groups"
    yield Finding("limits", "memory", works=groups is not None, detail=detail, fix="" if groups else GROUPS_FIX)
    for name in ("disk", "files"):
        yield Finding("limits", name, works=True, detail=WATCHED)
    if groups:
        groups.remove()


def _runtimes() -> Iterator[Finding]:
    """Look for the programs that sessions use."""
    for runtime in RUNTIMES:
        if path := runtime.find():
            yield Finding("runtime", runtime.name, works=True, detail=path)
        else:
            yield Finding("runtime", runtime.name, works=False, detail=f"for {runtime.use}", fix=runtime.install)


def _daemon() -> Finding:
    try:
        engine = find()
    except PermissionError as exc:
        return Finding("shared engine", "serving", works=False, detail=str(exc))
    if engine is None:
        return Finding("shared engine", "serving", works=False, detail="none", fix="sessionbay serve --detach")
    return Finding("shared engine", "serving", works=True, detail=engine.endpoint)
