"""Notifications of the browser in the sync client, for a function that is async all the same."""

import asyncio

from sessionbay import BrowserNotifyMessage

from .._sync.test_browser_notifications import TAKEOVER, poke, pushing
from .._sync.test_pty import session_at
from ..raw_server import RawServer, until


def test_an_async_function_is_run_to_its_end() -> None:
    seen: list[int | None] = []

    async def take(message: BrowserNotifyMessage) -> None:
        await asyncio.get_running_loop().run_in_executor(None, seen.append, message.id)

    with RawServer(pushing(TAKEOVER)) as server, session_at(server) as session:
        session.browser.register_callback(take)
        poke(session)
        until(lambda: len(seen) == 1)
    assert seen == [7]
