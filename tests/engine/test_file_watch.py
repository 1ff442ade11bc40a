"""A folder that is watched for clients whose connections break."""

import asyncio
import itertools
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import pytest
from starlette.types import Message

from sessionbay.engine.agent.connection import AgentConnection
from sessionbay.engine.agent.inside.watch import differences, snapshot
from sessionbay.engine.ws import file_watch
from sessionbay.engine.ws.connection import Connection
from sessionbay.engine.ws.file_watch import Watch

from .processes import ENOUGH

PATIENCE = ENOUGH


class Folder:
    """Stands in for the agent: gives the names that a test makes up, as soon as it is asked and there are any."""

    def __init__(self) -> None:
        self.names: asyncio.Queue[Sequence[str]] = asyncio.Queue()
        self.requests = asyncio.Event()

    async def wait_for_event(self, op: str, patience: float, **order: Any) -> list[list[str]]:
        if not patience:
            return []
        self.requests.set()
        return [["create", name, "file"] for name in await self.names.get()]


class Client(Connection):
    """Keeps what it was told."""

    def __init__(self) -> None:
        super().__init__(self._keep)
        self.names: list[str] = []
        self.numbers: list[int] = []
        self.notified = asyncio.Event()

    async def _keep(self, message: Message) -> None:
        data = json.loads(message["text"])["data"]
        self.names += [event["path"] for event in data["events"]]
        self.numbers.append(data["number"])
        self.notified.set()


def listen(watch: Watch, client: Client) -> None:
    watch.watchers.add(client)
    watch.wanted.set()


async def reported(watch: Watch, folder: Folder, client: Client, *names: str) -> None:
    """Have something happen, and wait until a client knows it."""
    client.notified.clear()
    folder.names.put_nowait(names)
    async with asyncio.timeout(PATIENCE):
        await client.notified.wait()


@pytest.fixture
def folder() -> Folder:
    return Folder()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def watch(folder: Folder) -> Any:
    made = Watch(cast("AgentConnection", folder), "/tmp", itertools.count(1))
    running = asyncio.create_task(made.run())
    yield made
    running.cancel()


async def test_what_is_found_when_nobody_listens_any_more_waits_for_the_next_who_does(
    watch: Watch, folder: Folder
) -> None:
    first, second = Client(), Client()
    listen(watch, first)
    async with asyncio.timeout(PATIENCE):
        await folder.requests.wait()
    watch.watchers.clear()
    watch.wanted.clear()
    folder.names.put_nowait(["a"])
    for _ in range(10):
        await asyncio.sleep(0)
    listen(watch, second)
    await reported(watch, folder, second, "b")
    assert (first.names, second.names) == ([], ["a", "b"])


async def test_what_went_over_a_broken_connection_is_reported_again_in_its_order(watch: Watch, folder: Folder) -> None:
    first, second = Client(), Client()
    begun = watch.last
    listen(watch, first)
    for name in "abc":
        await reported(watch, folder, first, name)
    assert first.numbers == sorted(set(first.numbers))
    assert await watch.repeat(second, first.numbers[0])
    assert (second.names, second.numbers) == (["b", "c"], first.numbers[1:])
    assert await watch.repeat(second, begun)


async def test_who_missed_more_than_is_kept_is_reported_so(
    watch: Watch, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_watch, "MAX_KEPT_EVENTS", 2)
    first, second = Client(), Client()
    begun = watch.last
    listen(watch, first)
    for name in "abc":
        await reported(watch, folder, first, name)
    assert not await watch.repeat(second, begun)
    assert second.names == ["b", "c"]
    assert await watch.repeat(second, first.numbers[0])


def test_a_rewrite_of_the_same_size_with_its_time_set_back_is_a_change(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("one")
    status = file.stat()
    before = snapshot(str(tmp_path))
    with file.open("r+") as same:
        same.write("two")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert differences(before, snapshot(str(tmp_path))) == [("modify", str(file), "file")]
