"""How much disk a session takes, on a disk that others use too."""

import ctypes
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sessionbay.engine.agent.inside import disk
from sessionbay.engine.agent.inside.disk import DiskUsage
from sessionbay.engine.agent.inside.hidden_files import HiddenFiles

from .processes import ENOUGH

LIMITS = {"disk": 10_000, "files": 0}
OPEN = [os.getpid()]


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


@pytest.fixture
def sent(tmp_path: Path) -> Iterator[socket.socket]:
    """Give a socket in whose queue is the only descriptor of a deleted file."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        with open(tmp_path / "sent", "wb") as file:
            socket.send_fds(ours, [b"x"], [file.fileno()])
        (tmp_path / "sent").unlink()
        yield theirs


def test_what_the_disk_has_lost_counts_while_a_process_holds_files_that_cannot_be_measured(
    tmp_path: Path, free: SimpleNamespace, sent: socket.socket
) -> None:
    space = DiskUsage([str(tmp_path)])
    free.f_bfree -= 8000
    (tmp_path / "visible").write_bytes(bytes(4096))
    visible, _ = space.count(OPEN)
    assert space.unexplained == 8000 - visible
    assert list(space.holders) == OPEN
    free.f_bfree -= 3000
    assert space.may_exceed(LIMITS, used=False)
    space.count(OPEN)
    assert space.unexplained == 11_000 - visible


def test_what_the_disk_has_lost_does_not_count_without_such_files(tmp_path: Path, free: SimpleNamespace) -> None:
    space = DiskUsage([str(tmp_path)])
    free.f_bfree -= 8000
    space.count([])
    assert (space.unexplained, space.holders) == (0, {})


def test_files_that_one_search_misses_still_count(tmp_path: Path, free: SimpleNamespace, sent: socket.socket) -> None:
    space = DiskUsage([str(tmp_path)])
    free.f_bfree -= 8000
    space.count(OPEN)
    space.count([])
    assert space.unexplained == 8000
    space.count([])
    assert space.unexplained == 0


def test_a_deleted_file_that_is_open_only_in_one_thread_is_measured(tmp_path: Path) -> None:
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        ctypes.CDLL(None).unshare(0x400)  # CLONE_FILES: from here on, the thread has descriptors of its own
        with open(tmp_path / "file", "wb") as file:
            file.write(bytes(65536))
            file.flush()
            (tmp_path / "file").unlink()
            held.set()
            done.wait(ENOUGH)

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        assert held.wait(ENOUGH)
        assert HiddenFiles(OPEN, {tmp_path.stat().st_dev}).on_disk >= 65536
    finally:
        done.set()
        thread.join()
    assert HiddenFiles(OPEN, {tmp_path.stat().st_dev}).on_disk == 0
