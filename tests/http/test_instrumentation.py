"""Libraries that trace all httpx clients see our requests, whether they come before the client or after its calls."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = {"opentelemetry": "opentelemetry.instrumentation.httpx", "sentry": "sentry_sdk"}


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("library", MODULES)
def test_what_traces_all_clients_sees_our_requests(library: str, when: str) -> None:
    top = MODULES[library].partition(".")[0]
    if importlib.util.find_spec(top) is None:
        pytest.skip(f"{top} is not installed")
    argv = [sys.executable, "-m", "tests.http.instrumented", library, when]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert (done.stdout.split(), done.returncode) == (["POST", "POST"], 0), done.stderr
