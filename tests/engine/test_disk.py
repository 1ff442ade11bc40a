"""How much disk a session takes, on a disk that others use too."""

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sessionbay.engine.agent.inside import disk
from sessionbay.engine.agent.inside.disk import DiskUsage

LIMITS = {"disk": 10_000, "files": 0}


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Give a clock to be set, which nobody else goes by."""
    clock = SimpleNamespace(value=1000.0)
    monkeypatch.setattr(disk, "time", SimpleNamespace(monotonic=lambda: clock.value))
    return clock


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> SimpleNamespace:
    """Give the disk of the test's folder, whose free space is to be set."""
    space, real = SimpleNamespace(f_bfree=100_000, f_frsize=1, f_ffree=100), os.statvfs

    def reported(path: str) -> Any:
        return SimpleNamespace(**vars(space)) if path == str(tmp_path) else real(path)

    monkeypatch.setattr(os, "statvfs", reported)
    return space


def test_what_the_disk_has_lost_makes_a_session_doubtful(
    tmp_path: Path, now: SimpleNamespace, free: SimpleNamespace
) -> None:
    space = DiskUsage([str(tmp_path)])
    space.count([])
    free.f_bfree -= 10_000
    assert not space.may_exceed(LIMITS, used=False)
    free.f_bfree -= 1
    assert space.may_exceed(LIMITS, used=False)


def test_a_session_that_was_used_is_counted_soon_whatever_others_have_removed(
    tmp_path: Path, now: SimpleNamespace, free: SimpleNamespace
) -> None:
    space = DiskUsage([str(tmp_path)])
    assert space.count([]) == (0, 0)
    tmp_path.joinpath("big").write_bytes(bytes(5000))
    free.f_bfree += 5000
    assert not space.may_exceed(LIMITS, used=True)
    now.value += disk.COUNT_INTERVAL
    assert space.may_exceed(LIMITS, used=False)
    assert space.count([])[0] >= 5000
    now.value += disk.COUNT_INTERVAL
    assert not space.may_exceed(LIMITS, used=False)
