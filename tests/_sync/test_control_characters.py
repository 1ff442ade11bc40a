# Generated from tests/_async/test_control_characters.py by scripts/generate_sync.py. Do not edit.
"""Control characters of a server, a path or a label: no log line, message or repr shows them as they are."""

import json
import logging
import traceback
import unicodedata
from typing import Any

import httpx
import pytest

from sessionbay import AgentBay, AgentBayError, Session

from ..fake_cloud import KEY, FakeCloud, no, session_data, yes
from .clock import FakeClock

pytestmark = pytest.mark.one_driver

HOSTILE = "a\x1b]0;owned\x07\x9b2J\x7f\r\u2028\u2029\u202e\u2066\x01z"
CATEGORIES = ("Cc", "Cf", "Zl", "Zp", "Cs")
LOST = httpx.ReadError(HOSTILE)
NONSENSE = httpx.Response(200, content=HOSTILE.encode())
UNKNOWN_FIELD = httpx.Response(200, content=json.dumps({"Success": True, "Data": {HOSTILE: 1, "Status": 5}}).encode())


ACTIONS = (
    *("CreateMcpSession", "DeleteSessionAsync", "GetContext", "GetContextInfo", "GetLabel", "GetLink"),
    *("GetMcpResource", "GetSession", "GetSessionDetail", "ListSession", "CallMcpTool"),
)


def client(cloud: FakeCloud) -> AgentBay:
    return AgentBay(KEY, endpoint="https://cloud.example", transport=cloud, clock=FakeClock())


def raw(text: str, allowed: str = "\n\t") -> list[str]:
    """Return the control characters in a text."""
    return [char for char in text if unicodedata.category(char) in CATEGORIES and char not in allowed]


def outcome(session: Session, name: str) -> list[str]:
    """Return the texts that a call leaves: of its result, or of its error, with the traceback."""
    calls: dict[str, Any] = {
        "info": session.info,
        "status": session.get_status,
        "labels": session.get_labels,
        "link": session.get_link,
        "delete": session.delete,
        "list": session.agent_bay.list,
        "create": session.agent_bay.create,
        "tool": lambda: session.call_mcp_tool(HOSTILE, {}),
        "command": lambda: session.command.run(HOSTILE),
        "code": lambda: session.code.run_code("1", "python"),
        "read": lambda: session.file_system.read_file(f"/{HOSTILE}"),
        "write": lambda: session.file_system.write_file(f"/{HOSTILE}", ""),
        "upload": lambda: session.file_system.upload_file(f"/nowhere/{HOSTILE}", f"/{HOSTILE}"),
        "context": lambda: session.agent_bay.context.get(HOSTILE),
        "bindings": session.context.info,
    }
    try:
        result = calls[name]()
    except AgentBayError as exc:
        trace = "".join(traceback.format_exception(exc))
        return [str(exc), repr(exc), "" if "httpx.ReadError" in trace else trace]  # which is the transport's own
    return [repr(result), result.error_message]


CALLS = (
    *("info", "status", "labels", "link", "delete", "list", "create"),
    *("tool", "command", "code", "read", "write", "upload", "context", "bindings"),
)


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(
    "answer",
    [
        no(HOSTILE, HOSTILE, status=400),
        yes(
            {"Success": False, "ErrMsg": HOSTILE, "Status": HOSTILE, "content": HOSTILE, "isError": True}, Code=HOSTILE
        ),
        UNKNOWN_FIELD,
        NONSENSE,
        LOST,
    ],
    ids=["refused", "failed", "unknown field", "nonsense", "lost"],
)
def test_no_answer_shows_a_control_character(caplog: pytest.LogCaptureFixture, answer: Any, name: str) -> None:
    caplog.set_level(logging.DEBUG, "sessionbay")
    cloud = FakeCloud(**dict.fromkeys(ACTIONS, answer))
    session = Session(client(cloud), f"session-{HOSTILE}")
    texts = [*(outcome(session, name)), repr(session), repr(session.command), repr(session.file_system)]
    assert [raw(text) for text in texts] == [[] for _ in texts]
    assert [raw(record.getMessage(), "") for record in caplog.records] == [[] for _ in caplog.records]


def test_the_log_shows_a_lost_session_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "sessionbay")
    data = session_data(SessionId=f"session\n{HOSTILE}", RequestId=HOSTILE)
    session = (client(FakeCloud(CreateMcpSession=yes(data), ListSession=yes([]))).create()).session
    assert raw(repr(session), "") == []
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("sessionbay.session").warning("session %s: %s", session.session_id, ValueError("a\nb"))
    assert [record.getMessage() for record in caplog.records if raw(record.getMessage(), "")] == []
    assert caplog.records[-1].getMessage().endswith(r": a\nb")


def test_a_traceback_in_the_log_shows_no_control_character(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise ValueError(HOSTILE)
    except ValueError:
        logging.getLogger("sessionbay.pty").exception("a function of the program failed")
    assert raw(caplog.text) == []
    assert "owned" in caplog.text
