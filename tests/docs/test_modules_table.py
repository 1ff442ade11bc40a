"""The table of the modules: it is what the code says, and no method of the cloud's own client is missing."""

from pathlib import Path

import pytest

from .generated import check, copied

SCRIPT = "generate_modules.py"
PAGE = "docs/internals/modules.md"
NAMES = "scripts/data/modules.json"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Give a copy of what the script reads and writes."""
    return copied(tmp_path, "scripts", "docs", "src", "tests/_async", "tests/async_only")


def test_the_table_of_the_modules_is_up_to_date() -> None:
    done = check(SCRIPT)
    assert done.returncode == 0, done.stderr


def test_the_check_notices_a_line_that_is_not_so(copy: Path) -> None:
    page = copy / PAGE
    page.write_text(page.read_text("utf-8").replace("| AgentBay | served |", "| both | served |", 1), "utf-8")
    done = check(SCRIPT, copy)
    assert done.returncode != 0
    assert PAGE in done.stderr


def test_the_check_notices_a_method_that_the_client_lacks(copy: Path) -> None:
    names = copy / NAMES
    names.write_text(names.read_text("utf-8").replace('"create_directory":', '"brew_coffee":', 1), "utf-8")
    done = check(SCRIPT, copy)
    assert done.returncode != 0
    assert "file_system.brew_coffee" in done.stderr
