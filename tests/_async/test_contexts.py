"""Contexts: on the engine, and on a cloud that misbehaves."""

import os
import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from sessionbay import (
    AsyncAgentBay,
    AsyncSession,
    Context,
    ContextError,
    ContextListParams,
    ContextMount,
    ContextSync,
    ContextTimeoutError,
    ContextUsageError,
)
from sessionbay._async.presigned import AsyncPresigned
from sessionbay.engine import LocalEngine

from ..fake_cloud import KEY, FakeCloud, no, yes
from ..support import names
from .clock import FakeClock
from .conftest import IMAGE

FILE = "/tmp/data/notes/a.txt"
GONE = no("Context.NotFound", "there is no such context")
REFUSED = no("Forbidden.Context", "not yours", 403)
LARGE = 1_500_000  # bytes: several pieces


@pytest.fixture
async def context(either: AsyncAgentBay) -> AsyncIterator[Context]:
    """Give a context of its own to each test."""
    made = await either.context.create(f"test-{secrets.token_hex(6)}")
    yield made.context
    await either.context.delete(made.context)


def client(cloud: FakeCloud, *, strict: bool = False) -> AsyncAgentBay:
    """Return a client of a cloud, with a clock that never waits."""
    return AsyncAgentBay(api_key=KEY, transport=cloud, clock=FakeClock(), strict=strict)


def state(word: str) -> httpx.Response:
    return yes({"Id": "c", "Name": "n", "State": word})


async def test_a_context_is_made_once_for_its_name(either: AsyncAgentBay, context: Context) -> None:
    again = await either.context.get(context.name, create=True)
    by_id = await either.context.get(context_id=context.id)
    assert (again.context_id, by_id.context.name, context.state) == (context.id, context.name, "available")


async def test_a_context_that_is_not_there_is_a_refusal(either: AsyncAgentBay) -> None:
    found = await either.context.get(f"nobody-made-{secrets.token_hex(6)}")
    assert (found.success, found.data) == (False, None)
    with pytest.raises(ContextError):
        _ = found.context_id


async def test_a_context_keeps_its_id_under_a_new_name(either: AsyncAgentBay, context: Context) -> None:
    name = f"{context.name}-renamed"
    assert (await either.context.update(replace(context, name=name))).data is True
    assert (await either.context.get(name)).context_id == context.id


async def test_contexts_are_listed_page_by_page(either: AsyncAgentBay, context: Context) -> None:
    other = (await either.context.create(f"{context.name}-2")).context
    seen = [entry.id async for entry in either.context.iter(limit=1)]
    page = await either.context.list(limit=1)
    after = await either.context.list(ContextListParams(max_results=1, next_token=page.next_token))
    assert {context.id, other.id} <= set(seen)
    assert len(seen) == len(set(seen))
    assert [entry.id for entry in page.contexts + after.contexts] == seen[:2]
    await either.context.delete(other)


async def test_a_context_is_deleted_once_and_for_all(either: AsyncAgentBay, context: Context) -> None:
    assert (await either.context.delete(context.id)).success
    assert (await either.context.delete(context)).success
    assert not (await either.context.get(context_id=context.id)).success


async def test_bytes_go_in_and_come_out_the_same(either: AsyncAgentBay, context: Context, tmp_path: Path) -> None:
    content = secrets.token_bytes(1000)
    sent = await either.context.upload_file(context, FILE, content)
    got = await either.context.download_file(context, FILE, tmp_path / "new" / "a.bin")
    assert (sent.success, sent.size, got.success, got.size) == (True, 1000, True, 1000)
    assert (tmp_path / "new" / "a.bin").read_bytes() == content


@pytest.mark.parametrize("size", [0, LARGE])
async def test_a_file_goes_in_and_comes_out_the_same(
    either: AsyncAgentBay, context: Context, tmp_path: Path, size: int
) -> None:
    (tmp_path / "source").write_bytes(secrets.token_bytes(size))
    assert (await either.context.upload_file(context.id, FILE, tmp_path / "source")).size == size
    assert (await either.context.download_file(context.id, FILE, tmp_path / "copy")).size == size
    assert (tmp_path / "copy").read_bytes() == (tmp_path / "source").read_bytes()


