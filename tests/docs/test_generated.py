"""The page of public names: it agrees with the docstrings, and the check notices when it does not."""

from pathlib import Path

import pytest

from .generated import check, copied

pytest.importorskip("griffe")
SCRIPT = "generate_docs.py"
PAGE = "docs/reference/names.md"


def test_the_page_of_names_is_up_to_date() -> None:
    result = check(SCRIPT)
    assert result.returncode == 0, result.stderr


def test_the_check_notices_a_line_that_differs(tmp_path: Path) -> None:
    page = copied(tmp_path, "scripts", "docs", "src") / PAGE
    page.write_text(page.read_text("utf-8").replace("`AsyncSession`", "`AsyncSessions`", 1), "utf-8")
    result = check(SCRIPT, tmp_path)
    assert result.returncode != 0
    assert PAGE in result.stderr
