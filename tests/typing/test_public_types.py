"""What a type checker knows of the public API; mypy reads this file, and running it shows that the types are true."""

from typing import assert_type

from sessionbay import (
    AgentBay,
    BinaryFileContentResult,
    CommandResult,
    DeleteResult,
    FileContentResult,
    InfoResult,
    LabelsResult,
    LinkResult,
    Session,
    SessionEntry,
    SessionInfo,
    SessionMetrics,
    SessionPauseResult,
    SessionResult,
)
from sessionbay.engine import LocalEngine

from .._sync.conftest import connect


def test_each_call_is_known_by_its_result(engine: LocalEngine) -> None:
    with connect(engine, AgentBay) as bay:
        made = assert_type(bay.create(labels={"a": "b"}), SessionResult[Session])
        session = assert_type(made.session, Session)
        assert_type(session.command.run("true"), CommandResult)
        assert_type(session.file_system.write_file("x", "y").data, bool | None)
        assert_type(session.file_system.read_file("x"), FileContentResult)
        assert_type(session.file_system.read_file("x", format="bytes"), BinaryFileContentResult)
        assert_type(session.info(), InfoResult)
        assert_type(session.info().unwrap(), SessionInfo)
        assert_type(session.info().session_id, str)
        assert_type(session.get_labels(), LabelsResult)
        assert_type(session.get_link(port=30100), LinkResult)
        assert_type(session.get_metrics().metrics, SessionMetrics)
        assert_type(session.pause(poll_interval=0.01), SessionPauseResult)
        assert_type(next(bay.iter_sessions(labels={"a": "b"})), SessionEntry)
        assert_type(session.delete().raise_for_error(), DeleteResult)
