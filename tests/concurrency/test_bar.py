"""The ready-made bar."""

import sys
from io import StringIO

import pytest
from rich.console import Console

from sessionbay import AgentBayUsageError, Progress, progress_bar


def drawn(*seen: Progress) -> str:
    """Return what the bar draws for these."""
    page = StringIO()
    show = progress_bar("jobs", Console(file=page, width=100, force_terminal=True, color_system=None))
    for progress in seen:
        show(progress)
    return page.getvalue()


def test_the_bar_shows_the_counts() -> None:
    page = drawn(
        Progress(total=4), Progress(total=4, done=3, failed=1), Progress(total=4, done=4, failed=1, ended=True)
    )
    assert "jobs" in page
    assert "4/4" in page
    assert "1 failed" in page


def test_the_bar_does_without_a_total() -> None:
    assert "2/?" in drawn(Progress(total=None), Progress(total=None, done=2, ended=True))


def test_without_rich_the_bar_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rich.console", None)
    with pytest.raises(AgentBayUsageError, match="\\.\\[local\\]"):
        progress_bar()
