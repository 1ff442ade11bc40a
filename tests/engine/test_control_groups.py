"""The control groups of sessions: where they are made, what is in them, and that none is left."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from sessionbay.engine import LocalEngine, engine as engine_module, own_groups
from sessionbay.engine.agent.inside.group_memory import GroupMemory
from sessionbay.engine.limits import MIB, Limits
from sessionbay.engine.sandbox import control_groups, group_parents
from sessionbay.engine.sandbox.control_group import JOIN, ControlGroup
from sessionbay.engine.sandbox.control_groups import ControlGroups, find_groups
from sessionbay.engine.sandbox.hierarchy import V1, V2

from .conftest import client_of, started
from .processes import eventually

UNIFIED = Path("/sys/fs/cgroup/unified")
SMALL = Limits(memory=64 * MIB)
HOLD = "python3 -c 'held = bytearray(200_000_000)'"
SEGMENTS = """
import ctypes
libc = ctypes.CDLL(None)
libc.shmat.restype, libc.shmdt.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
for _ in range(10):
    segment = libc.shmget(0, 10_000_000, 0o1600)
    place = libc.shmat(segment, None, 0)
    ctypes.memset(place, 1, 10_000_000)
    libc.shmdt(place)
"""
QUEUES = """
import ctypes, time
libc = ctypes.CDLL(None)
message = ctypes.create_string_buffer(bytes([1] + [0] * 8199))
for _ in range(8000):
    queue = libc.msgget(0, 0o1600)
    for _ in range(2):
        libc.msgsnd(queue, message, 8192, 0o4000)
