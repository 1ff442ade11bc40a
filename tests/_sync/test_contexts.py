# Generated from tests/_async/test_contexts.py by scripts/generate_sync.py. Do not edit.
"""Contexts: on the engine, and on a cloud that misbehaves."""

import os
import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from sessionbay import (
    AgentBay,
    Context,
    ContextError,
    ContextListParams,
    ContextMount,
    ContextSync,
    ContextTimeoutError,
    ContextUsageError,
    Session,
)
from sessionbay._sync.presigned import Presigned
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
def context(either: AgentBay) -> Iterator[Context]:
    """Give a context of its own to each test."""
    made = either.context.create(f"test-{secrets.token_hex(6)}")
    yield made.context
    either.context.delete(made.context)


def client(cloud: FakeCloud, *, strict: bool = False) -> AgentBay:
    """Return a client of a cloud, with a clock that never waits."""
    return AgentBay(api_key=KEY, transport=cloud, clock=FakeClock(), strict=strict)


def state(word: str) -> httpx.Response:
    return yes({"Id": "c", "Name": "n", "State": word})


def test_a_context_is_made_once_for_its_name(either: AgentBay, context: Context) -> None:
    again = either.context.get(context.name, create=True)
    by_id = either.context.get(context_id=context.id)
    assert (again.context_id, by_id.context.name, context.state) == (context.id, context.name, "available")


def test_a_context_that_is_not_there_is_a_refusal(either: AgentBay) -> None:
    found = either.context.get(f"nobody-made-{secrets.token_hex(6)}")
    assert (found.success, found.data) == (False, None)
    with pytest.raises(ContextError):
        _ = found.context_id


def test_a_context_keeps_its_id_under_a_new_name(either: AgentBay, context: Context) -> None:
    name = f"{context.name}-renamed"
    assert (either.context.update(replace(context, name=name))).data is True
    assert (either.context.get(name)).context_id == context.id


def test_contexts_are_listed_page_by_page(either: AgentBay, context: Context) -> None:
    other = (either.context.create(f"{context.name}-2")).context
    seen = [entry.id for entry in either.context.iter(limit=1)]
    page = either.context.list(limit=1)
    after = either.context.list(ContextListParams(max_results=1, next_token=page.next_token))
    assert {context.id, other.id} <= set(seen)
    assert len(seen) == len(set(seen))
    assert [entry.id for entry in page.contexts + after.contexts] == seen[:2]
    either.context.delete(other)


def test_a_context_is_deleted_once_and_for_all(either: AgentBay, context: Context) -> None:
    assert (either.context.delete(context.id)).success
    assert (either.context.delete(context)).success
    assert not (either.context.get(context_id=context.id)).success


def test_bytes_go_in_and_come_out_the_same(either: AgentBay, context: Context, tmp_path: Path) -> None:
    content = secrets.token_bytes(1000)
    sent = either.context.upload_file(context, FILE, content)
    got = either.context.download_file(context, FILE, tmp_path / "new" / "a.bin")
    assert (sent.success, sent.size, got.success, got.size) == (True, 1000, True, 1000)
    assert (tmp_path / "new" / "a.bin").read_bytes() == content


@pytest.mark.parametrize("size", [0, LARGE])
def test_a_file_goes_in_and_comes_out_the_same(either: AgentBay, context: Context, tmp_path: Path, size: int) -> None:
    (tmp_path / "source").write_bytes(secrets.token_bytes(size))
    assert (either.context.upload_file(context.id, FILE, tmp_path / "source")).size == size
    assert (either.context.download_file(context.id, FILE, tmp_path / "copy")).size == size
    assert (tmp_path / "copy").read_bytes() == (tmp_path / "source").read_bytes()


def test_a_file_that_is_not_there_leaves_nothing_behind(either: AgentBay, context: Context, tmp_path: Path) -> None:
    got = either.context.download_file(context, "/tmp/data/none", tmp_path / "none")
    assert (got.success, names(tmp_path)) == (False, [])


