"""'with' for the async twin, and 'async with' for the sync one, are explained."""

import asyncio
from typing import Any

import pytest

from sessionbay import AgentBay, AsyncAgentBay

CLOUD: dict[str, Any] = {"endpoint": "https://gw.invalid", "api_key": "akm-test"}


def test_the_async_twin_asks_for_async_with() -> None:
    client: Any = AsyncAgentBay(**CLOUD)
    for block in (client, client.session()):
        with pytest.raises(TypeError, match="use 'async with'"), block:
            pass


def test_the_sync_twin_asks_for_with() -> None:
    async def main(block: Any) -> None:
        async with block:
            pass

    client: Any = AgentBay(**CLOUD)
    for block in (client, client.session()):
        with pytest.raises(TypeError, match="use 'with'"):
            asyncio.run(main(block))
