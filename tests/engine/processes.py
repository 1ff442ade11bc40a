"""Finding out, from the host, which processes of a session still run."""

import os
import threading
import time
import uuid
from collections.abc import Callable

import psutil

ENOUGH = 60.0  # seconds, for what takes a moment, on however slow and busy a machine

# 80 processes, each in a session of its own and without a parent, which is as hard to find as it gets; they are all
# there, and nothing else with their mark, when the program ends.
DAEMONS = """
import os, sys, time
for _ in range(80):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for fd in (0, 1, 2):
                os.close(fd)
            time.sleep(600)
        os._exit(0)
for _ in range(80):
    os.wait()
"""

# A process that writes the time every 20 ms into the file "ticks", and has done so when the command returns.
TICKER = (
    "nohup sh -c 'while :; do date +%s.%N >>ticks; sleep 0.02; done' >/dev/null 2>&1 &"
    " until [ -s ticks ]; do sleep 0.01; done"
)
ANOTHER_TICK = "had=$(wc -l <ticks); until [ $(wc -l <ticks) -gt $had ]; do sleep 0.02; done"


def marker() -> str:
    """Return a word by which processes can be told from all others."""
    return f"marker-{uuid.uuid4().hex}"


def until(condition: str) -> str:
    """Return the command that waits for what ``test`` is asked."""
    return f"until [ {condition} ]; do sleep 0.01; done"


def spawn(mark: str) -> str:
    """Return the command that leaves 80 daemons with this mark behind."""
    return f"python3 -c '{DAEMONS}' {mark}"


def alive(mark: str) -> list[int]:
    """Return the processes with this mark that run, or could."""
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        words = process.info["cmdline"] or []
        if mark in words and process.info["status"] != psutil.STATUS_ZOMBIE and process.pid != os.getpid():
            found.append(process.pid)
    return found


def eventually(condition: Callable[[], bool], seconds: float = ENOUGH) -> bool:
    """Return whether ``condition`` comes true within ``seconds``."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        threading.Event().wait(0.01)
    return True