def test_a_file_that_becomes_shorter_while_it_is_sent_is_reported_and_not_kept(
    either: AgentBay, context: Context, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    source.write_bytes(bytes(LARGE))
    address = either.context.get_file_upload_url(context, FILE)
    sender = Presigned(either.core.api)
    with source.open("rb") as file, pytest.raises(ContextUsageError, match="bytes shorter during the upload"):
        sender.put(address.url, file, FILE, progress=lambda _: os.truncate(source, 0))
    assert (either.context.list_files(context, "/tmp/data/notes")).entries == []


def test_what_is_in_the_way_of_a_file_is_reported(either: AgentBay, context: Context, tmp_path: Path) -> None:
    either.context.upload_file(context, FILE, b"12345")
    for path in ("/tmp/data/notes", f"{FILE}/below"):
        sent = either.context.upload_file(context, path, b"1")
        assert (sent.success, sent.code) == (False, "FileAlreadyExists")
        assert "a folder has this name" in sent.error_message
    got = either.context.download_file(context, "/tmp/data/notes", tmp_path / "folder")
    assert (got.success, got.code) == (False, "ContextFile.NotFound")


def test_what_is_no_context_is_refused_before_sending() -> None:
    with client(FakeCloud()) as bay:
        with pytest.raises(ContextUsageError, match="context must be a Context"):
            bay.context.update("an id")  # type: ignore[arg-type]


def test_what_cannot_be_bound_is_refused_before_sending(bay_session: Session) -> None:
    with pytest.raises(ContextUsageError, match="Invalid context 'an id': pass a ContextSync"):
        bay_session.context.bind("an id")  # type: ignore[arg-type]


def test_files_are_listed_and_deleted(either: AgentBay, context: Context) -> None:
    either.context.upload_file(context, FILE, b"12345")
    listed = either.context.list_files(context, "/tmp/data/notes")
    assert [(entry.file_name, entry.size) for entry in listed.entries] == [("a.txt", 5)]
    assert (either.context.delete_file(context, FILE)).success
    assert (either.context.list_files(context, "/tmp/data/notes")).entries == []


def test_a_cleared_context_is_empty_and_keeps_its_name(either: AgentBay, context: Context) -> None:
    either.context.upload_file(context, FILE, b"12345")
    cleared = either.context.clear(context, poll_interval=0.02)
    assert (cleared.success, cleared.status, cleared.context_id) == (True, "available", context.id)
    assert (either.context.list_files(context, "/tmp/data/notes")).entries == []
    assert (either.context.get(context.name)).context_id == context.id


def test_what_was_uploaded_is_in_the_next_session(either: AgentBay, context: Context) -> None:
    either.context.upload_file(context, FILE, b"from outside")
    sync = ContextSync(context_id=context.id, path="/tmp/data")
    with either.session(image_id=IMAGE, context_syncs=[sync]) as session:
        assert (session.file_system.read_file(FILE)).content == "from outside"
        session.command.run("echo from inside > /tmp/data/b.txt")
        assert (session.context.sync(context.id, "/tmp/data", "upload")).success
    with either.session(image_id=IMAGE, context_syncs=[sync]) as session:
        assert (session.file_system.read_file("/tmp/data/b.txt")).content == "from inside\n"


def test_contexts_are_copied_to_and_from_any_folder(either: AgentBay, engine: LocalEngine) -> None:
    if engine.isolation != "namespaces":
        pytest.skip("plain processes have no paths of their own")
    folders = ("/home/data", "/mnt/x", "/workspace")
    made = [(either.context.create(f"test-{secrets.token_hex(6)}")).context for _ in folders]
    for context, folder in zip(made, folders, strict=True):
        either.context.upload_file(context, f"{folder}/in", b"in")
    syncs = [ContextSync(context_id=context.id, path=path) for context, path in zip(made, folders, strict=True)]
    session = (either.create(image_id=IMAGE, context_syncs=syncs)).unwrap()
    copied = session.command.run(" && ".join(f"cp {folder}/in {folder}/out" for folder in folders))
    assert (copied.success, (session.delete(sync_context=True)).success) == (True, True)
    for context, folder in zip(made, folders, strict=True):
        listed = either.context.list_files(context, folder)
        assert [entry.file_name for entry in listed.entries] == ["in", "out"]
        either.context.delete(context)


@pytest.mark.parametrize("path", ["/usr/share/data", "/etc/ssl", "/bin"])
def test_a_context_in_a_read_only_folder_is_refused_before_there_is_a_session(
    either: AgentBay, context: Context, path: str
) -> None:
    sync = ContextSync(context_id=context.id, path=path)
    refused = either.create(image_id=IMAGE, labels={"context": context.id}, context_syncs=[sync])
    assert (refused.success, refused.code, path in refused.error_message) == (False, "PathNotWritable", True)
    assert (either.list(labels={"context": context.id})).total_count == 0


def test_a_context_is_bound_to_a_running_session(bay: AgentBay, bay_session: Session) -> None:
    made = bay.context.create(f"test-{secrets.token_hex(6)}")
    bay.context.upload_file(made.context, FILE, b"from outside")
    sync = ContextSync(context_id=made.context_id, path="/tmp/data")
    bound = bay_session.context.bind(sync)
    assert (bound.success, bound.context_error) == (True, "")
    assert (bay_session.file_system.read_file(FILE)).content == "from outside"
    assert [binding.path for binding in (bay_session.context.list_bindings()).bindings] == ["/tmp/data"]
    assert (bay_session.context.bind(sync)).code == "PathAlreadyBound"


def test_a_sync_calls_its_callback(bay_session: Session) -> None:
    reported: list[bool] = []
    bay_session.context.sync(callback=reported.append, retry_interval=10, max_retries=50)
    assert reported == [True]


def test_only_a_creation_names_the_region() -> None:
    cloud = FakeCloud(GetContext=state("available"))
    bay = client(cloud)
    bay.context.create("n")
    bay.context.get("n")
    assert [form.get("LoginRegionId") for form in cloud.forms] == ["cn-hangzhou", None]


def test_a_wait_for_an_empty_context_that_runs_out_says_so() -> None:
    cloud = FakeCloud(ClearContext=yes(), GetContext=state("clearing"))
    cleared = client(cloud).context.clear("c", timeout=6)
    assert (cleared.success, cleared.timed_out, cleared.status) == (False, True, "clearing")
    assert cloud.requests.count("GetContext") == 3
    with pytest.raises(ContextTimeoutError, match="not empty after 6 s, last seen clearing"):
        client(cloud, strict=True).context.clear("c", timeout=6)


def test_a_clearing_that_is_refused_is_not_waited_for() -> None:
    cloud = FakeCloud(ClearContext=REFUSED)
    assert (client(cloud).context.clear("c")).code == "Forbidden.Context"
    assert (client(cloud).context.clear_async("c")).status == ""
    assert cloud.requests == ["ClearContext"] * 2


def test_a_clearing_that_was_begun_can_be_followed() -> None:
    bay = client(FakeCloud(ClearContext=yes(), GetContext=[state("pre-available"), GONE]))
    assert (bay.context.clear_async("c")).status == "clearing"
    assert (bay.context.get_clear_status("c")).status == "pre-available"
    gone = bay.context.get_clear_status("c")
    assert (gone.success, gone.context_id, gone.code) == (False, "c", "Context.NotFound")


def test_deleting_what_is_deleted_already_is_a_success() -> None:
    assert (client(FakeCloud(DeleteContext=GONE), strict=True).context.delete("c")).data is True


def test_a_refusal_is_a_result_and_raises_on_a_strict_client() -> None:
    cloud = FakeCloud(DeleteContext=REFUSED)
    assert (client(cloud).context.delete("c")).http_status_code == 403
    with pytest.raises(ContextError, match="not yours"):
        client(cloud, strict=True).context.delete("c")


def test_files_are_listed_by_number_or_by_mark_never_both() -> None:
    cloud = FakeCloud(DescribeContextFiles=yes([], Count=7, NextToken="T2"))
    listed = client(cloud).context.list_files("c", "/tmp/data", page_size=5)
    client(cloud).context.list_files("c", "/tmp/data", next_token="T2")
    pages = [{name: form.get(name) for name in ("PageNumber", "PageSize")} for form in cloud.forms]
    assert pages == [{"PageNumber": "1", "PageSize": "5"}, {"PageNumber": None, "PageSize": None}]
    assert (listed.count, listed.next_token) == (7, "T2")


def test_a_binding_whose_copy_fails_says_why() -> None:
    bound = yes([{"ContextId": "c", "Path": "/p"}])
    task = '{"contextId": "c", "path": "/p", "status": "Failed", "taskType": "download", "errorMessage": "no space"}'
    reported = yes({"ContextStatus": f'[{{"type": "data", "data": [{task}]}}]'})
    cloud = FakeCloud(BindContexts=yes(), DescribeSessionContexts=[yes([]), bound], GetContextInfo=reported)
    session = Session(client(cloud), "session-1")
    result = session.context.bind(ContextSync(context_id="c", path="/p"))
    assert (result.success, result.context_error) == (True, "download of c at /p: no space")


def test_a_binding_that_is_never_listed_says_so() -> None:
    cloud = FakeCloud(BindContexts=yes(), DescribeSessionContexts=yes([]))
    result = Session(client(cloud), "session-1").context.bind(ContextSync(context_id="c", path="/p"))
    assert result.context_error == "not listed as bound after 180 s"


def test_nobody_waits_for_a_mount() -> None:
    cloud = FakeCloud(BindContexts=yes())
    Session(client(cloud), "session-1").context.bind(ContextMount(context_id="c", path="/p"))
    assert cloud.requests == ["BindContexts"]


def test_a_file_that_is_not_on_this_machine_is_refused_before_sending(tmp_path: Path) -> None:
    with pytest.raises(ContextUsageError, match="is a folder, not a file"):
        client(FakeCloud()).context.upload_file("c", FILE, tmp_path)


def test_a_place_that_is_taken_is_refused_before_sending(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(ContextUsageError, match="overwrite is False"):
        client(FakeCloud()).context.download_file("c", FILE, tmp_path / "taken", overwrite=False)


def test_an_address_opens_one_file_and_is_not_in_the_repr(either: AgentBay, context: Context) -> None:
    either.context.upload_file(context, FILE, b"12345")
    down = either.context.get_file_download_url(context, FILE)
    up = either.context.get_file_upload_url(context, FILE)
    assert (down.success, up.success, down.url == up.url) == (True, True, False)
    assert not any(secret in repr(down) + repr(up) for secret in (down.url, up.url))
    none = either.context.get_file_download_url(context, "/tmp/data/none")
    assert (none.success, none.data) == (False, None)


def test_the_copies_of_a_session_are_reported(session: Session) -> None:
    seen = session.context.info()
    assert (seen.success, seen.context_status_data) == (True, [])
