"""What is read of the machine and of the engine's cgroups, and which errors are shortages."""

import errno
import os
import resource
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from sessionbay.engine import machine, own_groups
from sessionbay.engine.machine import Room
from sessionbay.engine.shortage import Shortage, shortage_in, shortage_of

Write = Callable[[str, str], None]


@pytest.fixture
def write(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Write:
    """Give an empty /proc and no control groups, and a function that writes a file there or in a folder of groups."""
    monkeypatch.setattr(machine, "PROC", tmp_path / "proc")
    monkeypatch.setattr(own_groups, "PROCESS", tmp_path / "proc/self")
    monkeypatch.setattr(os, "geteuid", lambda: 0)

    def file(path: str, text: str) -> None:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)

    file("proc/loadavg", "0.1 0.2 0.3 2/500 1234\n")
    file("proc/sys/kernel/pid_max", "32768\n")
    file("proc/sys/kernel/threads-max", "100000\n")
    file("proc/meminfo", "MemTotal: 900 kB\nMemAvailable: 500 kB\n")
    return file


def mounted(write: Write, tmp_path: Path, *mounts: str) -> None:
    """Mount hierarchies: each is a folder, the root that it shows, and the kind with its controllers."""
    lines = (
        "30 1 0:26 {1} {0} rw - {2} x rw,{3}\n".format(f"{tmp_path}/{mount.split()[0]}", *mount.split()[1:])
        for mount in mounts
    )
    write("proc/self/mountinfo", "".join(lines))


def test_the_machine_has_what_its_own_limits_leave(write: Write) -> None:
    assert machine.process_room() == Room(32268, "kernel.pid_max")
    assert machine.memory_room() == Room(500 * 1024, "the machine's memory")


@pytest.mark.parametrize("top", ["cgroup", "cgroup/unified"])
@pytest.mark.parametrize("folder", ["", "/a", "/a/b"])
def test_a_container_of_version_2_may_leave_less(write: Write, tmp_path: Path, top: str, folder: str) -> None:
    write("proc/self/cgroup", "0::/a/b\n")
    mounted(write, tmp_path, f"{top} / cgroup2 nsdelegate")
    for name, text in {"pids.max": "100\n", "pids.current": "60\n"}.items():
        write(f"{top}{folder}/{name}", text)
    for name, text in {"memory.max": "9000\n", "memory.current": "8000\n", "memory.stat": "inactive_file 7\n"}.items():
        write(f"{top}{folder}/{name}", text)
    assert machine.process_room() == Room(40, "the container's pids limit")
    assert machine.memory_room() == Room(1007, "the container's memory limit")


def test_a_container_of_version_1_may_leave_less(write: Write, tmp_path: Path) -> None:
    write("proc/self/cgroup", "5:pids:/docker/x\n4:cpu,cpuacct:/\n3:memory:/docker/x\n0::/\n")
    mounted(write, tmp_path, "cgroup/pids /docker/x cgroup pids", "cgroup/memory /docker/x cgroup memory")
    write("cgroup/pids/pids.max", "70\n")  # inside of a container, whose path is that outside
    write("cgroup/pids/pids.current", "60\n")
    write("cgroup/memory/memory.limit_in_bytes", "9000\n")
    write("cgroup/memory/memory.usage_in_bytes", "8000\n")
    write("cgroup/memory/memory.stat", "inactive_file 1\ntotal_inactive_file 10\n")
    assert machine.process_room() == Room(10, "the container's pids limit")
    assert machine.memory_room() == Room(1010, "the container's memory limit")


def test_no_limit_is_no_limit(write: Write, tmp_path: Path) -> None:
    write("proc/self/cgroup", "3:memory:/\n0::/\n")
    mounted(write, tmp_path, "cgroup/memory / cgroup memory", "cgroup / cgroup2 nsdelegate")
    write("cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n")
    write("cgroup/memory/memory.usage_in_bytes", "1\n")
    write("cgroup/pids.max", "max\n")
    write("cgroup/pids.current", "1\n")
    assert (machine.process_room(), machine.memory_room()) == (
        Room(32268, "kernel.pid_max"),
        Room(500 * 1024, "the machine's memory"),
    )


def test_a_machine_that_reveals_nothing_has_room(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(machine, "PROC", tmp_path)
    monkeypatch.setattr(own_groups, "PROCESS", tmp_path)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert (machine.process_room(), machine.memory_room()) == (None, None)


def test_the_processes_of_an_ordinary_user_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    own = machine._own_threads()
    monkeypatch.setattr(os, "geteuid", lambda: 2**31)
    monkeypatch.setattr(resource, "getrlimit", lambda number: (own, own))
    rooms = [room for room in machine._process_rooms() if room.limit == "ulimit -u"]
    assert rooms == [Room(own, "ulimit -u")]


ERRORS: dict[str, tuple[BaseException, str]] = {
    "EMFILE": (OSError(errno.EMFILE, ""), "QuotaExceeded.Descriptor"),
    "ENFILE": (OSError(errno.ENFILE, ""), "QuotaExceeded.Descriptor"),
    "EAGAIN": (OSError(errno.EAGAIN, ""), "QuotaExceeded.Process"),
    "thread": (RuntimeError("can't start new thread"), "QuotaExceeded.Process"),
    "ENOMEM": (OSError(errno.ENOMEM, ""), "QuotaExceeded.Memory"),
    "MemoryError": (MemoryError(), "QuotaExceeded.Memory"),
    "ENOSPC": (OSError(errno.ENOSPC, ""), "InsufficientStorage"),
    "EDQUOT": (OSError(errno.EDQUOT, ""), "InsufficientStorage"),
    "EPERM": (OSError(errno.EPERM, ""), ""),
    "no errno": (OSError("odd"), ""),
    "other": (RuntimeError("odd"), ""),
}


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_of_the_system_has_the_code_of_what_is_used_up(name: str) -> None:
    error, code = ERRORS[name]
    caused = ValueError("because of that")
    caused.__cause__ = error
    for found in (shortage_of(error), shortage_of(caused)):
        assert (found.code if found else "") == code
    if code:
        assert shortage_of(error).status in (409, 507)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (sqlite3.SQLITE_FULL, "InsufficientStorage"),
        (sqlite3.SQLITE_IOERR_WRITE, "InsufficientStorage"),
        (sqlite3.SQLITE_NOMEM, "QuotaExceeded.Memory"),
        (sqlite3.SQLITE_CANTOPEN, ""),  # there are descriptors left
        (sqlite3.SQLITE_BUSY, ""),
    ],
)
def test_an_error_of_the_database_is_told_apart(number: int, code: str) -> None:
    error = sqlite3.OperationalError("")
    error.sqlite_errorcode = number
    found = shortage_of(error)
    assert (found.code if found else "") == code


def test_a_shortage_is_found_in_the_last_words_of_a_program() -> None:
    found = shortage_in("bwrap: Creating new namespace failed: Resource temporarily unavailable")
    assert isinstance(found, Shortage)
    assert found.code == "QuotaExceeded.Process"
    assert shortage_in("bwrap: No permissions to create new namespace") is None
