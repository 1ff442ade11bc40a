"""Scripts of a cloud's users, unchanged but for the import line; ``compat`` runs the same ones with the cloud's SDK."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sessionbay.engine import LocalEngine

SCRIPTS = sorted((Path(__file__).parents[2] / "compat" / "scripts").glob("*.py"))
THEIRS, OURS = "from agentbay import ", "from sessionbay import "


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_a_script_prints_what_it_should(script: Path, namespaces_engine: LocalEngine, tmp_path: Path) -> None:
    text = script.read_text("utf-8")
    assert text.count(THEIRS) == 1
    ours = tmp_path / script.name
    ours.write_text(text.replace(THEIRS, OURS), "utf-8")
    key, endpoint = namespaces_engine.api_key.reveal(), namespaces_engine.endpoint
    ran = subprocess.run(
        [sys.executable, ours],
        capture_output=True,
        text=True,
        env={**os.environ, "AGENTBAY_API_KEY": key, "AGENTBAY_ENDPOINT": endpoint},
        timeout=250,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout == script.with_suffix(".out").read_text("utf-8")
