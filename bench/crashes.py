"""Kill the engine at random points of its work, and look for what is left: ``python -m bench.crashes``.

Each round starts an engine in a child of this process, has sessions created, used, paused and deleted, and kills the
child. All that the engine started is then a descendant of this process, which adopts orphans; so nothing can hide.
"""

import argparse
import ctypes
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psutil

from sessionbay import AgentBay, AgentBayError, Session
from sessionbay.engine import EngineConfig, LocalEngine

PR_SET_CHILD_SUBREAPER = 36
WORKERS = 3
LONGEST = 0.7  # seconds after the engine's start within which it is killed
LONGEST_PROGRAM = 4.0  # the same where desktops or browsers are started
PATIENCE = 10.0
DAEMONS = "for _ in 1 2 3 4 5; do setsid sh -c 'sleep 600 & sleep 600' >/dev/null 2>&1 & done"
Step = Callable[[Session, random.Random], None]


@dataclass
class Found:
    """What the rounds have shown: seconds, and numbers of what should not be there."""

    rounds: int = 0
    slowest_start: float = 0.0
    slowest_end: float = 0.0
    late: int = 0
    folders: int = 0
    starts: list[float] = field(default_factory=list)


def main() -> int:
    """Run the rounds, and print the figures."""
    parser = argparse.ArgumentParser(prog="bench.crashes", description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--isolation", choices=["auto", "namespaces", "uid", "process"], default="auto")
    programs = parser.add_mutually_exclusive_group()
    for name in ("desktop", "browser"):
        text = f"use a {name} in each session"
        programs.add_argument(f"--{name}", action="store_const", dest="program", const=name, help=text)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    given = parser.parse_args()
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    with folder(), decoy() as lives:
        found = crash(given.rounds, random.Random(given.seed), given.isolation, given.program)
        figures: dict[str, Any] = asdict(found) | {"decoy_lives": lives()}
    starts = sorted(figures.pop("starts"))
    figures["median_start"] = starts[len(starts) // 2]
    print(json.dumps(figures) if given.json else "\n".join(f"{name}: {value}" for name, value in figures.items()))
    return 0 if figures["decoy_lives"] and not found.late and not found.folders else 1


@contextmanager
def folder() -> Iterator[Path]:
    """Have all engines of the run in a folder of their own."""
    with tempfile.TemporaryDirectory(prefix="of-crashes-") as place:
        Path(place).chmod(0o711)
        tempfile.tempdir = os.environ["TMPDIR"] = place
        try:
            yield Path(place)
        finally:
            tempfile.tempdir = None
            del os.environ["TMPDIR"]


@contextmanager
def decoy() -> Iterator[Callable[[], bool]]:
    """Run a process whose number a dead engine has recorded, with the start time of another."""
    with subprocess.Popen(["sleep", "3600"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        root = Path(tempfile.gettempdir(), "sessionbay-dead", "sessions", "1-dead")
        root.mkdir(parents=True)
        (root.parents[1] / "lock").touch()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        (root / "process").write_text(f"{process.pid} 1 {boot} ")
        try:
            yield lambda: process.poll() is None
        finally:
            process.kill()


def crash(rounds: int, chance: random.Random, isolation: str, program: str | None) -> Found:
    """Start an engine and kill it, so many times."""
    found = Found()
    spared = {child.pid for child in psutil.Process().children()}
    for number in range(rounds):
        child, started = begin(chance.getrandbits(32), isolation, program)
        found.starts.append(started)
        found.folders += sum(1 for _ in Path(tempfile.gettempdir()).glob("*sessionbay-*")) - 1
        time.sleep(chance.uniform(0, LONGEST_PROGRAM if program else LONGEST))
        os.kill(child, signal.SIGKILL)
        took = gone(spared)
        found.late += took > 1
        found.slowest_end = max(found.slowest_end, took)
        if sys.stderr.isatty():
            print(f"\rround {number + 1}: {took * 1000:.0f} ms", end="", file=sys.stderr)
    found.rounds, found.slowest_start = rounds, max(found.starts)
    return found


def begin(seed: int, isolation: str, program: str | None) -> tuple[int, float]:
    """Start an engine and its work in a child; return the child, and the seconds that the engine took to serve."""
    ready, tell = os.pipe()
    begun = time.perf_counter()
    child = os.fork()
    if child == 0:
        try:
            os.close(ready)
            work(seed, isolation, program, lambda: os.write(tell, b"."))
        finally:
            os._exit(1)
    os.close(tell)
    with open(ready, "rb") as pipe:
        if not pipe.read(1):
            raise RuntimeError("the engine did not start")
    return child, time.perf_counter() - begun


def work(seed: int, isolation: Any, program: str | None, ready: Callable[[], object]) -> None:
    """Serve, and have sessions made and unmade without end."""
    warnings.simplefilter("ignore")
    engine = LocalEngine(EngineConfig(isolation=isolation)).start()
    ready()
    image, step = PROGRAMS[program]
    for number in range(WORKERS):
        threading.Thread(target=use, args=(engine, random.Random(seed + number), image, step), daemon=True).start()
    threading.Event().wait(60)


def use(engine: LocalEngine, chance: random.Random, image: str | None, step: Step) -> None:
    """Make sessions, and do with them what chance says."""
    with AgentBay(endpoint=engine.endpoint, api_key=engine.api_key.reveal()) as bay:
        while True:
            with suppress(AgentBayError):
                session = bay.create(image_id=image).unwrap()
                for _ in range(chance.randrange(6)):
                    step(session, chance)
                session.delete()


def use_desktop(session: Session, chance: random.Random) -> None:
    """Do one thing with a session's desktop."""
    which = chance.randrange(4)
    if which == 0:
        session.computer.start_app("xterm -e sh -c 'setsid sleep 600 & sleep 600'")
    elif which == 1:
        session.computer.input_text("typed: 世界\n")
    elif which == 2:
        session.computer.take_screenshot()
    else:
        take_step(session, chance)


def use_browser(session: Session, chance: random.Random) -> None:
    """Do one thing with a session's browser."""
    which = chance.randrange(5)
    if which == 0:
        session.browser.destroy()
    elif which == 1:
        take_step(session, chance)
    elif session.browser.initialize().success:
        session.browser.operator.navigate("data:text/html,<title>Page</title><script>open('about:blank')</script>")
        session.browser.operator.snapshot()


def take_step(session: Session, chance: random.Random) -> None:
    """Do one thing with a session."""
    which = chance.randrange(4)
    if which == 0:
        session.command.run(DAEMONS)
    elif which == 1:
        session.file_system.write_file("file", "x" * chance.randrange(1_000_000))
    elif which == 2:
        session.pause(poll_interval=0.01)
    else:
        session.resume(poll_interval=0.01)


PROGRAMS: dict[str | None, tuple[str | None, Step]] = {
    None: (None, take_step),
    "desktop": (None, use_desktop),
    "browser": ("browser_latest", use_browser),
}


def gone(spared: set[int]) -> float:
    """Wait until none of the engine's processes runs; return the seconds that it took."""
    begun = time.perf_counter()
    last: list[str] = []
    while still := left(spared):
        last = [shown(process) for process in still]
        if time.perf_counter() - begun > PATIENCE:
            raise RuntimeError(f"still there after {PATIENCE} s: {last}")
        time.sleep(0.005)
    took = time.perf_counter() - begun
    if took > 1:
        print(f"{took:.2f} s, the last: {last}", file=sys.stderr)
    return took


def shown(process: psutil.Process) -> str:
    """Return what a process is, in short."""
    with suppress(psutil.Error):
        return f"{process.name()} ({process.status()}) ...{' '.join(process.cmdline())[:60]}"
    return "gone"


def left(spared: set[int]) -> list[psutil.Process]:
    """Return the descendants that run, or could, after those that have ended were buried."""
    for child in psutil.Process().children():
        if child.pid not in spared:
            with suppress(ChildProcessError):
                os.waitpid(child.pid, os.WNOHANG)
    found = []
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if process.pid not in spared and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


if __name__ == "__main__":
    sys.exit(main())
