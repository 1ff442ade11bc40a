"""A transfer that is cancelled half-way leaves nothing behind."""

from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import httpx
import pytest

from sessionbay import AsyncAgentBay
from sessionbay.engine import LocalEngine

from .._async.conftest import connect
from ..fake_cloud import KEY, yes
from ..raw_server import BOUND
from ..support import names


class Stuck(httpx.AsyncByteStream):
    """A body that begins, and never ends."""

    def __init__(self) -> None:
        self.begun = anyio.Event()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"first piece"
        self.begun.set()
        await anyio.sleep_forever()


class StuckStore(httpx.AsyncBaseTransport):
    """A cloud that gives out an address, and a store there that gets stuck."""

    def __init__(self) -> None:
        self.body = Stuck()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if "Action" in request.url.params:
            return yes({"Url": "https://store.invalid/a?Signature=x"})
        return httpx.Response(200, stream=self.body)


async def test_a_download_that_is_cancelled_leaves_nothing_behind(tmp_path: Path) -> None:
    store = StuckStore()
    async with AsyncAgentBay(api_key=KEY, transport=store) as bay, anyio.create_task_group() as group:
        group.start_soon(bay.context.download_file, "c", "/tmp/a", tmp_path / "a")
        with anyio.fail_after(BOUND):
            await store.body.begun.wait()
        assert [name.endswith(".part") for name in names(tmp_path)] == [True]
        group.cancel_scope.cancel()
    assert names(tmp_path) == []


@pytest.mark.parametrize("delay", [0.0, 0.02, 0.05, 0.1])
async def test_an_upload_that_is_cancelled_leaves_the_old_file_or_the_new_one(
    engine: LocalEngine, tmp_path: Path, delay: float
) -> None:
    (tmp_path / "new").write_bytes(bytes(1_000_000))
    async with connect(engine, AsyncAgentBay) as bay, bay.session() as session:
        files = session.file_system
        await files.write_file("file", "old")
        with anyio.CancelScope() as scope:

            def cancel(size: int) -> None:
                scope.deadline = min(scope.deadline, anyio.current_time() + delay)

            await files.upload_file(tmp_path / "new", "file", progress_cb=cancel)
        size = (await files.get_file_info("file")).size
        left = await session.command.run(f"ls -A {await files.transfer_path()} 2>/dev/null; ls -A")
        assert (size in (3, 1_000_000), left.stdout) == (True, "file\n")
