"""AGB's official client is sync, but for some methods: its programs await ``context.sync()``, and those of browsers."""

from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from sessionbay import AGB, ActOptions, BrowserOperator, BrowserOption, BrowserUsageError, ContextSyncResult, Session

from ..fake_cloud import KEY


async def program(session: Session) -> ContextSyncResult:
    return await session.context.sync()


class AsyncPage:
    """A page of Playwright's async API."""

    def __init__(self) -> None:
        self.context: Any = self

    async def new_cdp_session(self, page: object) -> None:
        raise NotImplementedError


async def test_a_sync_of_contexts_can_be_awaited(monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session(AGB(api_key=KEY), "session-1")
    monkeypatch.setattr(session.context, "sync", lambda: ContextSyncResult(success=True))
    assert (await program(session)).success


async def test_what_a_browser_does_can_be_awaited() -> None:
    data = {"port": 9333, "content": [{"type": "text", "text": "Navigated"}]}
    answer = httpx.MockTransport(
        lambda request: httpx.Response(200, json={"success": True, "code": "ok", "data": data})
    )
    browser = Session(AGB(api_key=KEY, transport=answer), "session-1").browser
    assert (await browser.initialize_async(BrowserOption())).port == 9333
    assert str(await browser.agent.navigate_async("https://example.com")) == "Navigated"
    assert await browser.agent.close_async()


async def test_the_operator_refuses_a_page_of_the_async_api() -> None:
    operator = BrowserOperator(Session(AGB(api_key=KEY), "session-1"), SimpleNamespace(is_initialized=lambda: True))
    with pytest.raises(BrowserUsageError, match="use the async client"):
        await operator.act_async(ActOptions("click"), AsyncPage())
