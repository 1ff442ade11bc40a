"""Choosing the sandbox: each kind proves itself by running."""

import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from ..agent.line import AgentFailure, AgentGone
from .base import Hardening, Isolation, Network, Sandbox, SandboxError, Spec
from .bwrap import BwrapSandbox, base_interpreter, write_shared
from .process import ProcessSandbox

Wanted = Literal["auto", "namespaces", "process"]
AGENT = Path(__file__).parents[1] / "agent" / "inside"
FIRST_UID = 200_000
SYSTEM_PYTHONS = ("/usr/bin/python3", "/usr/local/bin/python3")
WEAK = "sessions of the local engine are plain processes: they see this machine's files and network"
INSTALL = "apt-get install bubblewrap (Debian, Ubuntu), dnf install bubblewrap (Fedora), pacman -S bubblewrap (Arch)"
ALLOW = (
    "allow unprivileged user namespaces: on Ubuntu 24.04 and later"
    " sysctl -w kernel.apparmor_restrict_unprivileged_userns=0; in Docker --security-opt seccomp=unconfined"
)


@dataclass(frozen=True)
class Report:
    """What the self-test of one kind of sandbox has shown.

    Attributes:
        make: Makes such a sandbox; None when the test failed.
        python: The interpreter that its agents run on.
        reason: Why it failed.
        fix: What would make it work.
    """

    isolation: Isolation
    make: Callable[[Spec], Sandbox] | None = None
    python: str = ""
    reason: str = ""
    fix: str = ""


@dataclass(frozen=True)
class Backend:
    """The kind of sandbox that an engine uses, and what it makes them from; ``weakness`` is to be said aloud."""

    isolation: Isolation
    make: Callable[[Spec], Sandbox]
    python: str
    shared: Path
    network: Network
    weakness: str
    hardening: Hardening = Hardening()

    def sandbox(self, root: Path) -> Sandbox:
        """Return a sandbox, not started, whose folder is ``root``."""
        spec = Spec(root, self.shared, self.python, session_uid(), self.network, hardening=self.hardening)
        return self.make(spec)


async def choose(wanted: Wanted, shared: Path, network: Network = "none") -> Backend:
    """Return the strongest kind that is wanted and works."""
    if sys.platform != "linux":
        raise SandboxError("the local engine needs Linux: use WSL, a virtual machine, or the cloud")
    reports = await probe(wanted, shared, network)
    best = reports[-1]
    if best.make is None:
        failed = "; ".join(f"{report.isolation}: {report.reason}" for report in reports)
        raise SandboxError(f"no sandbox of the kind {wanted!r} works here ({failed}). To mend it: {reports[0].fix}")
    why = f" because {reports[0].reason}. To mend it: {reports[0].fix}" if len(reports) > 1 else ""
    weakness = f"{WEAK}{why}" if best.isolation == "process" else ""
    return Backend(best.isolation, best.make, best.python, shared, network, weakness)


async def probe(wanted: Wanted, shared: Path, network: Network) -> list[Report]:
    """Return the reports of the kinds that are wanted, strongest first, up to the first that works."""
    reports: list[Report] = []
    if wanted in ("auto", "namespaces"):
        reports.append(await _test_namespaces(shared, network))
    if wanted == "process" or (wanted == "auto" and reports[-1].make is None):
        reports.append(await _test("process", ProcessSandbox, shared, network))
    return reports


async def _test_namespaces(shared: Path, network: Network) -> Report:
    if shutil.which("bwrap") is None:
        return Report("namespaces", reason="bubblewrap is not installed", fix=INSTALL)
    report = await _test("namespaces", BwrapSandbox, shared, network)
    if report.make is None:  # bubblewrap before 0.8 cannot forbid further namespaces inside
        report = await _test("namespaces", partial(BwrapSandbox, nested_userns=True), shared, network)
    return report


async def _test(isolation: Isolation, make: Callable[[Spec], Sandbox], shared: Path, network: Network) -> Report:
    """Run a command in such a sandbox, on the first interpreter that can."""
    reason = "there is no Python 3.9 or later that an ordinary user may run"
    for python in _interpreters():
        root = Path(tempfile.mkdtemp(prefix="probe-", dir=shared.parent))
        root.chmod(0o711)
        try:
            await _trial(make(Spec(root, shared, python, session_uid(), network)))
        except (SandboxError, AgentFailure, AgentGone, OSError) as exc:
            reason = str(exc)
        else:
            return Report(isolation, make, python)
        finally:
            shutil.rmtree(root, ignore_errors=True)
    return Report(isolation, reason=reason, fix=ALLOW)


async def _trial(sandbox: Sandbox) -> None:
    agent = await sandbox.start()
    try:
        await agent.ask("run", command="true", timeout=5, keep=1024)
    finally:
        await sandbox.kill()


def _interpreters() -> Iterator[str]:
    """Yield interpreters for the agent, those first that need no further mount."""
    yield from dict.fromkeys(path for path in (*SYSTEM_PYTHONS, base_interpreter()) if os.access(path, os.X_OK))


def session_uid() -> int | None:
    """Return a user for one session when the engine runs as root: a session never does. None is the engine's own."""
    return None if os.geteuid() else FIRST_UID + secrets.randbelow(2**30)


def write_agent(folder: Path) -> Path:
    """Put what sandboxes share, the agent above all, into a new folder that everyone may read; return it."""
    shared = folder / "shared"
    shared.mkdir(mode=0o755)
    shutil.copytree(AGENT, shared / "inside", ignore=shutil.ignore_patterns("__pycache__"))
    for path in (shared, *shared.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    write_shared(shared)
    return shared
