"""The scene of each attack, and what the machine must have for it."""

import ctypes
import os
import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from sessionbay.engine import EngineConfig, IsolationWarning, LocalEngine
from sessionbay.engine.agent.inside import landlock
from sessionbay.engine.desktop.requirements import unmet_here
from sessionbay.engine.images import CHROMIUM
from sessionbay.engine.sandbox.backends import session_uid

from .attack import Attack
from .scene import Scene

REQUIRED = "SESSIONBAY_REQUIRE_NAMESPACES"


@pytest.fixture(scope="package")
def attacked_engine() -> Iterator[LocalEngine]:
    """Give an engine that only the attacks use."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", IsolationWarning)
        with LocalEngine(EngineConfig()) as engine:
            yield engine


@pytest.fixture
def scene(
    attacked_engine: LocalEngine, attack: Attack, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Scene]:
    """Give an attack its scene."""
    for need in attack.needs:
        if reason := missing(need, attacked_engine):
            if need == "namespaces" and REQUIRED in os.environ:
                pytest.fail(reason)
            pytest.skip(reason)
    made = Scene(attacked_engine, monkeypatch, tmp_path)
    with made.ending:
        yield made


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how many attacks succeed."""
    tried = {name: _attacks(terminalreporter, name) for name in ("passed", "failed", "error", "skipped")}
    if not any(tried.values()):
        return
    succeeded = tried["failed"] | tried["error"]
    total = len(tried["passed"] | tried["skipped"] | succeeded)
    skipped = f"; {len(tried['skipped'])} cannot be tried on this machine" if tried["skipped"] else ""
    terminalreporter.write_line(f"{total} attacks, of which {len(succeeded)} succeed{skipped}")


def _attacks(reporter: pytest.TerminalReporter, outcome: str) -> set[str]:
    reports = reporter.stats.get(outcome, [])
    return {report.nodeid for report in reports if "::test_an_attack_is_repelled[" in report.nodeid}


def missing(need: str, engine: LocalEngine) -> str:
    """Return what an attack needs and this machine does not have; empty when it is there."""
    if need == "namespaces" and engine.isolation != "namespaces":
        return "this machine cannot keep sessions in namespaces"
    if need == "groups" and engine._engine.backend.groups is None:
        return "the engine can make no control groups here"
    if need == "root" and os.geteuid():
        return "only root can become another user"
    if need == "user" and os.geteuid() == 0:
        return "root cannot be kept out by permissions"
    if need == "desktop":
        found = unmet_here(engine._engine.backend.python, session_uid())
        return str(found) if found else ""
    if need == "browser" and CHROMIUM.find() is None:
        return f"this machine has no browser: {CHROMIUM.install}"
    if need == "git" and shutil.which("git") is None:
        return "git is not installed"
    if need == "scopes" and landlock.version(ctypes.CDLL(None, use_errno=True)) < 6:
        return "this kernel's Landlock knows no abstract sockets"
    if need == "tiocsti" and Path("/proc/sys/dev/tty/legacy_tiocsti").read_text().strip() != "1":
        return "this kernel allows nobody to push characters into a terminal"
    return ""
