"""Starts that the processes of one machine share."""

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from sessionbay.environment import BaseClock
from sessionbay.rate_limit_file import reserve_slot

GAP = 0.5


class Still(BaseClock):
    """A time that stands still."""

    now = 1_000_000.0

    def time(self) -> float:
        return self.now


def test_the_first_start_is_at_once_and_each_next_one_a_gap_later() -> None:
    assert [reserve_slot("account", GAP, Still()) for _ in range(3)] == [0.0, GAP, 2 * GAP]


def test_accounts_do_not_wait_for_each_other() -> None:
    assert [reserve_slot(name, GAP, Still()) for name in ("one", "another")] == [0.0, 0.0]


def test_another_process_takes_its_turn_in_the_same_line() -> None:
    code = """
from sessionbay.environment import BaseClock
from sessionbay.rate_limit_file import reserve_slot
class Still(BaseClock):
    def time(self): return 1_000_000.0
reserve_slot("account", 0.5, Still())
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=100)
    assert reserve_slot("account", GAP, Still()) == GAP


@pytest.mark.parametrize("wrong", ["", "no number", "9999999999", "nan"])
def test_a_file_that_is_wrong_is_made_anew(wrong: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SESSIONBAY_HOME", str(tmp_path))
    reserve_slot("account", GAP, Still())
    (file,) = tmp_path.glob("pace-*")
    file.write_text(wrong)
    assert [reserve_slot("account", GAP, Still()) for _ in range(2)] == [0.0, GAP]


def test_the_file_does_not_contain_the_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SESSIONBAY_HOME", str(tmp_path))
    reserve_slot("https://cloud.example akm-canary", GAP, Still())
    (file,) = tmp_path.glob("pace-*")
    assert "canary" not in file.name + file.read_text()
    assert file.stat().st_mode & 0o077 == 0


def test_without_a_place_for_the_file_a_process_goes_by_itself_and_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SESSIONBAY_HOME", str(tmp_path / "file"))
    with caplog.at_level(logging.WARNING):
        assert reserve_slot("account", GAP, Still()) == GAP
    assert "not shared with other processes" in caplog.text
