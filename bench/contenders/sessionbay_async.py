"""Ours, async."""

import ssl

from sessionbay import AsyncAgentBay, AsyncSession

from . import CONNECTIONS, KEY, Place


class Contender:
    """By the public API alone."""

    def __init__(self, place: Place) -> None:
        verify = ssl.create_default_context(cafile=place.authority) if place.authority else True
        self.bay = AsyncAgentBay(KEY, endpoint=place.url, strict=True, verify=verify, max_connections=CONNECTIONS)

    async def create(self) -> AsyncSession:
        return (await self.bay.create()).session

    async def call(self, session: AsyncSession) -> None:
        await session.get_labels()

    async def run(self, session: AsyncSession) -> None:
        await session.command.run("echo hello", check=True)

    async def delete(self, session: AsyncSession) -> None:
        await session.delete()

    async def map(self, sessions: int, at_once: int) -> None:
        """Run a command in each of many sessions, by ``map``."""

        async def use(session: AsyncSession, _: int) -> None:
            await self.run(session)

        async with self.bay.map(use, range(sessions), concurrency=at_once, fresh=True) as results:
            async for result in results:
                result.unwrap()

    async def pause(self, session: AsyncSession, poll_interval: float) -> None:
        """Pause a session, and wait until it is."""
        await session.pause(poll_interval=poll_interval)

    async def write(self, session: AsyncSession, path: str, text: str) -> None:
        await session.file_system.write_file(path, text)

    async def read(self, session: AsyncSession, path: str) -> str:
        return (await session.file_system.read_file(path)).content

    async def aclose(self) -> None:
        await self.bay.aclose()
