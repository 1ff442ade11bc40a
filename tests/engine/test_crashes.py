"""Killed engines: nothing of them runs on, the next one starts, and nobody else is touched."""

import asyncio
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sessionbay.engine import LocalEngine
from sessionbay.engine.api_errors import ApiError
from sessionbay.engine.contexts.store import Store
from sessionbay.engine.crash_cleanup import Remover, record
from sessionbay.engine.desktop.requirements import unmet_here
from sessionbay.engine.sandbox.backends import session_uid
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


@pytest.mark.slow
def test_an_engine_with_desktops_killed_at_any_point_leaves_nothing(namespaces_engine: LocalEngine) -> None:
    desktop = unmet_here(namespaces_engine._engine.backend.python, session_uid())
    if desktop:
        pytest.skip(str(desktop))
    argv = [sys.executable, "-m", "bench.crashes", "--json", "--desktop", "--rounds", "2", "--isolation", "namespaces"]
    ran = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=250, check=False)
    assert ran.stdout, ran.stderr
    found = json.loads(ran.stdout)
    assert (found["rounds"], found["folders"], found["decoy_lives"]) == (2, 0, True)


def test_engines_that_are_broken_at_any_point_leave_nothing() -> None:
    argv = [sys.executable, "-m", "bench.breaking", "--json", "--points", "5"]
    for operation in ("sync", "creation"):
        argv += ["--operation", operation]
    ran = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=250, check=False)
    assert ran.stdout, ran.stderr
    rows = json.loads(ran.stdout)
    assert sum(row["points"] for row in rows) == 5
    assert [row for row in rows if row["left"]] == [], ran.stderr
    assert all(row["failed"] for row in rows if row["fault"] == "killed")


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


def test_what_an_engine_that_was_killed_had_begun_to_store_is_removed_by_the_next(tmp_path: Path) -> None:
    contexts, now = tmp_path / "contexts", time.time()
    killed, alive = Store(contexts), Store(contexts)
    for store, name in ((killed, "killed"), (alive, "alive")):
        store.get_or_create(f"hidden-{name}", None, "file_transfer")
        store.get_or_create(f"cleared-{name}", name)
        store.clear(f"cleared-{name}")
        _, draft = store.create_draft()
        os.close(draft)
    killed._own[1].close()  # as the kernel does when a process ends
    Store(contexts).sweep(now)
    assert alive.get("cleared-killed").state == "available"
    with pytest.raises(ApiError, match="no context hidden-killed"):
        alive.get("hidden-killed")
    assert (alive.get("hidden-alive").kind, alive.get("cleared-alive").state) == ("file_transfer", "clearing")
    assert [folder.name for folder in (contexts / "drafts").iterdir()] == [alive._own[0].name]
    assert len(list(alive._own[0].iterdir())) == 2  # the lock and the draft
    alive.close()
    assert list((contexts / "drafts").iterdir()) == []
    killed._database.close()


def test_a_folder_whose_engine_was_killed_before_it_was_locked_is_removed(folders: Path) -> None:
    early, just_made = folders / ".sessionbay-early", folders / ".sessionbay-new"
    early.mkdir()
    just_made.mkdir()
    os.utime(early, (0, 0))
    started().stop()
    assert list(folders.iterdir()) == [just_made]
