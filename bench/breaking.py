"""Break engines at random moments of what they do, and look for what is left: ``python -m bench.breaking``.

A point is an operation that callers repeat, and a fault at a random moment of it: the engine is killed, its disk is
full, or it gets no more descriptors. After a kill the next engine cleans up; after the others the same one goes on.
"""

import argparse
import ctypes
import json
import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from bench.crashes import PR_SET_CHILD_SUBREAPER, left, shown
from bench.operations import OPERATIONS, Caller, is_whole
from sessionbay import AgentBay

FAULTS = ("killed", "disk full", "no descriptors")
CALLERS = 2  # of the operation
TOLD_WITHIN = 2.0  # seconds
MOMENT = 0.6  # seconds after the callers have begun within which the fault comes
FAULT_LASTS = 0.8  # seconds, for the faults that an engine survives
CLEANED_WITHIN = 5.0  # seconds after the start of the next engine
ENOUGH = 60.0  # seconds until what hangs is given up
TMPFS = "size=96m,mode=0711"
SERVE = """
import json, sys, threading, warnings
warnings.simplefilter("ignore")
from sessionbay.engine import EngineConfig, LocalEngine
from sessionbay.engine.contexts import store
from sessionbay.engine.limits import Limits
store.MIN_FREE_BYTES = 0  # a disk of a few MiB is to become really full
engine = LocalEngine(EngineConfig(isolation=sys.argv[1], network="none", limits=Limits(free_disk=0))).start()
print(json.dumps({"endpoint": engine.endpoint, "api_key": engine.api_key.reveal()}), flush=True)
threading.Event().wait()
"""


@dataclass
class Cell:
    """What the points of an operation and a fault have shown."""

    points: int = 0
    failed: int = 0
    to_fail: float = 0.0
    to_succeed: float = 0.0
    left: list[str] = field(default_factory=list[str])


@dataclass(frozen=True)
class Engine:
    """A running engine, and how to break it."""

    process: subprocess.Popen[str]
    address: dict[str, Any]
    folder: Path

    @classmethod
    @contextmanager
    def start(cls, folder: Path, isolation: str) -> Iterator["Engine"]:
        """Run an engine that has all its files in a folder."""
        argv = [sys.executable, "-c", SERVE, isolation]
        environment = {**os.environ, "TMPDIR": str(folder), "SESSIONBAY_HOME": str(folder / "home")}
        with subprocess.Popen(argv, env=environment, stdout=subprocess.PIPE, text=True, cwd="/") as process:
            assert process.stdout
            try:
                yield cls(process, json.loads(process.stdout.readline()), folder)
            finally:
                process.kill()

    @contextmanager
    def broken(self, fault: str, spare: int) -> Iterator[None]:
        """Break the engine for a block, which a killed one does not survive; ``spare`` descriptors are left."""
        if fault == "killed":
            os.kill(self.process.pid, signal.SIGKILL)
            yield
        elif fault == "disk full":
            filler = self.folder / "filler"
            with filler.open("wb", buffering=0) as file, suppress(OSError):
                while True:
                    file.write(b"." * 2**20)
            yield
            filler.unlink()
        else:
            used = len(os.listdir(f"/proc/{self.process.pid}/fd"))  # noqa: PTH208
            before = resource.prlimit(self.process.pid, resource.RLIMIT_NOFILE)
            resource.prlimit(self.process.pid, resource.RLIMIT_NOFILE, (used + spare, before[1]))
            yield
            resource.prlimit(self.process.pid, resource.RLIMIT_NOFILE, before)

    def settle(self) -> None:
        """Delete all sessions."""
        with AgentBay(**self.address) as bay:
            deadline = time.monotonic() + ENOUGH
            while (ids := bay.list().raise_for_error().session_ids) and time.monotonic() < deadline:
                for session_id in ids:
                    bay.get(session_id).raise_for_error().session.delete()

    def own_folder(self) -> Path:
        """Return the folder of this engine."""
        links = [link.readlink() for link in Path(f"/proc/{self.process.pid}/fd").iterdir() if link.is_symlink()]
        return next(link.parent for link in links if link.name == "lock" and "drafts" not in link.parts)

    def leftovers(self) -> list[str]:
        """Return what is there although there is no session and no request."""
        found = [f"folder of session {path.name}" for path in (self.own_folder() / "sessions").iterdir()]
        helpers = [child for child in psutil.Process(self.process.pid).children() if child.name() != "sh"]
        found += [f"process {shown(child)}" for child in helpers]
        contexts = self.folder / "home" / "contexts"
        found += [f"draft {path}" for path in contexts.glob("drafts/*/*") if path.name != "lock"]
        found += [f"trash {path}" for path in contexts.glob("trash/*")]
        if (contexts / "contexts.sqlite3").exists():
            with closing(sqlite3.connect(contexts / "contexts.sqlite3")) as database:
                odd = database.execute("SELECT id FROM contexts WHERE kind != '' OR state != 'available'").fetchall()
            found += [f"context {context_id}" for (context_id,) in odd]
        return found

    def leftovers_of(self, dead: str, spared: set[int]) -> list[str]:
        """Return what is left of an engine whose folder had this name, after this one has cleaned up."""
        own = {self.process.pid, *(child.pid for child in psutil.Process(self.process.pid).children(recursive=True))}
        found = [f"process {shown(process)}" for process in left(spared) if process.pid not in own]
        found += [f"folder {path.name}" for path in self.folder.glob("*sessionbay-*") if path != self.own_folder()]
        found += [f"control group {path}" for path in Path("/sys/fs/cgroup").rglob(dead)]
        mounts = Path("/proc/self/mountinfo").read_text().splitlines()
        return found + [f"mount {line}" for line in mounts if f"{self.folder}/" in line]


