"""A bare ``httpx.AsyncClient``."""

import httpx

from . import CONNECTIONS, Place
from .bare import Answer, AsyncBare, form, headers, params


class Contender(AsyncBare):
    """One client, one pool."""

    transport: httpx.AsyncBaseTransport | None = None  # httpx's own

    def __init__(self, place: Place) -> None:
        limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
        self.url = place.url
        self.client = httpx.AsyncClient(limits=limits, timeout=300, trust_env=False, transport=self.transport)

    async def ask(self, action: str, **fields: str) -> Answer:
        said = await self.client.post(self.url, params=params(action), data=form(fields), headers=headers(action))
        answer: Answer = said.json()
        return answer

    async def aclose(self) -> None:
        await self.client.aclose()
