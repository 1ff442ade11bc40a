"""Contexts and transfers."""

import os
import time
from pathlib import Path
from typing import Any

import pytest
from agb import ContextSync, CreateSessionParams, SyncPolicy

from ..engine import skip_unless_mapped
from ..plain import get, put
from .conftest import IMAGE, NUMBERS, Do

DATA = bytes(range(256)) * 100
PATH = "/tmp/kept"


@pytest.fixture
def context(agb: Any) -> Any:
    """Give a context that no other check uses."""
    result = agb.context.create(f"agb-{time.time_ns()}-{next(NUMBERS)}")
    assert result.success, result.error_message
    return result.context


@pytest.fixture
def mapped(session: Any) -> None:
    """Let a check run only where sessions have paths of their own."""
    skip_unless_mapped(session.info().data["connection_properties"])


def synced(context: Any) -> list[Any]:
    """Return what a session is to be bound to."""
    return [ContextSync.new(context.id, PATH, SyncPolicy())]


def upload(agb: Any, context: Any, path: str, data: bytes) -> None:
    result = agb.context.get_file_upload_url(context.id, path)
    assert result.success, result.error_message
    assert put(result.url, data)[0] == 200


def download(agb: Any, context: Any, path: str) -> bytes:
    return get(agb.context.get_file_download_url(context.id, path).url)


def test_a_context_is_created_once(agb: Any, context: Any) -> None:
    assert context.id.startswith("SdkCtx-")
    assert agb.context.create(context.name).context_id == context.id


def test_a_context_is_got_by_name_and_by_id(agb: Any, context: Any) -> None:
    assert agb.context.get(context.name).context_id == context.id
    assert agb.context.get(context_id=context.id).context.name == context.name


def test_an_unknown_context_is_not_got(agb: Any) -> None:
    assert agb.context.get(f"never-{time.time_ns()}").success is False


def test_contexts_are_listed(agb: Any, context: Any) -> None:
    result = agb.context.list()
    assert (result.success, 0 < len(result.contexts) <= 10) == (True, True)


@pytest.mark.defect("It looks for the next page's token where none can be, so that a second page cannot be had.")
def test_the_second_page_of_contexts(agb: Any) -> None:
    for _ in range(11):
        assert agb.context.create(f"agb-paged-{time.time_ns()}-{next(NUMBERS)}").success
    result = agb.context.list()
    assert (result.success, len(result.contexts), result.next_token) == (True, 10, None)


def test_a_context_is_renamed(agb: Any, context: Any) -> None:
    context.name += "-renamed"
    assert agb.context.update(context).success
    assert agb.context.get(context_id=context.id).context.name.endswith("-renamed")


def test_a_context_is_deleted(agb: Any, context: Any) -> None:
    assert agb.context.delete(context).success
    assert agb.context.get(context.name).success is False


def test_a_file_goes_up_and_down_by_plain_http(agb: Any, context: Any) -> None:
    upload(agb, context, f"{PATH}/a.bin", DATA)
    assert download(agb, context, f"{PATH}/a.bin") == DATA


def test_a_file_with_a_relative_path_goes_up_and_down(agb: Any, context: Any) -> None:
    upload(agb, context, "folder/a.txt", b"four")
    assert download(agb, context, "folder/a.txt") == b"four"
    assert [entry.file_name for entry in agb.context.list_files(context.id, "folder").entries] == ["a.txt"]
    assert agb.context.delete_file(context.id, "folder/a.txt").success
    assert agb.context.list_files(context.id, "folder").entries == []


def test_files_of_a_context_are_listed_and_deleted(agb: Any, context: Any) -> None:
    upload(agb, context, f"{PATH}/a.txt", b"four")
    result = agb.context.list_files(context.id, PATH)
    assert [(entry.file_name, entry.size) for entry in result.entries] == [("a.txt", 4)]
    assert agb.context.delete_file(context.id, f"{PATH}/a.txt").success
    assert agb.context.list_files(context.id, PATH).entries == []


def test_a_context_is_cleared(agb: Any, context: Any) -> None:
    upload(agb, context, f"{PATH}/a.txt", b"four")
    assert agb.context.clear(context.id, timeout=20, poll_interval=0.2).status == "available"
    assert agb.context.list_files(context.id, PATH).entries == []


@pytest.mark.usefixtures("mapped")
def test_a_session_begins_with_what_its_context_has(agb: Any, make: Any, context: Any) -> None:
    upload(agb, context, f"{PATH}/a.bin", DATA)
    session = make(context_syncs=synced(context))
    assert session.file.read(f"{PATH}/a.bin", format="bytes").content == DATA


@pytest.mark.usefixtures("mapped")
def test_a_sync_brings_what_a_session_wrote_to_its_context(agb: Any, make: Any, do: Do, context: Any) -> None:
    session = make(context_syncs=synced(context))
    session.file.write(f"{PATH}/new.txt", "Grüße")
    assert do(session.context.sync(context.id, PATH, mode="upload", retry_interval=100)).success
    assert download(agb, context, f"{PATH}/new.txt") == "Grüße".encode()
    (task,) = session.context.info(context.id, PATH, "upload").context_status_data
    assert (task.context_id, task.path, task.status, task.task_type) == (context.id, PATH, "Success", "upload")


@pytest.mark.usefixtures("mapped")
@pytest.mark.parametrize("path", ["/home/data", "/mnt/x", "/workspace"])
def test_a_context_has_any_path(agb: Any, make: Any, do: Do, context: Any, path: str) -> None:
    upload(agb, context, f"{path}/a", b"from the context")
    session = make(context_syncs=[ContextSync.new(context.id, path, SyncPolicy())])
    assert session.file.read(f"{path}/a").content == "from the context"
    assert session.file.write(f"{path}/b", "from the session").success
    assert do(session.context.sync(context.id, path, mode="upload", retry_interval=100)).success
    assert download(agb, context, f"{path}/b") == b"from the session"


def test_a_context_in_a_folder_that_cannot_be_written_is_refused(agb: Any, context: Any) -> None:
    syncs = [ContextSync.new(context.id, "/usr/share/x", SyncPolicy())]
    result = agb.create(CreateSessionParams(image_id=IMAGE, context_syncs=syncs))
    assert (result.success, "/usr/share/x" in result.error_message) == (False, True)


@pytest.mark.defect("It does not send a context to bind that has no policy.")
def test_a_context_without_a_policy(agb: Any, make: Any, context: Any) -> None:
    upload(agb, context, f"{PATH}/a", b"never comes")
    session = make(context_syncs=[ContextSync.new(context.id, PATH)])
    assert session.file.read(f"{PATH}/a").success is False


def test_a_file_goes_up_and_down_through_a_session(session: Any, tmp_path: Path) -> None:
    data = os.urandom(2**20)
    (tmp_path / "up").write_bytes(data)
    remote = f"{session.file.transfer_path()}/agb-{next(NUMBERS)}"
    up = session.file.upload(str(tmp_path / "up"), remote, poll_interval=0.1)
    assert (up.success, up.http_status, up.bytes_sent) == (True, 200, len(data)), up.error_message
    assert session.command.execute(f"wc -c < {remote}", timeout_ms=60_000).stdout == f"{len(data)}\n"
    down = session.file.download(remote, str(tmp_path / "down"), poll_interval=0.1)
    assert (down.success, (tmp_path / "down").read_bytes() == data) == (True, True), down.error_message
