"""The Python of the README and the guides: it runs, it prints what it says, it type-checks."""

import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from sessionbay import AgentBay
from sessionbay.engine.images import CHROMIUM

from ..engine.desktop.needs import missing
from ..inside import serves_on_a_port
from .pages import GUIDES, ROOT, Block, blocks, name, run

TESTED = [path for path in GUIDES if "def test_" in path.read_text("utf-8")]
RUN = [path for path in GUIDES if path not in TESTED]


@serves_on_a_port
@pytest.mark.parametrize("path", RUN, ids=name)
@pytest.mark.filterwarnings("ignore::sessionbay.engine.IsolationWarning")
def test_the_blocks_of_a_page_run_and_print_what_they_say_and_leave_no_session(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if path.name == "desktop.md":
        if missing or shutil.which("xterm") is None:
            pytest.skip(str(missing or "apt-get install xterm"))
        monkeypatch.chdir(tmp_path)  # where it saves a picture
    with AgentBay() as bay:
        if "browser_latest" in path.read_text("utf-8") and not can_browse(bay):
            pytest.skip(f"the page needs isolation by namespaces, and a browser: {CHROMIUM.install}")
        before = bay.list().total_count
        run([block for block in blocks(path) if block.runs], {"__name__": "__main__"})
        assert bay.list().total_count == before


def can_browse(bay: AgentBay) -> bool:
    """Return whether the engine can start a browser."""
    if CHROMIUM.find() is None:
        return False
    with bay.session() as session:
        started = session.browser.initialize()
        assert started or started.code == "IsolationTooWeak", started.error_message
        return started.success


@pytest.mark.parametrize("path", TESTED, ids=name)
def test_the_tests_of_a_page_pass(path: Path, tmp_path: Path) -> None:
    code = "\n\n".join(block.code for block in blocks(path) if block.runs)
    (tmp_path / "pytest.ini").write_text("[pytest]\nfilterwarnings = ignore::sessionbay.engine.IsolationWarning\n")
    (tmp_path / "test_page.py").write_text(code, "utf-8")
    # A folder of its own: or this run would remove, before it ends, what earlier ones left, of the whole suite maybe.
    options = ["-q", "-p", "no:cacheprovider", "--basetemp", str(tmp_path / "temporary")]
    command = [sys.executable, "-m", "pytest", *options, "test_page.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_blocks_that_do_not_run_are_rare() -> None:
    found = [block for path in GUIDES for block in blocks(path)]
    skipped = [f"{block.page}:{block.line}" for block in found if not block.runs]
    assert len(skipped) <= 3, skipped


def test_the_blocks_of_all_pages_are_strictly_typed(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    for number, path in enumerate(GUIDES):
        (tmp_path / f"page_{number}_{path.stem.replace('-', '_').lower()}.py").write_text(
            as_module(blocks(path)), "utf-8"
        )
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", str(tmp_path)]
    environment = {**os.environ, "MYPY_FORCE_COLOR": "0"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def as_module(found: list[Block]) -> str:
    """Return the blocks of a page as a module; where one of them awaits, all are the body of one async function."""
    code = "\n".join(block.code for block in found)
    if not any(block.awaits() for block in found):
        return code
    return "async def page() -> None:\n" + textwrap.indent(code, "    ")
