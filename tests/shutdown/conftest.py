"""Programs of a test's own, and what they leave on the engine."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from textwrap import dedent

import pytest

from sessionbay import AgentBay
from sessionbay.engine import LocalEngine

BOUND = 60.0  # seconds, far beyond the slowest of these programs
BEGIN = """
import asyncio, os, pickle, signal, sys, threading, time, warnings
import sessionbay
signal.signal(signal.SIGINT, signal.default_int_handler)  # it is ignored after a shell's "&"
for number in (signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_DFL)
warnings.filterwarnings("ignore", ".*plain processes")
from sessionbay import AgentBay, AsyncAgentBay
labels = {"made": "by a program"}
def ready():
    print("ready", flush=True)
    time.sleep(60)
"""


@dataclass
class Ended:
    """How a program ended."""

    status: int
    stdout: str
    stderr: str
    seconds: float


class Program:
    """A Python program in a process of its own."""

    def __init__(self, code: str, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-W",
                "error",
                "-W",
                "ignore::ResourceWarning",
                "-c",
                BEGIN + dedent(code),
            ],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._begin = time.monotonic()

    def line(self) -> str:
        """Wait for the next line that it prints; its end, without one, is the empty line."""
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def send(self, number: int) -> None:
        """Send a signal."""
        self._begin = time.monotonic()
        self.process.send_signal(number)

    def end(self) -> Ended:
        """Wait until it ends."""
        stdout, stderr = self.process.communicate(timeout=BOUND)
        return Ended(self.process.returncode, stdout.strip(), stderr.strip(), time.monotonic() - self._begin)


@dataclass
class Programs:
    """Starts programs that talk to an engine, and asks the engine what they left."""

    engine: LocalEngine
    started: list[Program] = field(default_factory=list)

    def start(self, code: str, **environment: str) -> Program:
        """Start a program; it has the names of this package, and its settings in the environment."""
        settings = {"AGENTBAY_ENDPOINT": self.engine.endpoint, "AGENTBAY_API_KEY": self.engine.api_key.reveal()}
        self.started.append(Program(code, {**os.environ, **settings, **environment}))
        return self.started[-1]

    def run(self, code: str, **environment: str) -> Ended:
        """Run a program to its end."""
        return self.start(code, **environment).end()

    def left(self) -> list[str]:
        """Return the sessions that programs left; a deletion that is under way has its time."""
        give_up = time.monotonic() + BOUND
        with AgentBay(endpoint=self.engine.endpoint, api_key=self.engine.api_key.reveal()) as bay:
            while True:
                listed = bay.list(labels={"made": "by a program"}, limit=50).raise_for_error().sessions
                if time.monotonic() > give_up or not any(entry.status == "DELETING" for entry in listed):
                    return [entry.session_id for entry in listed]

    def clear(self) -> None:
        """End what runs, and delete what was left."""
        for program in self.started:
            program.process.kill()
            program.process.communicate()
        with AgentBay(endpoint=self.engine.endpoint, api_key=self.engine.api_key.reveal()) as bay:
            bay.reap(labels={"made": "by a program"}).raise_for_error()


@pytest.fixture
def programs(engine: LocalEngine) -> Iterator[Programs]:
    found = Programs(engine)
    yield found
    found.clear()
