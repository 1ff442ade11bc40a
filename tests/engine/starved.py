"""Engines in a process of their own, from which the test can take what they need: descriptors, or the disk."""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from sessionbay import AgentBay, RetryPolicy

from .processes import ENOUGH

ONCE = RetryPolicy(attempts=1)
PIDS = Path("/sys/fs/cgroup/pids")
SERVE = """
import json, sys, warnings
from pathlib import Path
from sessionbay.engine import EngineConfig, LocalEngine, admission
from sessionbay.engine.contexts import store
from sessionbay.engine.limits import Limits
warnings.simplefilter("ignore")
options = json.loads(sys.argv[1])
admission.FREE_DESCRIPTORS = admission.IDLE_DESCRIPTORS = 0  # to get further than to the admission
store.MIN_FREE_BYTES = 0
limits = Limits(free_disk=0, free_memory=0, free_processes=0)
engine = LocalEngine(EngineConfig(limits=limits, state=Path(options["state"]))).start()
print(json.dumps([engine.endpoint, engine.api_key.reveal()]), flush=True)
sys.stdin.read()
engine.stop()
"""


@dataclass(frozen=True)
class StarvedEngine:
    """An engine in a process of its own, in ``folder``."""

    process: subprocess.Popen[bytes]
    endpoint: str
    key: str
    folder: Path

    def client(self) -> AgentBay:
        """Return a client that sends each request once."""
        return AgentBay(endpoint=self.endpoint, api_key=self.key, retry=ONCE)

    @contextmanager
    def descriptors(self, more: int) -> Iterator[None]:
        """Let the engine open so many more descriptors."""
        used = {int(found.name) for found in Path(f"/proc/{self.process.pid}/fd").iterdir()}
        free = (number for number in range(2**20) if number not in used)
        with self._limited(resource.RLIMIT_NOFILE, [next(free) for _ in range(more + 1)][-1]):
            yield

    @contextmanager
    def processes(self) -> Iterator[None]:
        """Let the engine and its sessions start no process and no thread, which needs root and cgroups of version 1."""
        if os.geteuid() or not os.access(PIDS / "cgroup.procs", os.W_OK):
            pytest.skip("only root can limit processes, by a pids controller of version 1")
        folder = Path(tempfile.mkdtemp(prefix="sessionbay-test-", dir=PIDS))
        engine = psutil.Process(self.process.pid)
        try:
            move((process.pid for process in (engine, *engine.children(recursive=True))), folder)
            (folder / "pids.max").write_text("1")
            yield
        finally:
            (folder / "pids.max").write_text("max")
            while running := (folder / "cgroup.procs").read_text().split():
                move(map(int, running), PIDS)
            folder.rmdir()

    @contextmanager
    def memory(self) -> Iterator[None]:
        """Let the engine take no more memory."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[0])
        with self._limited(resource.RLIMIT_AS, pages * resource.getpagesize()):
            yield

    @contextmanager
    def _limited(self, kind: int, limit: int) -> Iterator[None]:
        before = resource.prlimit(self.process.pid, kind)
        resource.prlimit(self.process.pid, kind, (limit, before[1]))
        try:
            yield
        finally:
            resource.prlimit(self.process.pid, kind, before)

    @contextmanager
    def disk(self) -> Iterator[None]:
        """Fill the disk of the engine."""
        filler = self.folder / "filler"
        try:
            with filler.open("wb", buffering=0) as file:
                for size in (2**20, 4096, 1):
                    with suppress(OSError):
                        while True:
                            file.write(bytes(size))
            yield
        finally:
            filler.unlink()

    def sessions(self) -> list[str]:
        """Return the names of the sessions' folders."""
        return [path.name for path in self.folder.glob("sessionbay-*/sessions/*")]

    def children(self) -> set[bytes]:
        """Return the numbers of the processes that the engine has started and not yet waited for."""
        running = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, check=False)
        return set(running.stdout.split())


def move(pids: Iterable[int], group: Path) -> None:
    """Move processes to a cgroup; some may have ended."""
    for pid in pids:
        with suppress(ProcessLookupError):
            (group / "cgroup.procs").write_text(str(pid))


@contextmanager
def starved_engine(disk: int = 0) -> Iterator[StarvedEngine]:
    """Start an engine, on a disk of its own with so many bytes, which needs root."""
    folder = Path(tempfile.mkdtemp(prefix="starved-"))
    folder.chmod(0o711)
    argv = [sys.executable, "-c", SERVE, json.dumps({"state": str(folder / "state")})]
    if disk:
        script = f'mount --make-rprivate / && mount -t tmpfs -o size={disk},mode=711 none "$1" && shift && exec "$@"'
        argv = ["unshare", "-m", "sh", "-c", script, "sh", str(folder), *argv]
    process = subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "TMPDIR": str(folder)}
    )
    try:
        assert process.stdin
        assert process.stdout
        endpoint, key = json.loads(process.stdout.readline())
        yield StarvedEngine(process, endpoint, key, Path(f"/proc/{process.pid}/root{folder}"))
        process.stdin.close()
        assert process.wait(ENOUGH) == 0
    finally:
        process.kill()
        process.wait(ENOUGH)
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()
        shutil.rmtree(folder, ignore_errors=True)
