"""The engine under test: ``sessionbay serve``, as a user starts it."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Engine:
    """The engine's endpoint and key."""

    endpoint: str
    api_key: str


@contextmanager
def serving(command: str, home: Path) -> Iterator[Engine]:
    """Run an engine that no other program finds."""
    isolation = "namespaces" if "SESSIONBAY_REQUIRE_NAMESPACES" in os.environ else "auto"
    process = subprocess.Popen(
        [command, "serve", "--json", "--isolation", isolation],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "SESSIONBAY_HOME": str(home)},
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"{command} serve has ended; see its error output")
        yield Engine(**json.loads(line))
    finally:
        process.terminate()
        process.communicate(timeout=60)


def skip_unless_mapped(connection: str) -> None:
    """Skip where sessions are plain processes: there, no path belongs to one session."""
    if json.loads(connection)["path_mapping"] == "none":
        pytest.skip("paths are not mapped here: sessions are plain processes")
