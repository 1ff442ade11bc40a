"""The thread that starts processes for the engine, whose event loop does not wait for them."""

import asyncio
import subprocess
import threading
from typing import Any

import pytest

from sessionbay.engine.sandbox.spawner import shutdown_spawner, spawn

from .conftest import client_of, started
from .processes import ENOUGH, eventually


def spawners() -> set[threading.Thread]:
    """Return the threads of the engines in this process that start processes."""
    return {thread for thread in threading.enumerate() if thread.name == "sessionbay-spawner"}


def test_no_session_begins_or_ends_by_a_process_that_the_loop_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    others = spawners()
    engine, real, threads = started(), subprocess.Popen, set()

    def popen(*args: Any, **more: Any) -> Any:
        threads.add(threading.current_thread().name)
        return real(*args, **more)

    with client_of(engine) as bay:
        monkeypatch.setattr(subprocess, "Popen", popen)
        session = bay.create().unwrap()
        assert session.delete().success
    engine.end_sessions([session.session_id])
    assert threads == {"sessionbay-spawner"}
    monkeypatch.undo()
    engine.stop()
    assert eventually(lambda: spawners() <= others)


def test_a_cancelled_start_is_waited_for() -> None:
    go, done = threading.Event(), []

    async def work() -> None:
        task = asyncio.create_task(spawn(lambda: done.append(go.wait(ENOUGH))))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.sleep(0)
        go.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        shutdown_spawner()

    asyncio.run(work())
    assert done == [True]


def test_the_error_of_a_start_is_raised_in_its_caller() -> None:
    def fail() -> None:
        raise OSError("no room")

    async def work() -> None:
        with pytest.raises(OSError, match="no room"):
            await spawn(fail)
        shutdown_spawner()

    asyncio.run(work())
