"""Whole files into a session and out of it, by way of a store: on the engine, and on a cloud that misbehaves."""

import json
import logging
import random
import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from sessionbay import AsyncAgentBay, AsyncSession, FileError, FileTimeoutError, FileUsageError
from sessionbay.engine import LocalEngine

from ..fake_cloud import KEY, Answer, FakeCloud, no, yes
from ..support import names
from .clock import FakeClock
from .conftest import connect

NOISE = random.Random(2).randbytes(300_000)
SIGNED = "https://store.invalid/c/a?Expires=1&Signature=S3CRET"
FOLDER = "/tmp/file-transfer"
FILE = f"{FOLDER}/a.bin"
GIVEN = yes([{"ContextId": "c", "ContextPath": FOLDER, "ContextType": "file_transfer"}])
LARGE = 64 * 2**20


def copy(status: str, mode: str = "download", error: str = "", path: str = FILE) -> httpx.Response:
    """Return GetContextInfo's answer for one copy."""
    task = {"contextId": "c", "path": path, "status": status, "taskType": mode, "errorMessage": error}
    return yes({"ContextStatus": json.dumps([{"type": "data", "data": json.dumps([task])}])})


class StoreCloud(FakeCloud):
    """A cloud whose store takes and gives everything, unless overridden."""

    def __init__(self, store: Answer | None = None, **answers: Any) -> None:
        url = yes({"Url": SIGNED})
        known = {"GetContextFileUploadUrl": url, "GetContextFileDownloadUrl": url, "SyncContext": yes()}
        super().__init__(**{"GetAndLoadInternalContext": GIVEN, **known, **answers})
        self._store = httpx.Response(200, content=b"12345", headers={"ETag": '"e"'}) if store is None else store
        self.stored: list[httpx.Request] = []

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.host != "store.invalid":
            return super()._answer(request)
        self.stored.append(request)
        if isinstance(self._store, Exception):
            raise self._store
        made = self._store if isinstance(self._store, httpx.Response) else self._store()
        return httpx.Response(made.status_code, headers=made.headers, content=made.content)


def on(cloud: FakeCloud, clock: FakeClock | None = None, *, strict: bool = False) -> AsyncSession:
    """Return a session of a cloud, with a clock that never waits."""
    return AsyncSession(AsyncAgentBay(api_key=KEY, transport=cloud, clock=clock or FakeClock(), strict=strict), "s")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "source").write_bytes(NOISE)
    return tmp_path / "source"


@pytest.fixture
async def folder(session: AsyncSession) -> AsyncIterator[str]:
    """Give the folder for transfers; nothing may be left in it."""
    place = await session.file_system.get_file_transfer_context_path()
    assert place
    yield place
    assert (await session.command.run(f"ls -A {place} 2>/dev/null | grep -v kept || true")).stdout == ""


@pytest.mark.parametrize("path", ["{}/kept.bin", "a b/$(it's).bin", "/tmp/line\nbreak", "-f"])
async def test_a_file_goes_to_any_path_and_comes_back(
    session: AsyncSession, folder: str, source: Path, tmp_path: Path, path: str
) -> None:
    remote, up, down = path.format(folder), list[int](), list[int]()
    sent = await session.file_system.upload_file(source, remote, progress_cb=up.append)
    assert (sent.success, sent.bytes_sent, sent.path, sent.http_status) == (True, len(NOISE), remote, 200)
    assert sent.etag
    assert sent.request_id_upload_url
    assert sent.request_id_sync
    assert (await session.file_system.read_file(remote, format="bytes")).content == NOISE
    got = await session.file_system.download_file(remote, tmp_path / "new" / "copy", progress_cb=down.append)
    assert (got.success, got.bytes_received, got.path) == (True, len(NOISE), remote)
    assert got.local_path == str(tmp_path / "new" / "copy")
    assert (tmp_path / "new" / "copy").read_bytes() == NOISE
    assert names(tmp_path / "new") == ["copy"]
    for counted in (up, down):
        assert counted == sorted(set(counted))
        assert counted[-1] == len(NOISE)
    assert len(up) > 1  # what comes may come at once