time.sleep(600)
"""
KILLED = """
import sys
from sessionbay import AgentBay
from sessionbay.engine import EngineConfig, LocalEngine
engine = LocalEngine(EngineConfig(isolation="namespaces", network="none")).start()
AgentBay(endpoint=engine.endpoint, api_key=engine.api_key.reveal()).create().unwrap()
groups = engine._engine.backend.groups
print(*filter(None, (groups.folder, groups.processors)), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def grouped_engine() -> Iterator[LocalEngine]:
    """Give an engine whose sessions may hold little memory; skip where it can make no control groups."""
    engine = started(limits=SMALL)
    if engine._engine.backend.groups is None:
        engine.stop()
        pytest.skip("the engine can make no control groups here")
    yield engine
    engine.stop()


def folders_of(engine: LocalEngine) -> list[Path]:
    """Return the folders with the groups of an engine: with version 1 there is another one for the processors."""
    groups = engine._engine.backend.groups
    assert groups is not None
    return [folder for folder in (groups.folder, groups.processors) if folder]


def names_in(group: Path) -> set[str]:
    """Return the names of the processes in a group."""
    return {psutil.Process(int(pid)).name() for pid in (group / "cgroup.procs").read_text().split()}


def held(group: Path) -> int:
    """Return the bytes that a group holds, 0 if it is gone."""
    for name in ("memory.current", "memory.usage_in_bytes"):
        with suppress(FileNotFoundError):
            return int((group / name).read_text())
    return 0


def first_process(engine: LocalEngine) -> str:
    """Return the name of a session's first process."""
    return "bwrap" if engine.isolation == "namespaces" else "python3"


def test_all_processes_of_a_session_are_in_its_group_which_ends_with_it(grouped_engine: LocalEngine) -> None:
    with client_of(grouped_engine) as bay:
        session = bay.create().unwrap()
        session.command.run("sleep 600 >/dev/null 2>&1 &")
        groups = [group for folder in folders_of(grouped_engine) for group in folder.glob("*/")]
        assert len(groups) == len(folders_of(grouped_engine))
        names = {"sleep", first_process(grouped_engine)}
        assert eventually(lambda: all(names <= names_in(group) for group in groups))
        assert session.info().unwrap().connection["limits"]["memory"] == "kernel"
        assert session.delete().success
        assert eventually(lambda: not any(group.exists() for group in groups))


def test_an_engine_leaves_no_groups(grouped_engine: LocalEngine) -> None:
    folders = folders_of(grouped_engine)
    with client_of(grouped_engine) as bay:
        bay.create().unwrap()
    grouped_engine.stop()
    assert not any(folder.exists() for folder in folders)


def test_a_killed_engine_leaves_no_groups(grouped_engine: LocalEngine) -> None:
    if grouped_engine.isolation != "namespaces":
        pytest.skip("this machine cannot keep sessions in namespaces")
    with subprocess.Popen(
        [sys.executable, "-c", KILLED], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        folders = [Path(path) for path in process.stdout.readline().split()]
        assert all(list(folder.glob("*/")) for folder in folders)
        process.send_signal(signal.SIGKILL)
    assert eventually(lambda: not any(folder.exists() for folder in folders))


def test_a_command_is_told_when_the_kernel_has_killed_for_memory(grouped_engine: LocalEngine) -> None:
    with client_of(grouped_engine) as bay, bay.session() as session:
        result = session.command.run(HOLD)
        assert result.exit_code == 137
        assert "[memory]" in result.stderr
        assert session.command.run("echo alive").output == "alive\n"


def test_a_session_whose_agent_was_killed_for_memory_says_so(
    grouped_engine: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with client_of(grouped_engine) as bay:
        session = bay.create().unwrap()
        registry = grouped_engine._engine.sessions
        monkeypatch.setattr(ControlGroup, "killed", lambda _: 1)
        session.command.run("kill -9 $PPID")
        assert eventually(lambda: registry.remembered(session.session_id).status == "FINISH")
    assert f"exceeded the {SMALL.memory} bytes of memory" in registry.remembered(session.session_id).end_reason


def test_queues_that_nobody_reads_are_removed_at_once(grouped_engine: LocalEngine) -> None:
    if grouped_engine.isolation != "namespaces":
        pytest.skip("queues are the machine's here")
    with client_of(grouped_engine) as bay:
        session = bay.create().unwrap()  # which may be lost: the agent needs some memory, too
        session.file_system.write_file("queues.py", QUEUES)
        assert session.command.run("python3 queues.py", timeout_ms=100_000).exit_code != 0
        groups, *_ = folders_of(grouped_engine)
        assert eventually(lambda: all(held(group) < SMALL.memory for group in groups.glob("*/")))


def test_without_groups_the_agent_counts_segments_that_no_process_has_mapped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "find_groups", lambda *_: None)
    engine = started(limits=SMALL)
    try:
        if engine.isolation != "namespaces":
            pytest.skip("segments are the machine's here")
        with client_of(engine) as bay, bay.session() as session:
            assert session.info().unwrap().connection["limits"]["memory"] == "watched"
            session.file_system.write_file("segments.py", SEGMENTS)
            result = session.command.run(f"python3 segments.py; {LEFT}", timeout_ms=100_000)
            assert result.exit_code == 0
    finally:
        engine.stop()


# Waits until fewer than 64 MiB of segments are left: columns 3 and 4 from the end are their size in memory and in swap.
LEFT = "until awk 'NR > 1 { held += $15 } END { exit held > 67108864 }' /proc/sysvipc/shm; do sleep 0.02; done"


class Kernel:
    """A mount of control groups of version 2 in plain files, which behave as the kernel's."""

    def __init__(self, root: Path, patch: pytest.MonkeyPatch) -> None:
        self.mount = root / "mount"
        self._mkdir, self._write = Path.mkdir, Path.write_text
        patch.setattr(own_groups, "PROCESS", root)
        patch.setattr(Path, "mkdir", lambda path, *args, **more: self.mkdir(path, *args, **more))
        patch.setattr(Path, "write_text", lambda path, data: self.write(path, data))
        self.add(self.mount, "memory pids", "")
        (self.mount / "cgroup.type").unlink()  # the root has none
        self._write(root / "mountinfo", f"30 1 0:26 / {self.mount} rw shared:4 - cgroup2 cgroup2 rw,nsdelegate\n")

    def enter(self, group: Path) -> None:
        """Have this process be in a group."""
        self._write(self.mount.parent / "cgroup", f"0::/{group.relative_to(self.mount)}\n")
        self._write(group / "cgroup.procs", f"{os.getpid()}\n")

    def add(self, group: Path, controllers: str, enabled: str) -> None:
        """Add a group with the controllers that its parent has enabled."""
        self._mkdir(group)
        files = {"controllers": controllers, "subtree_control": enabled, "procs": "", "type": "domain\n"}
        for name, text in files.items():
            self._write(group / f"cgroup.{name}", text)
        if "memory" in controllers and group != self.mount:
            for name in ("max", "swap.max", "current", "stat", "events"):
                self._write(group / f"memory.{name}", "0")

    def mkdir(self, path: Path, *args: Any, **more: Any) -> None:
        """Make a folder; inside the mount, a group."""
        if path.is_relative_to(self.mount):
            self.add(path, (path.parent / "cgroup.subtree_control").read_text(), "")
        else:
            self._mkdir(path, *args, **more)

    def write(self, path: Path, data: str) -> int:
        """Write a file; a group with processes cannot limit its children."""
        if path.name == "cgroup.subtree_control":
            if (path.parent / "cgroup.procs").read_text():
                raise OSError(16, "Device or resource busy")
            data = " ".join({*path.read_text().split(), *data.replace("+", "").split()})
        return self._write(path, data)


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kernel:
    """Give control groups of version 2 in which this process is in ``app.slice/engine.scope``, as below systemd."""
    found = Kernel(tmp_path, monkeypatch)
    for name, enabled in (("app.slice", "memory pids"), ("app.slice/engine.scope", "")):
        found.add(found.mount / name, "memory pids", enabled)
    found.enter(found.mount / "app.slice/engine.scope")
    return found


def test_groups_of_version_2_are_beside_that_of_the_engine_whose_group_has_processes(kernel: Kernel) -> None:
    assert list(group_parents.group_parents()) == [(kernel.mount / "app.slice", V2)]


def test_a_group_of_version_2_without_processes_is_made_to_limit_its_children(kernel: Kernel) -> None:
    service = kernel.mount / "app.slice/engine.scope"
    (service / "cgroup.procs").write_text("")
    kernel.add(service / "main", "", "")  # as DelegateSubgroup= of systemd has it
    kernel.enter(service / "main")
    assert next(group_parents.group_parents()) == (service, V2)
    assert set((service / "cgroup.subtree_control").read_text().split()) == {"memory", "pids"}


def test_the_root_of_version_2_is_left_as_it_is(kernel: Kernel) -> None:
    kernel.enter(kernel.mount)
    assert list(group_parents.group_parents()) == []
    assert (kernel.mount / "cgroup.subtree_control").read_text() == ""


def test_a_group_of_version_2_limits_memory_and_swap_and_shows_its_memory(kernel: Kernel) -> None:
    groups = ControlGroups(kernel.mount / "app.slice/engine", V2)
    groups.folder.mkdir()
    groups.prepare()
    made = groups.make("session", Limits(memory=800, processes=50))
    values = {name: (made.folder / name).read_text() for name in ("memory.max", "memory.swap.max")}
    assert values == {"memory.max": "900", "memory.swap.max": "0"}
    (made.folder / "memory.current").write_text("1000")
    (made.folder / "memory.stat").write_text("anon 300\nfile 500\nshmem 100\nslab_reclaimable 50\n")
    (made.folder / "memory.events").write_text("low 0\noom 3\noom_kill 2\noom_group_kill 0\n")
    with made.meters() as meters:
        memory = GroupMemory(**meters)
        assert (memory.held(), memory.total(), memory.killed()) == (550, 1000, 2)


def test_groups_that_no_process_can_enter_are_not_used(
    kernel: Kernel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control_groups, "REMOVE_TIMEOUT", 0.1)  # the folders of this kernel have files
    engine = tmp_path / "sessionbay-engine"
    engine.mkdir()
    assert find_groups(engine, None) is None  # the test's process does not get in: these are plain files
    assert not (engine / control_groups.GROUPS_FILE).exists()


def test_the_own_group_of_version_1_is_found_below_the_part_that_is_mounted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_groups, "PROCESS", tmp_path)
    (tmp_path / "cgroup").write_text("5:cpu,memory:/docker/engine/inner\n2:name=systemd:/\n0::/\n")
    mounts = (
        "31 1 0:27 /docker/engine /groups rw - cgroup cgroup rw,cpu,memory\n32 1 0:28 / /x rw - cgroup pids rw,pids"
    )
    (tmp_path / "mountinfo").write_text(mounts)
    assert list(group_parents.group_parents()) == [(Path("/groups/inner"), V1)]
    assert group_parents.processor_parent() == Path("/groups/inner")


@pytest.mark.skipif(not os.access(UNIFIED, os.W_OK), reason="no groups of version 2 can be made here")
def test_a_process_enters_a_group_of_version_2_before_its_first_instruction() -> None:
    group = ControlGroup(UNIFIED / f"sessionbay-test-{os.getpid()}", V2, Limits())
    try:
        with group.entrance() as entrance:
            ran = subprocess.run(
                [*JOIN, "cat", "/proc/self/cgroup"], stdin=entrance, capture_output=True, text=True, check=True
            )
        assert f"0::/{group.folder.name}\n" in ran.stdout
    finally:
        assert eventually(group.remove)
