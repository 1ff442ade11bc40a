"""Sessions are equal by cloud, endpoint and id; modules and blocks have short reprs."""

from sessionbay import AsyncAgentBay, AsyncSession

SESSION_ID = "session-1"


def test_sessions_of_one_cloud_endpoint_and_id_are_equal() -> None:
    one, other = (AsyncAgentBay(endpoint="https://one.invalid", api_key="akm-x") for _ in range(2))
    elsewhere = AsyncAgentBay(endpoint="https://two.invalid", api_key="akm-x")
    session = AsyncSession(one, SESSION_ID)
    assert session == AsyncSession(other, SESSION_ID)
    assert len({session, AsyncSession(other, SESSION_ID), AsyncSession(elsewhere, SESSION_ID)}) == 2
    assert session != AsyncSession(one, "session-2")
    assert session != SESSION_ID
    assert session.to_dict() == session.ref.to_dict()


def test_what_belongs_to_a_session_shows_it() -> None:
    session = AsyncSession(AsyncAgentBay(endpoint="https://one.invalid", api_key="akm-x"), SESSION_ID)
    shown = [repr(part) for part in (session.command, session.file_system, session.file_system.open("a.txt"))]
    assert all(SESSION_ID in text and "0x" not in text and "akm-x" not in text for text in shown)
    assert "pid=0" in repr(session.command.start("sleep 9"))