async def test_a_file_passes_through_the_control_plane_too(
    engine_without_direct_route: LocalEngine, source: Path, tmp_path: Path
) -> None:
    async with connect(engine_without_direct_route, AsyncAgentBay) as bay, bay.session() as session:
        files = session.file_system
        assert await files.transfer_path()
        assert (await files.upload_file(source, "file")).success
        assert (await files.download_file("file", tmp_path / "copy")).success
    assert (tmp_path / "copy").read_bytes() == NOISE


async def test_an_empty_file_is_a_file_too(session: AsyncSession, folder: str, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert (await session.file_system.upload(tmp_path / "empty", "empty")).success
    assert (await session.file_system.download("empty", tmp_path / "copy")).bytes_received == 0
    assert (tmp_path / "copy").read_bytes() == b""


async def test_a_file_that_is_replaced_keeps_its_permissions_and_its_links(
    session: AsyncSession, folder: str, source: Path
) -> None:
    await session.command.run("echo old > tool; chmod 750 tool; ln -s tool link")
    assert (await session.file_system.upload_file(source, "link")).success
    reported = await session.command.run("readlink link; stat -c '%a %s' tool")
    assert reported.stdout == f"tool\n750 {len(NOISE)}\n"


@pytest.mark.parametrize(("path", "why"), [("none", "No such file"), ("/tmp", "Is a directory")])
async def test_what_is_no_file_does_not_come_down(
    session: AsyncSession, folder: str, tmp_path: Path, path: str, why: str
) -> None:
    (tmp_path / "copy").write_text("mine")
    got = await session.file_system.download_file(path, tmp_path / "copy")
    assert (got.success, why in got.error_message) == (False, True)
    assert (tmp_path / "copy").read_text() == "mine"


async def test_a_folder_is_not_replaced_by_a_file(session: AsyncSession, folder: str, source: Path) -> None:
    await session.command.run("mkdir box")
    sent = await session.file_system.upload_file(source, "box")
    assert (sent.success, sent.code, sent.error_message) == (False, "is_directory", "box: Is a directory")
    assert (await session.command.run("ls -A; ls -A box")).stdout == "box\n"


async def test_an_upload_into_a_place_that_cannot_be_written_is_refused(session: AsyncSession, source: Path) -> None:
    await session.file_system.write_file("file", "old")
    for place in ("file/below", "/proc/version/below"):
        sent = await session.file_system.upload_file(source, place)
        assert (sent.success, sent.code, sent.error_message) == (False, "not_a_directory", f"{place}: Not a directory")


async def test_an_upload_that_breaks_off_leaves_the_old_file(session: AsyncSession, folder: str, source: Path) -> None:
    await session.file_system.write_file("file", "old")

    def stop(size: int) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await session.file_system.upload_file(source, "file", progress_cb=stop)
    assert (await session.file_system.read_file("file")).content == "old"


@pytest.mark.one_driver
async def test_a_large_file_takes_no_memory(bay_session: AsyncSession, tmp_path: Path) -> None:
    with (tmp_path / "large").open("wb") as file:
        file.truncate(LARGE)
    files = bay_session.file_system
    await files.get_file_transfer_context_path()
    tracemalloc.start()
    try:
        assert (await files.upload_file(tmp_path / "large", "large")).bytes_sent == LARGE
        assert (await files.download_file("large", tmp_path / "copy")).bytes_received == LARGE
        assert tracemalloc.get_traced_memory()[1] < LARGE // 2  # the engine's part in the same process included
    finally:
        tracemalloc.stop()


async def test_an_upload_asks_what_the_clouds_own_clients_ask(source: Path) -> None:
    cloud = StoreCloud(GetContextInfo=[copy("Running"), copy("Success")])
    sent = await on(cloud).file_system.upload_file(source, FILE, content_type="image/png")
    assert (sent.success, sent.etag) == (True, '"e"')
    assert cloud.requests == [
        "GetAndLoadInternalContext",
        "GetContextFileUploadUrl",
        "SyncContext",
        "GetContextInfo",
        "GetContextInfo",
    ]
    _, url, sync, info, _ = cloud.forms
    assert (url["ContextId"], url["FilePath"]) == ("c", FILE)
    assert (sync["ContextId"], sync["Path"], sync["Mode"]) == ("c", FILE, "download")
    assert (info["ContextId"], info["Path"], info["TaskType"]) == ("c", FILE, "download")
    assert (cloud.stored[0].method, cloud.stored[0].content) == ("PUT", NOISE)
    assert cloud.stored[0].headers["content-type"] == "image/png"
    assert "authorization" not in cloud.stored[0].headers


async def test_a_download_asks_what_the_clouds_own_clients_ask(tmp_path: Path) -> None:
    cloud = StoreCloud(GetContextInfo=copy("Success", "upload"))
    got = await on(cloud).file_system.download_file(FILE, tmp_path / "a")
    assert (got.success, (tmp_path / "a").read_bytes()) == (True, b"12345")
    assert cloud.requests == [
        "GetAndLoadInternalContext",
        "SyncContext",
        "GetContextInfo",
        "GetContextFileDownloadUrl",
    ]
    assert (cloud.forms[1]["Mode"], cloud.stored[0].method) == ("upload", "GET")


async def test_the_folder_for_transfers_is_asked_for_once(source: Path) -> None:
    cloud = StoreCloud(GetContextInfo=copy("Success"))
    files = on(cloud).file_system
    for _ in range(2):
        await files.upload_file(source, FILE)
    assert cloud.requests.count("GetAndLoadInternalContext") == 1


@pytest.mark.parametrize(("error", "reason"), [("disk full", "disk full"), ("", "without a reason")])
async def test_a_copy_that_failed_is_a_failure_at_once(source: Path, tmp_path: Path, error: str, reason: str) -> None:
    up, down, clock = copy("Failed", "download", error), copy("Failed", "upload", error), FakeClock()
    cloud = StoreCloud(GetContextInfo=[up, down])
    files = on(cloud, clock).file_system
    sent = await files.upload_file(source, FILE)
    got = await files.download_file(FILE, tmp_path / "a")
    for result in (sent, got):
        assert (result.success, result.timed_out, reason in result.error_message) == (False, False, True)
        with pytest.raises(FileError):
            result.raise_for_error()
    assert clock.slept == []
    assert names(tmp_path) == ["source"]


async def test_without_wait_nobody_looks(source: Path, tmp_path: Path) -> None:
    cloud = StoreCloud()
    files = on(cloud).file_system
    assert (await files.upload_file(source, FILE, wait=False)).success
    assert (await files.download_file(FILE, tmp_path / "a", wait=False)).success
    assert "GetContextInfo" not in cloud.requests


async def test_without_wait_only_the_folder_for_transfers_will_do(source: Path, tmp_path: Path) -> None:
    cloud = StoreCloud()
    files = on(cloud).file_system
    with pytest.raises(FileUsageError, match="inside /tmp/file-transfer"):
        await files.upload_file(source, "/elsewhere", wait=False)
    with pytest.raises(FileUsageError, match="inside /tmp/file-transfer"):
        await files.download_file("/elsewhere", tmp_path / "a", wait=False)
    assert (cloud.requests, cloud.stored) == (["GetAndLoadInternalContext"], [])


async def test_the_time_bounds_the_whole_wait(source: Path, tmp_path: Path) -> None:
    clock = FakeClock()
    files = on(StoreCloud(GetContextInfo=copy("Running")), clock).file_system
    sent = await files.upload_file(source, FILE, wait_timeout=20, poll_interval=3)
    assert (sent.success, sent.timed_out, sent.outcome_unknown) == (False, True, True)
    assert sent.error_message == "not copied after 20 s: last seen Running"
    assert sum(clock.slept) == pytest.approx(20)
    assert max(clock.slept) == 3
    with pytest.raises(FileTimeoutError):
        sent.raise_for_error()
    got = await files.download_file(FILE, tmp_path / "a", wait_timeout=5)
    assert (got.timed_out, got.outcome_unknown, names(tmp_path)) == (True, False, ["source"])
    assert sum(clock.slept) == pytest.approx(25)


@pytest.mark.parametrize("action", ["GetAndLoadInternalContext", "GetContextFileUploadUrl", "SyncContext"])
async def test_what_the_cloud_refuses_is_reported_with_its_reason(source: Path, action: str) -> None:
    refused = no("Forbidden.Context", "not yours")
    cloud = StoreCloud(**{action: refused})
    sent = await on(cloud).file_system.upload_file(source, FILE)
    assert (sent.success, sent.code, "not yours" in sent.error_message) == (False, "Forbidden.Context", True)
    assert cloud.requests[-1] == action
    with pytest.raises(FileError, match="not yours"):
        await on(StoreCloud(**{action: refused}), strict=True).file_system.upload_file(source, FILE)


async def test_a_store_that_refuses_a_file_has_nothing_to_copy(source: Path, tmp_path: Path) -> None:
    reported = "<Error><Code>EntityTooLarge</Code><Message>too large</Message></Error>"
    cloud = StoreCloud(httpx.Response(413, text=reported), GetContextInfo=copy("Success", "upload"))
    files = on(cloud).file_system
    sent = await files.upload_file(source, FILE)
    assert (sent.success, sent.http_status, sent.error_message) == (False, 413, "[EntityTooLarge] too large")
    assert "SyncContext" not in cloud.requests
    got = await files.download_file(FILE, tmp_path / "a")
    assert (got.success, got.http_status, names(tmp_path)) == (False, 413, ["source"])


async def test_a_lost_connection_raises_and_shows_no_address(
    source: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "sessionbay")
    cloud = StoreCloud(httpx.ReadError("the connection was lost"), GetContextInfo=copy("Success", "upload"))
    files = on(cloud).file_system
    with pytest.raises(FileError, match=r"upload of /tmp/file-transfer/a\.bin: the connection was lost") as up:
        await files.upload_file(source, FILE)
    with pytest.raises(FileError, match="download of") as down:
        await files.download_file(FILE, tmp_path / "a")
    assert (up.value.kind, names(tmp_path)) == ("unreachable", ["source"])
    assert "S3CRET" not in f"{up.value!r} {up.value.__cause__!r} {down.value!r} {down.value.__cause__!r} {caplog.text}"
    assert KEY not in caplog.text


async def test_a_cloud_that_does_not_answer_is_an_error_of_the_file(source: Path) -> None:
    with pytest.raises(FileError):
        await on(StoreCloud(SyncContext=httpx.ReadError("lost"))).file_system.upload_file(source, FILE)


async def test_a_mistake_raises_before_anything_is_sent(source: Path, tmp_path: Path) -> None:
    cloud = StoreCloud()
    files = on(cloud).file_system
    with pytest.raises(FileUsageError, match="there is no file"):
        await files.upload_file(tmp_path / "none", FILE)
    with pytest.raises(FileUsageError, match="is a folder, not a file"):
        await files.upload_file(tmp_path, FILE)
    for blank in (" ", "a\0b"):
        with pytest.raises(FileUsageError, match="remote_path"):
            await files.upload_file(source, blank)
        with pytest.raises(FileUsageError, match="remote_path"):
            await files.download_file(blank, tmp_path / "a")
    with pytest.raises(FileUsageError, match="wait_timeout"):
        await files.upload_file(source, FILE, wait_timeout=-1)
    with pytest.raises(FileUsageError, match="poll_interval"):
        await files.download_file(FILE, tmp_path / "a", poll_interval=0)
    with pytest.raises(FileUsageError, match="is a folder"):
        await files.download_file(FILE, tmp_path)
    with pytest.raises(FileUsageError, match="overwrite is False"):
        await files.download_file(FILE, source, overwrite=False)
    assert cloud.requests == []


async def test_without_a_folder_for_transfers_nothing_goes(source: Path) -> None:
    files = on(StoreCloud(GetAndLoadInternalContext=yes([]))).file_system
    assert await files.get_file_transfer_context_path() is None
    sent = await files.upload_file(source, FILE)
    assert (sent.success, "no transfer folder" in sent.error_message) == (False, True)
