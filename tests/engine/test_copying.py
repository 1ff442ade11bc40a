"""Work beside the loop."""

import asyncio
import threading

import pytest

from sessionbay.engine.contexts.threads import run_in_threads, shutdown_threads


def test_who_is_cancelled_waits_for_what_works_on_its_files() -> None:
    begun, go_on, done = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        go_on.wait(60)
        done.set()

    async def cancelled() -> None:
        request = asyncio.create_task(run_in_threads(work))
        await asyncio.to_thread(begun.wait, 60)
        for _ in range(2):
            request.cancel()
            await asyncio.wait([request], timeout=0.01)
        assert not request.done()
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await request
        assert done.is_set()
        shutdown_threads()

    before = set(threading.enumerate())
    asyncio.run(cancelled())
    assert set(threading.enumerate()) <= before
