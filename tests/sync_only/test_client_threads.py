"""One sync client in many threads."""

import threading
from pathlib import Path

import pytest

from sessionbay import AgentBay
from sessionbay.engine import LocalEngine
from sessionbay.engine.discovery import publish

from .._sync.conftest import connect
from ..raw_server import BOUND
from ..threads._sync import Background

THREADS = 16


def test_sixteen_threads_share_a_client(engine: LocalEngine) -> None:
    with connect(engine, AgentBay) as bay:

        def live(number: int) -> None:
            labels = {"thread": str(number)}
            with bay.session(labels=labels) as session:
                assert session.command.run(f"echo {number}").output == f"{number}\n"
                assert bay.list(labels=labels).session_ids == [session.session_id]
            assert bay.list(labels=labels).session_ids == []

        with Background() as beside:
            for number in range(THREADS):
                beside.start(live, number)


def test_sixteen_threads_share_a_session(engine: LocalEngine) -> None:
    with connect(engine, AgentBay) as bay, bay.session() as session:

        def use(number: int) -> None:
            session.file_system.write_file(f"{number}.txt", str(number))
            assert session.file_system.read_file(f"{number}.txt").data == str(number)

        with Background() as beside:
            for number in range(THREADS):
                beside.start(use, number)


def test_threads_that_delete_the_same_session_all_succeed(engine: LocalEngine) -> None:
    with connect(engine, AgentBay) as bay:
        session = bay.create().session

        def delete() -> None:
            assert session.delete().success

        with Background() as beside:
            for _ in range(THREADS):
                beside.start(delete)


def test_threads_whose_first_call_is_at_the_same_time_share_the_clients_connections(
    engine: LocalEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SESSIONBAY_HOME", str(tmp_path))
    publish(engine.endpoint, engine.api_key)
    begin = threading.Barrier(THREADS)
    seen: set[int] = set()
    with AgentBay(endpoint="local") as bay:

        def first() -> None:
            begin.wait(BOUND)
            with bay.session() as session:
                seen.add(id(session.get_client()))

        with Background() as beside:
            for _ in range(THREADS):
                beside.start(first)
    assert len(seen) == 1
