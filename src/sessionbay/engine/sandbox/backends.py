"""Selecting the kind of sandbox, by running a command in each."""

import compileall
import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from ...core.engine_choices import IsolationChoice, NetworkChoice
from ..agent.connection import AgentFailure, AgentGone
from ..limits import Limits
from . import pasta
from .bwrap import BwrapSandbox, path_problem, write_shared
from .capabilities import Isolation, SandboxCapabilities
from .control_groups import ControlGroups
from .hardening import Hardening
from .process import ProcessSandbox, UserSandbox
from .programs import interpreters, write_programs
from .sandbox import Sandbox, SandboxError
from .spawner import spawn
from .spec import Network, Spec

AGENT_SOURCE = Path(__file__).parents[1] / "agent" / "inside"
IGNORE_TEMPORARY = shutil.ignore_patterns("*.pyc.*")  # files that another process is compiling
FIRST_UID = 200_000
WEAKNESSES = {
    "namespaces": "",
    "uid": "sessions of the local engine are plain processes of a user of their own: they share this machine's network",
    "process": "sessions of the local engine are plain processes: they share this machine's network and processes",
}
CONFINED = ", and can read its system files"
UNCONFINED = ", and all files that their user can reach, as Landlock is missing (Linux 5.13 and later have it)"
INSTALL_HINT = (
    "apt-get install bubblewrap (Debian, Ubuntu), dnf install bubblewrap (Fedora), pacman -S bubblewrap (Arch)"
)
ALLOW_HINT = (
    "allow unprivileged user namespaces: on Ubuntu 24.04 and later"
    " sysctl -w kernel.apparmor_restrict_unprivileged_userns=0; in Docker --security-opt seccomp=unconfined"
)


@dataclass(frozen=True)
class Report:
    """The result of the self-test of one kind of sandbox.

    Attributes:
        make: Creates such a sandbox; None if the test failed.
        python: The interpreter of its agents.
        capabilities: The properties of the sandbox of the test.
        reason: Why the test failed.
        fix: How to make it pass.
    """

    isolation: Isolation
    make: Callable[[Spec], Sandbox] | None = None
    python: str = ""
    capabilities: SandboxCapabilities | None = None
    reason: str = ""
    fix: str = ""


@dataclass(frozen=True)
class Backend:
    """The kind of sandbox that an engine uses.

    Attributes:
        weakness: A warning about what it lacks; empty for namespaces.
        no_network: Why sessions have no network, and how to enable it; empty if they have one or want none.
        groups: Where sessions get control groups; None where the engine can make none.
    """

    isolation: Isolation
    make: Callable[[Spec], Sandbox]
    python: str
    shared: Path
    network: Network
    weakness: str
    no_network: str = ""
    hardening: Hardening = field(default_factory=Hardening)
    groups: ControlGroups | None = None

    def sandbox(self, root: Path, limits: Limits) -> Sandbox:
        """Return a new sandbox in the folder ``root``."""
        spec = Spec(root, self.shared, self.python, session_uid(), self.network, limits, self.hardening, self.groups)
        return self.make(spec)

    def path_problem(self, path: str) -> str:
        """Return why a new session cannot write to a path, or an empty string."""
        if self.isolation == "namespaces":
            return path_problem(Spec(Path("/"), self.shared, self.python, None, self.network), path)
        problem = f"with {self.isolation} isolation, sessions have the host's paths and cannot write there"
        return f"{problem}: bind the context to a folder in the session's home after its creation"


async def choose(wanted: IsolationChoice, shared: Path, network: NetworkChoice = "none") -> Backend:
    """Return the strongest of the requested kinds that works."""
    if sys.platform != "linux":
        raise SandboxError("the local engine needs Linux: use WSL, a virtual machine, or the cloud")
    reports = await probe(wanted, shared, "host" if network == "host" else "none")
    best = reports[-1]
    if best.make is None or best.capabilities is None:
        failed = "; ".join(f"{report.isolation}: {report.reason}" for report in reports)
        raise SandboxError(f"no sandbox of the kind {wanted!r} works here ({failed}). To fix it: {reports[0].fix}")
    available, no_network = await choose_network(network, best, shared)
    why = f" because {reports[0].reason}. To fix it: {reports[0].fix}" if len(reports) > 1 else ""
    return Backend(
        best.isolation, best.make, best.python, shared, available, f"{weakness(best.capabilities)}{why}", no_network
    )


def weakness(capabilities: SandboxCapabilities) -> str:
    """Return the warning about a kind of sandbox, empty for namespaces."""
    text = WEAKNESSES[capabilities.isolation]
    return text and text + (CONFINED if capabilities.landlock else UNCONFINED)


