"""Runs the command as users do."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

BOUND = 100.0


def command(*words: str, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run ``sessionbay`` to its end."""
    return subprocess.run(
        [sys.executable, "-m", "sessionbay.cli", *words],
        env={**os.environ, **environment},
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=BOUND,
        check=False,
    )


@contextmanager
def serving(*options: str) -> Iterator[tuple[dict[str, str], subprocess.Popen[str]]]:
    """Run ``sessionbay serve --json``; give what it said, and the process."""
    argv = [sys.executable, "-m", "sessionbay.cli", "serve", "--json", "--isolation", "auto", *options]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline()), process
        finally:
            process.terminate()
            process.wait(timeout=BOUND)


@pytest.fixture
def home() -> Path:
    """Give the folder in which an engine says where it is."""
    return Path(os.environ["SESSIONBAY_HOME"])


@pytest.fixture
def background() -> Iterator[None]:
    """End the engine that the test leaves in the background."""
    yield
    command("stop")
