"""Extensions of browsers: the archive, the pages of the list, and what is deleted."""

from pathlib import Path
from typing import Any
from zipfile import ZipFile

import httpx
import pytest

from sessionbay import (
    AsyncAgentBay,
    AsyncExtensionsService,
    BrowserContext,
    ContextError,
    ContextUsageError,
    local_files,
)

from ..fake_cloud import KEY, FakeCloud, no, yes

CONTEXT = yes({"Id": "SdkCtx-1", "Name": "my-ext"})
URL = yes({"Url": "https://store.example/put?signature=canary"})
FILE = {"FileName": "ext_1.zip", "FilePath": "/tmp/extensions/ext_1.zip", "GmtCreate": "2026-11-01T00:00:00Z"}


class Store(FakeCloud):
    """A cloud with a store for uploads."""

    def __init__(self, store_status: int = 200, **answers: Any) -> None:
        super().__init__(**answers)
        self._status = store_status

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.method != "PUT":
            return super()._answer(request)
        self.requests.append("PUT")
        return httpx.Response(self._status)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Give the archive of an extension."""
    return packed(tmp_path / "mine.zip", "manifest.json", "js/page.js")


def packed(path: Path, *names: str) -> Path:
    with ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "{}")
    return path


def service(cloud: FakeCloud, name: str = "my-ext", **options: Any) -> AsyncExtensionsService:
    return AsyncExtensionsService(AsyncAgentBay(api_key=KEY, transport=cloud, **options), name)


async def test_an_extension_is_stored_and_the_answer_is_the_extension(archive: Path) -> None:
    cloud = Store(GetContext=CONTEXT, GetContextFileUploadUrl=URL)
    created = await service(cloud).create(archive)
    assert cloud.requests == ["GetContext", "GetContextFileUploadUrl", "PUT"]
    assert (created.name, created.created_at) == ("mine.zip", "")
    assert cloud.forms[1]["FilePath"] == f"/tmp/extensions/{created.id}"
    assert created.data is not None
    assert created.data.id.startswith("ext_")


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({"GetContext": no("Quota", "too many contexts")}, "too many contexts"),
        ({"GetContext": CONTEXT, "GetContextFileUploadUrl": no("Denied", "not yours")}, "not yours"),
        ({"GetContext": CONTEXT, "GetContextFileUploadUrl": URL, "store_status": 403}, "HTTP 403"),
    ],
)
async def test_a_refusal_is_a_failed_result(answers: Any, reason: str, archive: Path) -> None:
    created = await service(Store(**answers)).create(archive)
    assert not created
    assert reason in created.error_message
    with pytest.raises(ContextError, match=reason):
        _ = created.id
    with pytest.raises(ContextError, match=reason):
        await service(Store(**answers), strict=True).create(archive)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.txt", b"", "not a .zip file"),
        ("extension", b"", "not a .zip file"),
        ("a.zip", b"no archive", "not a zip archive"),
        ("a.zip", b"", "not a zip archive"),
        ("a.zip", ["page.js"], "no manifest.json at its top level"),
        ("a.zip", ["mine/manifest.json"], "no manifest.json at its top level"),
        ("a.zip", ["manifest.json", "../x"], "leads out of the folder"),
        ("a.zip", ["manifest.json", "/etc/x"], "leads out of the folder"),
    ],
)
async def test_what_is_not_an_archive_of_an_extension_is_refused_before_sending(
    name: str, content: Any, reason: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        packed(path, *content)
    cloud = FakeCloud()
    with pytest.raises(ContextUsageError, match=reason):
        await service(cloud).create(path)
    with pytest.raises(ContextUsageError, match=reason):
        await service(cloud).update("ext_1.zip", path)
    assert cloud.requests == []


async def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(ContextUsageError, match=r"no file .*none\.zip on this machine"):
        await service(FakeCloud()).create(tmp_path / "none.zip")


async def test_archives_have_a_maximum_size(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_files, "MAX_UNPACKED_SIZE", 3)
    with pytest.raises(ContextUsageError, match="it unpacks to 4 bytes, and at most 3"):
        await service(FakeCloud()).create(archive)
    monkeypatch.setattr(local_files, "MAX_EXTENSION_SIZE", 10)
    with pytest.raises(ContextUsageError, match="and at most 10 are allowed"):
        await service(FakeCloud()).create(archive)


async def test_all_pages_are_listed() -> None:
    files = [FILE | {"FileName": f"ext_{number}.zip"} for number in range(203)]
    pages = [yes(files[first : first + 100], Count=203) for first in (0, 100, 200)]
    cloud = FakeCloud(GetContext=CONTEXT, DescribeContextFiles=pages)
    listed = await service(cloud).list()
    assert (len(listed), listed[0].id, listed[0].created_at) == (203, "ext_0.zip", "2026-11-01T00:00:00Z")
    assert [form["PageNumber"] for form in cloud.forms[1:]] == ["1", "2", "3"]


async def test_a_cloud_that_repeats_its_page_does_not_keep_the_list_going() -> None:
    page = yes([FILE | {"FileName": f"ext_{n}.zip"} for n in range(100)])
    cloud = FakeCloud(GetContext=CONTEXT, DescribeContextFiles=page)
    assert len(await service(cloud).list()) == 100
    assert cloud.requests.count("DescribeContextFiles") == 2


async def test_an_extension_is_replaced(archive: Path) -> None:
    cloud = Store(GetContext=CONTEXT, DescribeContextFiles=yes([FILE]), GetContextFileUploadUrl=URL)
    updated = await service(cloud).update("ext_1.zip", archive)
    assert (updated.id, updated.name) == ("ext_1.zip", "mine.zip")


async def test_an_unknown_extension_is_not_replaced(archive: Path) -> None:
    cloud = FakeCloud(GetContext=CONTEXT, DescribeContextFiles=yes([FILE]))
    with pytest.raises(ContextUsageError, match=r"my-ext has no extension 'ext_2\.zip'"):
        await service(cloud).update("ext_2.zip", archive)
    assert "GetContextFileUploadUrl" not in cloud.requests


async def test_an_extension_is_deleted() -> None:
    cloud = FakeCloud(GetContext=CONTEXT, DeleteContextFile=[yes(), no("NotFound", "no such file")])
    extensions = service(cloud)
    assert (await extensions.delete("ext_1.zip")).success
    assert (await extensions.delete("ext_1.zip")).error_message == "[NotFound] no such file"
    assert cloud.requests == ["GetContext", "DeleteContextFile", "DeleteContextFile"]


@pytest.mark.parametrize("extension_id", ["", " ", "a/b.zip", "..", "/tmp/extensions/a.zip", 3])
async def test_an_id_is_the_name_of_a_file(extension_id: Any, archive: Path) -> None:
    cloud = FakeCloud()
    with pytest.raises(ContextUsageError, match="extension_id"):
        await service(cloud).delete(extension_id)
    with pytest.raises(ContextUsageError, match="extension_id"):
        await service(cloud).update(extension_id, archive)
    with pytest.raises(ContextUsageError, match="extension_id"):
        await service(cloud).create_extension_option([extension_id])
    with pytest.raises(ContextUsageError, match="extension_ids"):
        await service(cloud).create_extension_option([])
    assert cloud.requests == []


async def test_an_option_brings_extensions_into_a_session() -> None:
    option = await service(FakeCloud(GetContext=CONTEXT)).create_extension_option(["ext_1.zip"])
    assert BrowserContext("SdkCtx-2", extension_option=option).extension_context_id == "SdkCtx-1"
    with pytest.raises(ContextError, match="too many"):
        await service(FakeCloud(GetContext=no("Quota", "too many"))).create_extension_option(["ext_1.zip"])


async def test_a_generated_context_is_deleted_and_the_truth_is_told() -> None:
    cloud = FakeCloud(
        GetContext=CONTEXT, DescribeContextFiles=yes([]), DeleteContext=[no("InUse", "it is in use"), yes()]
    )
    extensions = service(cloud, "")
    assert (await extensions.cleanup()).success
    assert cloud.requests == []
    await extensions.list()
    refused = await extensions.cleanup()
    assert (refused.success, refused.error_message) == (False, "[InUse] it is in use")
    assert (await extensions.cleanup()).success
    assert (await extensions.cleanup()).success
    assert cloud.requests.count("DeleteContext") == 2


async def test_a_named_context_is_kept() -> None:
    cloud = FakeCloud(GetContext=CONTEXT, DescribeContextFiles=yes([]))
    extensions = service(cloud)
    await extensions.list()
    assert (await extensions.cleanup()).success
    assert "DeleteContext" not in cloud.requests


def test_each_generated_name_is_another() -> None:
    names = {service(FakeCloud(), "").context_name for _ in range(5)}
    assert len(names) == 5


def test_a_service_needs_a_client() -> None:
    for wrong in ("key", None):
        with pytest.raises(ContextUsageError, match="client must be of the class"):
            AsyncExtensionsService(wrong)  # type: ignore[arg-type]


async def test_the_engine_stores_extensions(bay: AsyncAgentBay, archive: Path) -> None:
    extensions = AsyncExtensionsService(bay)
    created = await extensions.create(archive)
    assert [extension.id for extension in await extensions.list()] == [created.id]
    assert (await extensions.update(created.id, archive)).success
    assert (await extensions.delete(created.id)).success
    assert len(await extensions.list()) == 0
    assert (await extensions.cleanup()).success