async def probe(wanted: IsolationChoice, shared: Path, network: Network) -> list[Report]:
    """Test the requested kinds, strongest first, until one works; return the reports."""
    reports: list[Report] = []
    for kind, test in _TESTS.items():
        if wanted in (kind, "auto"):
            reports.append(await test(shared, network))
            if reports[-1].make:
                break
    return reports


async def choose_network(wanted: NetworkChoice, best: Report, shared: Path) -> tuple[Network, str]:
    """Return the network of sessions of this kind, and why it is ``none`` if ``auto`` finds no other."""
    if best.isolation != "namespaces":
        return "host", ""
    if wanted in ("none", "host"):
        return wanted, ""
    reason, fix = await test_nat(best, shared)
    if not reason:
        return "nat", ""
    if wanted == "nat":
        raise SandboxError(f"sessions cannot have the network 'nat' here: {reason}. To fix it: {fix}")
    return "none", f"sessions have no network: {reason}. To fix it: {fix}"


async def test_nat(best: Report, shared: Path) -> tuple[str, str]:
    """Run a command in a sandbox behind pasta; return the reason of a failure and its fix."""
    if shutil.which("pasta") is None:
        return "pasta is not installed", pasta.INSTALL_HINT
    if not pasta.device_opens(session_uid()):
        return "/dev/net/tun cannot be opened by a session's user", pasta.ALLOW_HINT
    assert best.make is not None  # noqa: S101  # it has passed its test
    report = await _test_with(best.isolation, best.make, best.python, shared, "nat")
    return report.reason, pasta.ALLOW_HINT if "tun" in report.reason else pasta.INSTALL_HINT


async def _test_namespaces(shared: Path, network: Network) -> Report:
    if shutil.which("bwrap") is None:
        return Report("namespaces", reason="bubblewrap is not installed", fix=INSTALL_HINT)
    report = await _test("namespaces", BwrapSandbox, shared, network)
    if report.make is None:  # bubblewrap before 0.8 cannot forbid further namespaces inside
        older = await _test("namespaces", partial(BwrapSandbox, nested_userns=True), shared, network)
        report = older if older.make else report
    return report


async def _test_users(shared: Path, network: Network) -> Report:
    if os.geteuid():
        return Report("uid", reason="only root can give each session a user of its own", fix=ALLOW_HINT)
    return await _test("uid", UserSandbox, shared, network)


async def _test_processes(shared: Path, network: Network) -> Report:
    return await _test("process", ProcessSandbox, shared, network)


_TESTS = {"namespaces": _test_namespaces, "uid": _test_users, "process": _test_processes}


async def _test(isolation: Isolation, make: Callable[[Spec], Sandbox], shared: Path, network: Network) -> Report:
    """Run a command in a sandbox on the first interpreter that works; else return the first failure."""
    failed: Report | None = None
    for python in interpreters():
        report = await _test_with(isolation, make, python, shared, network)
        if report.make:
            return report
        failed = failed or report
    reason = "no Python 3.9 or later is executable for ordinary users"
    return failed or Report(isolation, reason=reason, fix="install one, as /usr/bin/python3")


async def _test_with(
    isolation: Isolation, make: Callable[[Spec], Sandbox], python: str, shared: Path, network: Network
) -> Report:
    root = Path(tempfile.mkdtemp(prefix="probe-", dir=shared.parent))
    root.chmod(0o711)
    write_programs(shared / "bin", python)
    sandbox = make(Spec(root, shared, python, session_uid(), network))
    try:
        agent = await sandbox.start()
        try:
            await agent.request("run", command="true", timeout=5, max_output=1024)
            return Report(isolation, make, python, sandbox.capabilities)
        finally:
            await sandbox.kill()
    except (SandboxError, AgentFailure, AgentGone, OSError) as exc:
        return Report(isolation, reason=str(exc), fix=ALLOW_HINT)
    finally:
        await spawn(partial(shutil.rmtree, root, ignore_errors=True))


def session_uid() -> int | None:
    """Return a user for one session if the engine runs as root, else None: the engine's user."""
    return None if os.geteuid() else FIRST_UID + secrets.randbelow(2**30)


def write_agent(folder: Path) -> Path:
    """Create the world-readable folder of what sandboxes share: the agent and the generated system files."""
    shared = folder / "shared"
    shared.mkdir(mode=0o755)
    inside = shared / "inside"
    compileall.compile_dir(AGENT_SOURCE, quiet=2)  # cached for later engines, if the folder is writable
    shutil.copytree(AGENT_SOURCE, inside, ignore=IGNORE_TEMPORARY)
    compileall.compile_dir(inside, quiet=2)  # agents cannot write there, and would compile at each start
    for name in ("bin", "packages"):  # written to, and mounted on
        (shared / name).mkdir()
    for path in (shared, *shared.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    write_shared(shared)
    return shared
