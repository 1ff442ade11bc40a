"""The scripts that write pages from the code, run on this repository or on a copy of it."""

import shutil
import subprocess
import sys
from pathlib import Path

from .pages import ROOT


def check(script: str, root: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run a script's check of the repository at ``root``."""
    command = [sys.executable, str(root / "scripts" / script), "--check"]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=200, check=False)


def copied(to: Path, *parts: str) -> Path:
    """Copy what a script reads and writes."""
    for part in parts:
        shutil.copytree(ROOT / part, to / part, ignore=shutil.ignore_patterns("__pycache__", ".mypy_cache"))
    return to
