"""The table of faults: it is what the matrix brings, and the check notices when it is not."""

from pathlib import Path

from .generated import check, copied

SCRIPT = "generate_fault_table.py"
PAGE = "docs/internals/faults.md"


def test_the_table_of_faults_is_up_to_date() -> None:
    done = check(SCRIPT)
    assert done.returncode == 0, done.stderr


def test_the_check_notices_a_cell_that_is_not_so(tmp_path: Path) -> None:
    page = copied(tmp_path, "scripts", "tests", "docs") / PAGE
    page.write_text(page.read_text("utf-8").replace("unreachable, unknown", "success", 1), "utf-8")
    done = check(SCRIPT, tmp_path)
    assert done.returncode != 0
    assert PAGE in done.stderr
