"""``watch_directory`` of the async twin: a coroutine that runs until it is reported to stop."""

import threading

import pytest

from sessionbay import AsyncSession, FileChangeEvent

from .._async.conftest import bay, bay_session  # noqa: F401  # fixtures
from ..threads._async import Background


async def test_it_calls_a_function_until_it_is_stopped(bay_session: AsyncSession) -> None:  # noqa: F811
    got: list[FileChangeEvent] = []
    stop = threading.Event()
    async with Background() as beside:
        beside.start(lambda: bay_session.file_system.watch_directory("/tmp", got.extend, 0.05, stop))
        number = 0
        while not got:
            number += 1
            await bay_session.file_system.write_file(f"/tmp/{number}", "x")
        stop.set()
    assert got[0].event_type == "create"


async def test_what_the_function_raises_comes_out(bay_session: AsyncSession) -> None:  # noqa: F811
    def fail(events: list[FileChangeEvent]) -> None:
        raise RuntimeError("the user's own")

    watching = bay_session.file_system.watch_dir("/tmp", fail, 0.05)

    over = False

    async def write() -> None:
        while not over:
            await bay_session.file_system.write_file("/tmp/1", "x", mode="append")

    async with Background() as beside:
        beside.start(write)
        with pytest.raises(RuntimeError, match="own"):
            await watching
        over = True
