"""The pages of docs/api: they are what the docstrings say, and the check notices when they are not."""

from pathlib import Path

import pytest

from .generated import check, copied

pytest.importorskip("griffe")
SCRIPT = "generate_docs.py"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Give a copy of what the script reads and writes."""
    return copied(tmp_path, "scripts", "docs/api", "src/sessionbay")


def test_the_api_pages_are_up_to_date() -> None:
    done = check(SCRIPT)
    assert done.returncode == 0, done.stderr


def test_the_check_names_each_page_that_is_changed_missing_or_left_over(copy: Path) -> None:
    api = copy / "docs" / "api"
    with (api / "errors.md").open("a") as page:
        page.write("a word too many\n")
    (api / "sync" / "client.md").unlink()
    (api / "gone.md").write_text("about a class that is no more\n")
    done = check(SCRIPT, copy)
    assert done.returncode != 0
    named = [line.strip().removeprefix(f"{api}/") for line in done.stderr.splitlines()[1:]]
    assert named == ["errors.md", "gone.md", "sync/client.md"]
