"""A candidate: a bare ``httpx.AsyncClient`` that sends through aiohttp."""

from collections.abc import AsyncIterator

import aiohttp
import httpx

from . import CONNECTIONS, Place, httpx_async


class Transport(httpx.AsyncBaseTransport):
    """httpx's face on aiohttp's connections. A real one would also translate errors and timeouts."""

    def __init__(self) -> None:
        connector = aiohttp.TCPConnector(limit=CONNECTIONS)
        self.session = aiohttp.ClientSession(
            connector=connector, auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar()
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        said = await self.session.request(
            request.method,
            str(request.url),
            headers=request.headers.multi_items(),
            data=await request.aread(),
            allow_redirects=False,
        )
        return httpx.Response(said.status, headers=list(said.raw_headers), stream=Body(said))

    async def aclose(self) -> None:
        await self.session.close()


class Body(httpx.AsyncByteStream):
    """The body of an answer."""

    def __init__(self, said: aiohttp.ClientResponse) -> None:
        self.said = said

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self.said.content.iter_any():
            yield piece

    async def aclose(self) -> None:
        self.said.release()


class Contender(httpx_async.Contender):
    """As httpx, but for the transport."""

    def __init__(self, place: Place) -> None:
        self.transport = Transport()
        super().__init__(place)
