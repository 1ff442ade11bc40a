"""``sessionbay gc`` and ``reset``: what goes, and what stays."""

from pathlib import Path

from sessionbay import AgentBay
from sessionbay.engine import discovery

from .conftest import BOUND, command, serving


def test_what_a_killed_engine_left_is_collected(home: Path, folders: Path) -> None:
    with serving() as (_, process):
        process.kill()
        process.wait(timeout=BOUND)
    ran = command("gc")
    assert (ran.returncode, "engine.json" in ran.stdout) == (0, True)
    assert not (home / discovery.FILE).exists()
    assert [path.name for path in folders.iterdir() if path.name.startswith("sessionbay-")] == []


def test_collecting_leaves_an_engine_that_lives_alone() -> None:
    with serving() as (served, _):
        ran = command("gc")
        assert (ran.returncode, ran.stdout) == (0, "nothing to remove\n")
        found = discovery.find()
        assert found is not None
        assert found.endpoint == served["endpoint"]
        with AgentBay(endpoint="local") as bay, bay.session() as session:
            assert session.command.run("true").success


def test_a_reset_ends_all_sessions_paused_ones_too_and_keeps_the_engine() -> None:
    with serving(), AgentBay(endpoint="local") as bay:
        bay.create()
        bay.create().session.pause(poll_interval=0.02)
        ran = command("reset")
        assert (ran.returncode, ran.stdout) == (0, "2 sessions ended\n")
        assert bay.list().total_count == 0


def test_a_reset_without_an_engine_says_so() -> None:
    ran = command("reset")
    assert (ran.returncode, ran.stdout) == (0, "no engine is served\n")


def test_contexts_are_not_removed_unless_it_is_confirmed() -> None:
    ran = command("reset", "--contexts")
    assert (ran.returncode, "Remove all contexts" in ran.stdout) == (1, True)


def test_contexts_are_removed_where_it_is_confirmed() -> None:
    with serving(), AgentBay(endpoint="local", strict=True) as bay:
        kept = bay.context.create("kept").unwrap()
        assert command("reset").returncode == 0
        assert bay.context.get("kept").unwrap().id == kept.id
        ran = command("reset", "--contexts", "--yes")
        assert (ran.returncode, ran.stdout.splitlines()[-1]) == (0, "1 contexts removed")
        assert bay.context.list().total_count == 0