async def test_a_file_that_is_not_there_leaves_nothing_behind(
    either: AsyncAgentBay, context: Context, tmp_path: Path
) -> None:
    got = await either.context.download_file(context, "/tmp/data/none", tmp_path / "none")
    assert (got.success, names(tmp_path)) == (False, [])


async def test_a_file_that_becomes_shorter_while_it_is_sent_is_reported_and_not_kept(
    either: AsyncAgentBay, context: Context, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    source.write_bytes(bytes(LARGE))
    address = await either.context.get_file_upload_url(context, FILE)
    sender = AsyncPresigned(either.core.api)
    with source.open("rb") as file, pytest.raises(ContextUsageError, match="bytes shorter during the upload"):
        await sender.put(address.url, file, FILE, progress=lambda _: os.truncate(source, 0))
    assert (await either.context.list_files(context, "/tmp/data/notes")).entries == []


async def test_what_is_in_the_way_of_a_file_is_reported(
    either: AsyncAgentBay, context: Context, tmp_path: Path
) -> None:
    await either.context.upload_file(context, FILE, b"12345")
    for path in ("/tmp/data/notes", f"{FILE}/below"):
        sent = await either.context.upload_file(context, path, b"1")
        assert (sent.success, sent.code) == (False, "FileAlreadyExists")
        assert "a folder has this name" in sent.error_message
    got = await either.context.download_file(context, "/tmp/data/notes", tmp_path / "folder")
    assert (got.success, got.code) == (False, "ContextFile.NotFound")


async def test_what_is_no_context_is_refused_before_sending() -> None:
    async with client(FakeCloud()) as bay:
        with pytest.raises(ContextUsageError, match="context must be a Context"):
            await bay.context.update("an id")  # type: ignore[arg-type]


async def test_what_cannot_be_bound_is_refused_before_sending(bay_session: AsyncSession) -> None:
    with pytest.raises(ContextUsageError, match="Invalid context 'an id': pass a ContextSync"):
        await bay_session.context.bind("an id")  # type: ignore[arg-type]


async def test_files_are_listed_and_deleted(either: AsyncAgentBay, context: Context) -> None:
    await either.context.upload_file(context, FILE, b"12345")
    listed = await either.context.list_files(context, "/tmp/data/notes")
    assert [(entry.file_name, entry.size) for entry in listed.entries] == [("a.txt", 5)]
    assert (await either.context.delete_file(context, FILE)).success
    assert (await either.context.list_files(context, "/tmp/data/notes")).entries == []


async def test_a_cleared_context_is_empty_and_keeps_its_name(either: AsyncAgentBay, context: Context) -> None:
    await either.context.upload_file(context, FILE, b"12345")
    cleared = await either.context.clear(context, poll_interval=0.02)
    assert (cleared.success, cleared.status, cleared.context_id) == (True, "available", context.id)
    assert (await either.context.list_files(context, "/tmp/data/notes")).entries == []
    assert (await either.context.get(context.name)).context_id == context.id


async def test_what_was_uploaded_is_in_the_next_session(either: AsyncAgentBay, context: Context) -> None:
    await either.context.upload_file(context, FILE, b"from outside")
    sync = ContextSync(context_id=context.id, path="/tmp/data")
    async with either.session(image_id=IMAGE, context_syncs=[sync]) as session:
        assert (await session.file_system.read_file(FILE)).content == "from outside"
        await session.command.run("echo from inside > /tmp/data/b.txt")
        assert (await session.context.sync(context.id, "/tmp/data", "upload")).success
    async with either.session(image_id=IMAGE, context_syncs=[sync]) as session:
        assert (await session.file_system.read_file("/tmp/data/b.txt")).content == "from inside\n"


async def test_contexts_are_copied_to_and_from_any_folder(either: AsyncAgentBay, engine: LocalEngine) -> None:
    if engine.isolation != "namespaces":
        pytest.skip("plain processes have no paths of their own")
    folders = ("/home/data", "/mnt/x", "/workspace")
    made = [(await either.context.create(f"test-{secrets.token_hex(6)}")).context for _ in folders]
    for context, folder in zip(made, folders, strict=True):
        await either.context.upload_file(context, f"{folder}/in", b"in")
    syncs = [ContextSync(context_id=context.id, path=path) for context, path in zip(made, folders, strict=True)]
    session = (await either.create(image_id=IMAGE, context_syncs=syncs)).unwrap()
    copied = await session.command.run(" && ".join(f"cp {folder}/in {folder}/out" for folder in folders))
    assert (copied.success, (await session.delete(sync_context=True)).success) == (True, True)
    for context, folder in zip(made, folders, strict=True):
        listed = await either.context.list_files(context, folder)
        assert [entry.file_name for entry in listed.entries] == ["in", "out"]
        await either.context.delete(context)


@pytest.mark.parametrize("path", ["/usr/share/data", "/etc/ssl", "/bin"])
async def test_a_context_in_a_read_only_folder_is_refused_before_there_is_a_session(
    either: AsyncAgentBay, context: Context, path: str
) -> None:
    sync = ContextSync(context_id=context.id, path=path)
    refused = await either.create(image_id=IMAGE, labels={"context": context.id}, context_syncs=[sync])
    assert (refused.success, refused.code, path in refused.error_message) == (False, "PathNotWritable", True)
    assert (await either.list(labels={"context": context.id})).total_count == 0


async def test_a_context_is_bound_to_a_running_session(bay: AsyncAgentBay, bay_session: AsyncSession) -> None:
    made = await bay.context.create(f"test-{secrets.token_hex(6)}")
    await bay.context.upload_file(made.context, FILE, b"from outside")
    sync = ContextSync(context_id=made.context_id, path="/tmp/data")
    bound = await bay_session.context.bind(sync)
    assert (bound.success, bound.context_error) == (True, "")
    assert (await bay_session.file_system.read_file(FILE)).content == "from outside"
    assert [binding.path for binding in (await bay_session.context.list_bindings()).bindings] == ["/tmp/data"]
    assert (await bay_session.context.bind(sync)).code == "PathAlreadyBound"


async def test_a_sync_calls_its_callback(bay_session: AsyncSession) -> None:
    reported: list[bool] = []
    await bay_session.context.sync(callback=reported.append, retry_interval=10, max_retries=50)
    assert reported == [True]


async def test_only_a_creation_names_the_region() -> None:
    cloud = FakeCloud(GetContext=state("available"))
    bay = client(cloud)
    await bay.context.create("n")
    await bay.context.get("n")
    assert [form.get("LoginRegionId") for form in cloud.forms] == ["cn-hangzhou", None]


async def test_a_wait_for_an_empty_context_that_runs_out_says_so() -> None:
    cloud = FakeCloud(ClearContext=yes(), GetContext=state("clearing"))
    cleared = await client(cloud).context.clear("c", timeout=6)
    assert (cleared.success, cleared.timed_out, cleared.status) == (False, True, "clearing")
    assert cloud.requests.count("GetContext") == 3
    with pytest.raises(ContextTimeoutError, match="not empty after 6 s, last seen clearing"):
        await client(cloud, strict=True).context.clear("c", timeout=6)


async def test_a_clearing_that_is_refused_is_not_waited_for() -> None:
    cloud = FakeCloud(ClearContext=REFUSED)
    assert (await client(cloud).context.clear("c")).code == "Forbidden.Context"
    assert (await client(cloud).context.clear_async("c")).status == ""
    assert cloud.requests == ["ClearContext"] * 2


async def test_a_clearing_that_was_begun_can_be_followed() -> None:
    bay = client(FakeCloud(ClearContext=yes(), GetContext=[state("pre-available"), GONE]))
    assert (await bay.context.clear_async("c")).status == "clearing"
    assert (await bay.context.get_clear_status("c")).status == "pre-available"
    gone = await bay.context.get_clear_status("c")
    assert (gone.success, gone.context_id, gone.code) == (False, "c", "Context.NotFound")


async def test_deleting_what_is_deleted_already_is_a_success() -> None:
    assert (await client(FakeCloud(DeleteContext=GONE), strict=True).context.delete("c")).data is True


async def test_a_refusal_is_a_result_and_raises_on_a_strict_client() -> None:
    cloud = FakeCloud(DeleteContext=REFUSED)
    assert (await client(cloud).context.delete("c")).http_status_code == 403
    with pytest.raises(ContextError, match="not yours"):
        await client(cloud, strict=True).context.delete("c")


async def test_files_are_listed_by_number_or_by_mark_never_both() -> None:
    cloud = FakeCloud(DescribeContextFiles=yes([], Count=7, NextToken="T2"))
    listed = await client(cloud).context.list_files("c", "/tmp/data", page_size=5)
    await client(cloud).context.list_files("c", "/tmp/data", next_token="T2")
    pages = [{name: form.get(name) for name in ("PageNumber", "PageSize")} for form in cloud.forms]
    assert pages == [{"PageNumber": "1", "PageSize": "5"}, {"PageNumber": None, "PageSize": None}]
    assert (listed.count, listed.next_token) == (7, "T2")


async def test_a_binding_whose_copy_fails_says_why() -> None:
    bound = yes([{"ContextId": "c", "Path": "/p"}])
    task = '{"contextId": "c", "path": "/p", "status": "Failed", "taskType": "download", "errorMessage": "no space"}'
    reported = yes({"ContextStatus": f'[{{"type": "data", "data": [{task}]}}]'})
    cloud = FakeCloud(BindContexts=yes(), DescribeSessionContexts=[yes([]), bound], GetContextInfo=reported)
    session = AsyncSession(client(cloud), "session-1")
    result = await session.context.bind(ContextSync(context_id="c", path="/p"))
    assert (result.success, result.context_error) == (True, "download of c at /p: no space")


async def test_a_binding_that_is_never_listed_says_so() -> None:
    cloud = FakeCloud(BindContexts=yes(), DescribeSessionContexts=yes([]))
    result = await AsyncSession(client(cloud), "session-1").context.bind(ContextSync(context_id="c", path="/p"))
    assert result.context_error == "not listed as bound after 180 s"


async def test_nobody_waits_for_a_mount() -> None:
    cloud = FakeCloud(BindContexts=yes())
    await AsyncSession(client(cloud), "session-1").context.bind(ContextMount(context_id="c", path="/p"))
    assert cloud.requests == ["BindContexts"]


async def test_a_file_that_is_not_on_this_machine_is_refused_before_sending(tmp_path: Path) -> None:
    with pytest.raises(ContextUsageError, match="is a folder, not a file"):
        await client(FakeCloud()).context.upload_file("c", FILE, tmp_path)


async def test_a_place_that_is_taken_is_refused_before_sending(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(ContextUsageError, match="overwrite is False"):
        await client(FakeCloud()).context.download_file("c", FILE, tmp_path / "taken", overwrite=False)


async def test_an_address_opens_one_file_and_is_not_in_the_repr(either: AsyncAgentBay, context: Context) -> None:
    await either.context.upload_file(context, FILE, b"12345")
    down = await either.context.get_file_download_url(context, FILE)
    up = await either.context.get_file_upload_url(context, FILE)
    assert (down.success, up.success, down.url == up.url) == (True, True, False)
    assert not any(secret in repr(down) + repr(up) for secret in (down.url, up.url))
    none = await either.context.get_file_download_url(context, "/tmp/data/none")
    assert (none.success, none.data) == (False, None)


async def test_the_copies_of_a_session_are_reported(session: AsyncSession) -> None:
    seen = await session.context.info()
    assert (seen.success, seen.context_status_data) == (True, [])
