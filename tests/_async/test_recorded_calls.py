"""Calls of the graphical modules send what the official clients were recorded to send, but for listed differences."""

import inspect
from functools import cache
from typing import Any
from zipfile import ZipFile

import pytest

import sessionbay
from sessionbay import AsyncAGB, AsyncAgentBay, AsyncSession, RetryPolicy
from sessionbay._public_names import MODULES

from ..recorded_calls import CALLS, DIFFERENCES, Difference, RecordedCall, RecordedCloud, matching
from .clock import FakeClock


@cache
def public_names() -> dict[str, Any]:
    """Return the public names, those of this twin by the names that recorded calls have."""
    names = {name: getattr(sessionbay, name) for name in MODULES}
    twins = [name for name in names if name.startswith("Async") and AsyncSession.__name__.startswith("Async")]
    return names | {name.removeprefix("Async"): names[name] for name in twins}


class RecordedSession:
    """The names that a recorded call is made of: the client, a session, and its modules."""

    def __init__(self, recorded: RecordedCall, cloud: RecordedCloud, archive: str) -> None:
        make = AsyncAgentBay if recorded.cloud == "agentbay" else AsyncAGB
        key, retry = recorded.api_key, RetryPolicy(attempts=1)
        self.client = make(api_key=key, transport=cloud, tag_sessions=False, clock=FakeClock(), retry=retry)
        session = AsyncSession(self.client, recorded.details.session_id)
        session.connection.details = recorded.details
        session.connection.records_browser = recorded.records
        self.names = public_names() | recorded.values(archive) | {"client": self.client, "session": session}
        self.names |= {name: getattr(session, name) for name in ("computer", "mobile", "browser", "agent")}
        exec(recorded.setup, self.names)

    async def call(self, code: str) -> Any:
        value = eval(code, self.names)
        return await value if inspect.isawaitable(value) else value


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give an extension's archive."""
    path = tmp_path_factory.mktemp("extension") / "e.zip"
    with ZipFile(path, "w") as archive:
        archive.writestr("manifest.json", '{"manifest_version": 3, "name": "e", "version": "1"}')
    return str(path)


@pytest.mark.one_driver(and_sync=True)
@pytest.mark.parametrize("recorded", CALLS, ids=str)
async def test_a_recorded_call_sends_what_was_recorded(recorded: RecordedCall, archive: str) -> None:
    cloud = RecordedCloud(recorded)
    session = RecordedSession(recorded, cloud, archive)
    for code in recorded.before:
        await session.call(code)
    cloud.start()
    try:
        outcome = "success" if await session.call(recorded.call) else "failure"
    except (ValueError, sessionbay.AgentBayError):
        outcome = "raises"
    assert cloud.sent == recorded.expected()
    assert outcome == recorded.expected_outcome()


@pytest.mark.parametrize("difference", DIFFERENCES, ids=str)
def test_each_difference_concerns_a_recorded_call(difference: Difference) -> None:
    assert difference.reason
    assert matching(difference)
    assert all(difference.changes(recorded) for recorded in matching(difference))
