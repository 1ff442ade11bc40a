# Generated from tests/_async/test_equality.py by scripts/generate_sync.py. Do not edit.
"""Sessions are equal by cloud, endpoint and id; modules and blocks have short reprs."""

from sessionbay import AgentBay, Session

SESSION_ID = "session-1"


def test_sessions_of_one_cloud_endpoint_and_id_are_equal() -> None:
    one, other = (AgentBay(endpoint="https://one.invalid", api_key="akm-x") for _ in range(2))
    elsewhere = AgentBay(endpoint="https://two.invalid", api_key="akm-x")
    session = Session(one, SESSION_ID)
    assert session == Session(other, SESSION_ID)
    assert len({session, Session(other, SESSION_ID), Session(elsewhere, SESSION_ID)}) == 2
    assert session != Session(one, "session-2")
    assert session != SESSION_ID
    assert session.to_dict() == session.ref.to_dict()


def test_what_belongs_to_a_session_shows_it() -> None:
    session = Session(AgentBay(endpoint="https://one.invalid", api_key="akm-x"), SESSION_ID)
    shown = [repr(part) for part in (session.command, session.file_system, session.file_system.open("a.txt"))]
    assert all(SESSION_ID in text and "0x" not in text and "akm-x" not in text for text in shown)
    assert "pid=0" in repr(session.command.start("sleep 9"))