def main() -> int:
    """Break engines, and print the table."""
    parser = argparse.ArgumentParser(prog="bench.breaking", description=__doc__)
    parser.add_argument("--points", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--isolation", choices=["auto", "namespaces", "uid", "process"], default="auto")
    parser.add_argument("--fault", choices=FAULTS, action="append")
    parser.add_argument("--operation", choices=list(OPERATIONS), action="append")
    parser.add_argument("--json", action="store_true", help="print the table as JSON")
    given = parser.parse_args()
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    chance = random.Random(given.seed)
    with small_disk() as (folder, is_small):
        faults = [fault for fault in given.fault or FAULTS if is_small or fault != "disk full"]
        cells = {(operation, fault): Cell() for operation in given.operation or OPERATIONS for fault in faults}
        run(folder, given.isolation, cells, given.points, chance)
    show(cells, as_json=given.json)
    return any(cell.left or cell.to_fail > TOLD_WITHIN for cell in cells.values())


@contextmanager
def small_disk() -> Iterator[tuple[Path, bool]]:
    """Yield a folder on a small file system of its own, where this user may mount one."""
    with tempfile.TemporaryDirectory(prefix="of-breaking-") as place:
        Path(place).chmod(0o711)
        mounted = os.geteuid() == 0 and not subprocess.call(["mount", "-t", "tmpfs", "-o", TMPFS, "tmpfs", place])
        try:
            yield Path(place), mounted
        finally:
            if mounted:
                subprocess.run(["umount", "--lazy", place], check=True)


def run(folder: Path, isolation: str, cells: dict[tuple[str, str], Cell], points: int, chance: random.Random) -> None:
    """Break each operation by each fault in turn, until there are enough points."""
    spared = {child.pid for child in psutil.Process().children()}
    order = list(cells)
    with ExitStack() as last:
        engine = last.enter_context(Engine.start(folder, isolation))
        for number in range(points):
            operation, fault = order[number % len(order)]
            cell, name = cells[operation, fault], engine.own_folder().name
            problems = break_once(engine, operation, fault, chance, cell)
            if fault == "killed":
                last.close()
                engine = last.enter_context(Engine.start(folder, isolation))
                problems += settled(engine, lambda: engine.leftovers_of(name, spared))  # noqa: B023
            cell.left += problems
            print(f"{number + 1}/{points} {operation}, {fault}: {problems or 'nothing left'}", file=sys.stderr)


def settled(engine: Engine, more: Callable[[], list[str]]) -> list[str]:
    """Return what is left once an engine has had a moment to clean up."""
    deadline = time.monotonic() + CLEANED_WITHIN
    engine.settle()
    while (found := more() + engine.leftovers()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return found


def break_once(engine: Engine, operation: str, fault: str, chance: random.Random, cell: Cell) -> list[str]:
    """Break an operation once; return what is left or wrong."""
    callers = [Caller(engine.address, OPERATIONS[operation], number) for number in range(CALLERS)]
    threads = [threading.Thread(target=caller.run, daemon=True) for caller in callers]
    for thread in threads:
        thread.start()
    for caller in callers:
        caller.has_begun.wait(ENOUGH)
    time.sleep(chance.uniform(0, MOMENT))
    begun = time.monotonic()
    with engine.broken(fault, chance.randrange(8)):
        time.sleep(FAULT_LASTS)
    for caller in callers:
        caller.stop()
    for thread in threads:
        thread.join(ENOUGH)
    problems = [f"{caller.name} hangs" for caller, thread in zip(callers, threads, strict=True) if thread.is_alive()]
    if fault != "killed":
        problems += recovered(engine, operation)
    problems += [f"half a file: {path}" for path in stored(engine.folder) if not is_whole(path)]
    cell.points += 1
    for caller in callers:
        cell.failed += caller.failures
        cell.to_fail = max(cell.to_fail, caller.longest_since(begun, failed=True))
        cell.to_succeed = max(cell.to_succeed, caller.longest_since(begun, failed=False))
    return problems


def recovered(engine: Engine, operation: str) -> list[str]:
    """Return what is wrong with an engine after its fault is over."""
    caller = Caller(engine.address, OPERATIONS[operation], CALLERS)
    caller.stop()
    caller.run()
    problems = [f"fails after the fault: {caller.error}"] if caller.failures else []
    return problems + settled(engine, list[str])


def stored(folder: Path) -> list[Path]:
    """Return the files of all contexts."""
    return [path for path in (folder / "home" / "contexts" / "data").rglob("*") if path.is_file()]


def show(cells: dict[tuple[str, str], Cell], *, as_json: bool) -> None:
    """Print the table; a success after an outage counts from its beginning."""
    rows: list[dict[str, Any]] = [
        {"operation": operation, "fault": fault, "points": cell.points, "failed": cell.failed}
        | {"to_fail": round(cell.to_fail, 2), "to_succeed": round(cell.to_succeed, 2), "left": cell.left}
        for (operation, fault), cell in cells.items()
    ]
    if as_json:
        print(json.dumps(rows))
        return
    print("| Operation | Fault | Points | Calls that failed | Longest to an error | Longest to a success | Left |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for row in rows:
        print(f"| {row['operation']} | {row['fault']} | {row['points']} | {row['failed']}", end="")
        print(f" | {row['to_fail']:.2f} s | {row['to_succeed']:.2f} s | {len(row['left'])} |")
    for row in rows:
        for what in row["left"]:
            print(f"{row['operation']}, {row['fault']}: {what}")


if __name__ == "__main__":
    sys.exit(main())
