"""``watch_directory`` of the sync twin: a thread, as the clouds' users know it."""

from sessionbay import AgentBay, FileChangeEvent
from sessionbay.engine import LocalEngine

from .._sync.conftest import connect
from ..raw_server import BOUND, until


def test_it_returns_a_thread_that_reports_a_function_until_it_is_stopped(engine: LocalEngine) -> None:
    got: list[FileChangeEvent] = []
    with connect(engine, AgentBay) as bay, bay.session() as session:
        watcher = session.file_system.watch_directory("/tmp", got.extend, 0.05)
        assert not watcher.is_alive()
        watcher.start()
        assert watcher.ready_event.wait(BOUND)
        session.file_system.write_file("/tmp/1", "x")
        until(lambda: bool(got))
        watcher.stop()
        watcher.join(BOUND)
        assert not watcher.is_alive()
    assert got[0] == FileChangeEvent("create", "/tmp/1", "file")
