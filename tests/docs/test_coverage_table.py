"""The table of what the engine serves: it is what the code says, and the check notices when it is not."""

from pathlib import Path

from .generated import check, copied

SCRIPT = "generate_coverage.py"
PAGE = "docs/internals/coverage.md"


def test_the_table_of_coverage_is_up_to_date() -> None:
    done = check(SCRIPT)
    assert done.returncode == 0, done.stderr


def test_the_check_notices_a_line_that_is_not_so(tmp_path: Path) -> None:
    page = copied(tmp_path, "scripts", "docs") / PAGE
    reason = "refused: it needs a phone, which only the cloud has"
    assert reason in page.read_text("utf-8")
    page.write_text(page.read_text("utf-8").replace(reason, "served", 1), "utf-8")
    done = check(SCRIPT, tmp_path)
    assert done.returncode != 0
    assert PAGE in done.stderr


def test_the_check_notices_a_name_that_is_neither_served_nor_refused(tmp_path: Path) -> None:
    names = copied(tmp_path, "scripts", "docs") / "scripts" / "data" / "clouds.json"
    names.write_text(names.read_text("utf-8").replace('"ApplyMqttToken"', '"BrewCoffee"'), "utf-8")
    done = check(SCRIPT, tmp_path)
    assert done.returncode != 0
    assert "BrewCoffee" in done.stderr
