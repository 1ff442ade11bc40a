"""AGB's official client is sync, but for one method: its programs await ``context.sync()``."""

import pytest

from sessionbay import AGB, ContextSyncResult, Session

from ..fake_cloud import KEY


async def program(session: Session) -> ContextSyncResult:
    return await session.context.sync()


async def test_a_sync_of_contexts_can_be_awaited(monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session(AGB(api_key=KEY), "session-1")
    monkeypatch.setattr(session.context, "sync", lambda: ContextSyncResult(success=True))
    assert (await program(session)).success
