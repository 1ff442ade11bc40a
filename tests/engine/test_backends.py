"""The kinds of sandbox: chosen by trying, told honestly, each ended from outside and from inside."""

import asyncio
import ctypes
import os
from contextlib import ExitStack
from pathlib import Path

import pytest

from sessionbay.core.engine_choices import IsolationChoice
from sessionbay.engine import EngineConfig, IsolationWarning, LocalEngine
from sessionbay.engine.agent.inside import landlock
from sessionbay.engine.sandbox import backends
from sessionbay.engine.sandbox.capabilities import SandboxCapabilities
from sessionbay.engine.sandbox.process import kill_user
from sessionbay.engine.sandbox.sandbox import SandboxError

from .boxes import KINDS, box, done
from .conftest import client_of
from .processes import alive, eventually, marker, spawn

any_kind = pytest.mark.parametrize("kind", KINDS)
NO_NAMESPACES = "bwrap: setting up uid map: Permission denied"


@pytest.fixture
def no_user_namespaces(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Give a machine that has bubblewrap, and denies it user namespaces as Ubuntu 24.04 does."""
    bwrap = tmp_path / "bwrap"
    bwrap.write_text(f"#!/bin/sh\necho '{NO_NAMESPACES}' >&2\nexit 1\n")
    bwrap.chmod(0o755)
    for folder in (tmp_path, *tmp_path.parents[:-2]):
        folder.chmod(folder.stat().st_mode | 0o011)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(os, "defpath", f"{tmp_path}:{os.defpath}")


@pytest.mark.usefixtures("no_user_namespaces")
def test_a_machine_without_user_namespaces_serves_all_the_same_and_says_what_is_weaker_and_why() -> None:
    with pytest.warns(
        IsolationWarning, match=r"plain processes.*uid map: Permission denied.*sysctl -w kernel\.apparmor"
    ):
        engine = LocalEngine(EngineConfig()).start()
    with ExitStack() as ends:
        ends.callback(engine.stop)
        session = ends.enter_context(ends.enter_context(client_of(engine)).session())
        expected = "process" if os.geteuid() else "uid"
        connection = session.info().unwrap().connection
        assert (engine.isolation, connection["isolation"]) == (expected, expected)
        assert (connection["path_mapping"], connection["network"]) == ("none", "host")
        assert session.command.run("echo works").output == "works\n"


@pytest.mark.usefixtures("no_user_namespaces")
def test_nothing_weaker_is_taken_where_namespaces_are_asked_for() -> None:
    with pytest.raises(SandboxError, match="uid map: Permission denied"):
        LocalEngine(EngineConfig(isolation="namespaces")).start()


def test_only_root_can_give_each_session_a_user_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(SandboxError, match="only root can"):
        done(backends.choose("uid", Path("/nonexistent")))


def test_what_is_weaker_without_landlock_is_said() -> None:
    capabilities = SandboxCapabilities("process", "none", "host", "/", (), landlock=0)
    assert "Landlock is missing" in backends.weakness(capabilities)
    assert "Landlock" not in backends.weakness(SandboxCapabilities("uid", "none", "host", "/", (), landlock=7))
    assert not backends.weakness(SandboxCapabilities("namespaces", "exact", "none", "/", ()))


@any_kind
def test_a_session_reports_what_keeps_it_in(kind: IsolationChoice) -> None:
    async def look() -> SandboxCapabilities:
        async with box(kind) as found:
            return found.sandbox.capabilities

    capabilities = done(look())
    assert capabilities.isolation == kind
    assert capabilities.seccomp
    assert capabilities.landlock == (0 if kind == "namespaces" else landlock.version(ctypes.CDLL(None)))
    assert capabilities.path_mapping == ("exact" if kind == "namespaces" else "none")


@any_kind
def test_the_end_of_a_sandbox_leaves_no_process(kind: IsolationChoice) -> None:
    mark = marker()

    async def look() -> None:
        async with box(kind) as found:
            await found.run(spawn(mark))
            assert eventually(lambda: len(alive(mark)) == 80)

    done(look())
    assert not alive(mark)


@any_kind
def test_a_session_that_kills_its_own_agent_leaves_no_process(kind: IsolationChoice) -> None:
    mark = marker()

    async def look() -> bool:
        async with box(kind) as found:
            if kind == "process" and found.sandbox.capabilities.landlock < 6:
                pytest.skip("a tree is kept together by Landlock's scopes, which this kernel has not")
            await found.run(spawn(mark))
            attack = found.sandbox.agent.request("run", command="kill -9 $PPID", timeout=5, max_output=99)
            await asyncio.gather(attack, return_exceptions=True)
        return eventually(lambda: not alive(mark))

    assert done(look())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has users to give away")
def test_a_user_of_a_sessions_own_is_ended_from_outside_however_it_forks() -> None:
    mark = marker()

    async def look() -> None:
        async with box("uid") as found:
            forks = f"(exec -a {mark} sh -c 'while :; do sleep 0.01 & done') >/dev/null 2>&1 & sleep 0.3"
            await found.run(forks)
            assert found.sandbox.spec.uid is not None
            await kill_user(found.sandbox.spec.uid)
            assert not alive(mark)

    done(look())
