"""An engine in a process of its own, to be killed."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROGRAM = """
import json, sys, threading, warnings
warnings.simplefilter("ignore")
from sessionbay.engine import EngineConfig, LocalEngine
engine = LocalEngine(EngineConfig(**json.loads(sys.argv[1]))).start()
print(json.dumps({"endpoint": engine.endpoint, "api_key": engine.api_key.reveal()}), flush=True)
threading.Event().wait()
"""


@dataclass(frozen=True)
class Doomed:
    """The address of the engine, and its process."""

    address: dict[str, Any]
    process: subprocess.Popen[str]

    def kill(self) -> None:
        """Kill the engine, and wait for its end."""
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def doomed(package: Path | None = None, **config: Any) -> Iterator[Doomed]:
    """Run an engine that may be killed within the block, of the package in another folder if one is given."""
    argv = [sys.executable, "-c", PROGRAM, json.dumps(config)]
    environment = {**os.environ, **({"PYTHONPATH": str(package)} if package else {})}
    with subprocess.Popen(
        argv, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        try:
            yield Doomed(json.loads(process.stdout.readline()), process)
        finally:
            process.kill()
