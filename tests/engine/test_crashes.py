"""Killed engines: nothing of them runs on, the next one starts, and nobody else is touched."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sessionbay.engine.crash_cleanup import Remover, record
from sessionbay.engine.sandbox.bwrap import BwrapSandbox

from .boxes import box
from .conftest import started
from .processes import eventually

ROOT = Path(__file__).parents[2]
ROUNDS = 8  # of each kind; `python -m bench.crashes` has 200


@pytest.mark.parametrize("isolation", ["namespaces", "process"])
def test_an_engine_killed_at_any_point_leaves_nothing(request: pytest.FixtureRequest, isolation: str) -> None:
    request.getfixturevalue(f"{isolation}_engine")  # which skips where this machine cannot
    argv = [sys.executable, "-m", "bench.crashes", "--json", "--rounds", str(ROUNDS), "--isolation", isolation]
    ran = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=250, check=False)
    assert ran.stdout, ran.stderr
    found = json.loads(ran.stdout)
    assert (found["rounds"], found["folders"], found["decoy_lives"]) == (ROUNDS, 0, True)


def dead_engine(folders: Path) -> Path:
    """Return the folder of a session of an engine that is no more."""
    root = folders / "sessionbay-dead" / "sessions" / "1-dead"
    root.mkdir(parents=True)
    (folders / "sessionbay-dead" / "lock").touch()
    return root


def test_what_outlived_an_engine_is_ended_by_the_next(folders: Path) -> None:
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as left:
        record(dead_engine(folders), left.pid, None)
        started().stop()
        assert eventually(lambda: left.poll() is not None)
    assert list(folders.iterdir()) == []


def test_a_process_that_has_got_the_number_of_another_is_not_touched(folders: Path) -> None:
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as decoy:
        root = dead_engine(folders)
        record(root, decoy.pid, None)
        pid, _, boot = (root / "process").read_text().split()
        (root / "process").write_text(f"{pid} 1 {boot}")
        started().stop()
        assert decoy.poll() is None
        decoy.kill()
    assert list(folders.iterdir()) == []


def test_a_record_that_makes_no_sense_does_not_keep_an_engine_from_starting(folders: Path) -> None:
    (dead_engine(folders) / "process").write_text("no record at all")
    started().stop()
    assert list(folders.iterdir()) == []


def test_a_fork_that_holds_what_leads_to_a_session_does_not_keep_it_from_its_end() -> None:
    async def end() -> int | None:
        async with box("namespaces") as made:
            assert isinstance(made.sandbox, BwrapSandbox)
            held = os.open(f"/proc/self/fd/{made.sandbox._info}", os.O_WRONLY)
            try:
                await made.sandbox.kill()
            finally:
                os.close(held)
            assert made.sandbox._process
            return made.sandbox._process.returncode

    assert asyncio.run(end()) is not None


def test_a_fork_that_holds_what_leads_to_the_remover_does_not_keep_an_engine_from_its_end(tmp_path: Path) -> None:
    remover = Remover(tmp_path / "folder")
    assert remover._process.stdin
    held = os.dup(remover._process.stdin.fileno())
    try:
        remover.dismiss()
    finally:
        os.close(held)
    assert remover._process.returncode is not None
