"""The pages of docs/api: they are what the docstrings say, and the check notices when they are not."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .pages import ROOT

pytest.importorskip("griffe")


def check(root: Path) -> subprocess.CompletedProcess[str]:
    """Run the check of the repository at ``root``."""
    command = [sys.executable, str(root / "scripts" / "generate_docs.py"), "--check"]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Give a copy of what the script reads and writes."""
    for part in ("scripts", "docs/api", "src/sessionbay"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__", ".mypy_cache"))
    return tmp_path


def test_the_api_pages_are_up_to_date() -> None:
    done = check(ROOT)
    assert done.returncode == 0, done.stderr


def test_the_check_names_each_page_that_is_changed_missing_or_left_over(copy: Path) -> None:
    api = copy / "docs" / "api"
    with (api / "errors.md").open("a") as page:
        page.write("a word too many\n")
    (api / "sync" / "client.md").unlink()
    (api / "gone.md").write_text("about a class that is no more\n")
    done = check(copy)
    assert done.returncode != 0
    named = [line.strip().removeprefix(f"{api}/") for line in done.stderr.splitlines()[1:]]
    assert named == ["errors.md", "gone.md", "sync/client.md"]
