"""Each resource used up at each moment of a session's life; `nox -s slow` runs these."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any, Literal

import pytest

from sessionbay import AgentBay, AgentBayError, ContextSync, Session, SyncPolicy
from sessionbay.models.context_sync import UploadPolicy

from .processes import eventually
from .starved import StarvedEngine, starved_engine

pytestmark = [pytest.mark.slow]
MIB = 2**20
RESOURCES: dict[str, Callable[[StarvedEngine], AbstractContextManager[None]]] = {
    "descriptors": lambda engine: engine.descriptors(0),
    "some descriptors": lambda engine: engine.descriptors(3),
    "disk": lambda engine: engine.disk(),
    "processes": lambda engine: engine.processes(),
    "memory": lambda engine: engine.memory(),
}


@pytest.fixture(scope="module", params=RESOURCES)
def resource(request: pytest.FixtureRequest) -> str:
    """Give the name of a resource."""
    return str(request.param)


@pytest.fixture(scope="module")
def engine(resource: str) -> Iterator[StarvedEngine]:
    """Give an engine that one resource is taken from."""
    if os.geteuid():
        pytest.skip("only root can mount a small disk, and limit the processes of all sessions")
    with starved_engine(disk=64 * MIB) as found:
        yield found


def in_terminal(session: Session) -> Any:
    with session.pty.create() as terminal:
        return terminal


def synced(bay: AgentBay, path: str, mode: Literal["File", "Archive"] = "File") -> list[ContextSync]:
    """Return how a context is bound."""
    home = bay.context.get("home", create=True).unwrap()
    policy = SyncPolicy(upload_policy=UploadPolicy(auto_upload=False, upload_mode=mode))
    return [ContextSync(context_id=home.id, path=path, policy=policy)]


MOMENTS: dict[str, Callable[[AgentBay, Session], Any]] = {
    "creation": lambda bay, session: bay.create(labels={"made": "now"}),
    "creation with a context": lambda bay, session: bay.create(
        labels={"made": "now"}, context_syncs=synced(bay, "/tmp/home")
    ),
    "command": lambda bay, session: session.command.run("echo hello >out && cat out"),
    "write": lambda bay, session: session.file_system.write_file("file", "x" * 9000),
    "upload": lambda bay, session: bay.context.upload_file(
        session.context.list_bindings().bindings[0].context_id, "/up", b"x" * 9000
    ),
    "sync": lambda bay, session: session.context.sync(),
    "archive": lambda bay, session: session.context.sync(),
    "link": lambda bay, session: session.get_link(port=3000 + int(time.monotonic() * 100) % 20000),
    "terminal": lambda bay, session: in_terminal(session),
    "code": lambda bay, session: session.code.run_code("print(1)", "python"),
    "deletion": lambda bay, session: session.delete(),
}


def outcome(call: Callable[[], Any]) -> str:
    """Return "ok", the code of a refusal, or what is unknown."""
    try:
        result = call()
    except AgentBayError as exc:
        return (exc.code or f"{exc.kind}: {exc}") if exc.outcome != "unknown" else f"unknown: {exc}"
    if getattr(result, "success", True):
        return "ok"
    return f"unknown: {result.error_message}" if result.outcome_unknown else result.code or result.error_message


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_moment_without_a_resource(engine: StarvedEngine, resource: str, moment: str) -> None:
    with engine.client() as bay:
        bound = synced(bay, "/tmp/synced", "Archive" if moment == "archive" else "File")
        session = bay.create(context_syncs=bound).unwrap()
        session.file_system.write_file("/tmp/synced/file", "x" * 9000).raise_for_error()
        with RESOURCES[resource](engine):
            begun = time.monotonic()
            found = outcome(lambda: MOMENTS[moment](bay, session))
            took = time.monotonic() - begun
        print(f"{resource:16} {moment:24} {took:6.2f} s  {found}")
        assert not found.startswith("unknown"), found
        if moment == "deletion":
            assert found == "ok"
        else:
            assert outcome(lambda: session.command.run("true")) == "ok"
            assert outcome(lambda: MOMENTS[moment](bay, session)) == "ok"
        for one in bay.list(limit=50).session_ids:
            bay.get(one).unwrap().delete().raise_for_error()
        assert eventually(lambda: not engine.sessions())
