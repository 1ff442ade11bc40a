"""The table of what the engine serves: it is what the code says, and the check notices when it is not."""

import shutil
import subprocess
import sys
from pathlib import Path

from .pages import ROOT

PAGE = "docs/coverage.md"


def check(root: Path) -> subprocess.CompletedProcess[str]:
    """Run the check of the repository at ``root``."""
    command = [sys.executable, str(root / "scripts" / "generate_coverage.py"), "--check"]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=60, check=False)


def test_the_table_of_coverage_is_up_to_date() -> None:
    done = check(ROOT)
    assert done.returncode == 0, done.stderr


def test_the_check_notices_a_line_that_is_not_so(tmp_path: Path) -> None:
    for part in ("scripts", "docs"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    page = tmp_path / PAGE
    page.write_text(page.read_text("utf-8").replace("refused: it is for phones", "served", 1), "utf-8")
    done = check(tmp_path)
    assert done.returncode != 0
    assert PAGE in done.stderr


def test_the_check_notices_a_name_that_is_neither_served_nor_refused(tmp_path: Path) -> None:
    for part in ("scripts", "docs"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    names = tmp_path / "scripts" / "data" / "clouds.json"
    names.write_text(names.read_text("utf-8").replace('"ApplyMqttToken"', '"BrewCoffee"'), "utf-8")
    done = check(tmp_path)
    assert done.returncode != 0
    assert "BrewCoffee" in done.stderr
