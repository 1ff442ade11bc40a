"""What large files cost: the lines of an opened file, and other sessions while reads of large files are cancelled."""

import asyncio
import time
from statistics import median

from sessionbay import AsyncAgentBay, AsyncSession

from .meter import Figures

LINES, CANCELLED = 2, 50  # times `read_file`, and ms: what was aimed at
LINE = b"line 7\n"
LINES_SIZE, READ_SIZE = 10_000_000, 20_000_000  # bytes
READS = 10
ECHOES = 40


def files(endpoint: str, key: str) -> Figures:
    """Measure both."""
    return asyncio.run(_files(endpoint, key))


async def _files(endpoint: str, key: str) -> Figures:
    bay = AsyncAgentBay(endpoint=endpoint, api_key=key, timeout=120)
    async with bay, bay.session() as session, bay.session() as other:
        return {**await _lines(session), **await _cancelled(session, other)}


async def _lines(session: AsyncSession) -> Figures:
    await session.file_system.write_file("lines", LINE * (LINES_SIZE // len(LINE)))
    ratios = []
    for _ in range(3):
        begun = time.perf_counter()
        whole = (await session.file_system.read_file("lines")).content
        read = time.perf_counter() - begun
        begun = time.perf_counter()
        async with session.file_system.open("lines") as file:
            count = sum([1 async for _ in file])
        ratios.append((time.perf_counter() - begun) / read)
        assert count == len(whole) // len(LINE)
    return {f"10 MB of lines of an opened file, times read_file (<= {LINES})": median(ratios)}


async def _cancelled(session: AsyncSession, other: AsyncSession) -> Figures:
    await session.command.run(f"head -c {READ_SIZE} /dev/urandom > large", check=True)
    alone = [await _echo(other) for _ in range(ECHOES)]
    beside: list[float] = []
    for _ in range(3):
        reads = [asyncio.ensure_future(session.file_system.read_file("large", format="bytes")) for _ in range(READS)]
        await _echo(other)  # by then they are under way
        for one in reads:
            one.cancel()
        beside += [await _echo(other) for _ in range(ECHOES // 3)]
        await asyncio.gather(*reads, return_exceptions=True)
    return {
        "echo of another session, ms: slowest": max(alone),
        f"echo while {READS} reads of 20 MB are cancelled, ms more (<= {CANCELLED})": max(beside) - max(alone),
    }


async def _echo(session: AsyncSession) -> float:
    begun = time.perf_counter()
    await session.command.run("echo x", check=True)
    return (time.perf_counter() - begun) * 1000
