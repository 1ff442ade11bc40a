"""The sync twin is what the generator makes of the async source."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_sync_twin_is_up_to_date() -> None:
    generate = [sys.executable, "scripts/generate_sync.py", "--check"]
    ran = subprocess.run(generate, cwd=ROOT, capture_output=True, text=True, timeout=200, check=False)
    assert ran.returncode == 0, ran.stderr
