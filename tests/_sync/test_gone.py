# Generated from tests/_async/test_gone.py by scripts/generate_sync.py. Do not edit.
"""A session that was deleted or lost is reported in one way: by every operation, on both routes, by both clouds."""

from collections.abc import Callable
from typing import Any

import pytest

from sessionbay import AgentBay, CommandError, ErrorCode, Result, Session, SessionError, SessionGoneError

from .conftest import IMAGE

pytestmark = pytest.mark.engine
OPERATIONS: list[Callable[[Session], Any]] = [
    lambda session: session.info(),
    lambda session: session.get_labels(),
    lambda session: session.set_labels({"a": "b"}),
    lambda session: session.keep_alive(),
    lambda session: session.get_link(),
    lambda session: session.get_metrics(),
    lambda session: session.command.run("true"),
    lambda session: session.code.run_code("1", "python"),
    lambda session: session.file_system.read_file("missing.txt"),
    lambda session: session.file_system.upload_file(__file__, "/tmp/copy"),
    lambda session: session.git.status("."),
    lambda session: session.context.info(),
    lambda session: session.context.sync(),
    lambda session: session.call_mcp_tool("shell", {"command": "true"}),
]


def test_a_session_that_is_gone_is_reported_in_one_way(either: AgentBay) -> None:
    own = (either.create(image_id=IMAGE)).session
    direct = (either.get(own.session_id)).session
    attached = Session(either, own.session_id)
    assert (own.delete()).success
    for session in (direct, attached):
        for operation in OPERATIONS:
            result: Result[Any] = operation(session)
            assert (result.success, result.kind, result.code) == (False, "gone", ErrorCode.SESSION_GONE)
            with pytest.raises(SessionGoneError):
                result.raise_for_error()
    for operation in OPERATIONS:
        with pytest.raises(SessionGoneError, match="create a new one") as raised:
            operation(own)
        error = raised.value
        assert (error.kind, error.code, error.outcome) == ("gone", ErrorCode.SESSION_GONE, "not_sent")
    missing = either.get(own.session_id)
    assert (missing.kind, missing.code) == ("gone", ErrorCode.SESSION_GONE)
    with pytest.raises(SessionGoneError):
        with direct.command.start("true"):
            pass
    with pytest.raises(SessionGoneError):
        with direct.file_system.open("a"):
            pass
    with pytest.raises(SessionGoneError):
        direct.pty.create()


def test_a_refusal_of_a_session_that_is_there_is_no_gone_session(shared: Session) -> None:
    refused = shared.file_system.read_file("missing.txt")
    assert (refused.success, refused.kind) == (False, "refused")


def test_the_error_of_a_gone_session_is_a_session_error_whichever_module_raises_it() -> None:
    for module in (SessionError, CommandError):
        error = module.of("gone", "why")
        assert (type(error), error.kind, error.code) == (SessionGoneError, "gone", ErrorCode.SESSION_GONE)
        assert isinstance(error, SessionError)
