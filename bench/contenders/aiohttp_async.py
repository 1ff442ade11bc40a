"""A bare ``aiohttp.ClientSession``."""

import ssl

import aiohttp

from . import CONNECTIONS, Place
from .bare import Answer, AsyncBare, form, headers, params


class Contender(AsyncBare):
    """One client, one pool."""

    def __init__(self, place: Place) -> None:
        self.url = place.url
        verify = ssl.create_default_context(cafile=place.authority) if place.authority else True
        connector = aiohttp.TCPConnector(limit=CONNECTIONS, ssl=verify)
        self.client = aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(300))

    async def ask(self, action: str, **fields: str) -> Answer:
        sent = self.client.post(self.url, params=params(action), data=form(fields), headers=headers(action))
        async with sent as said:
            answer: Answer = await said.json()
            return answer

    async def aclose(self) -> None:
        await self.client.close()
