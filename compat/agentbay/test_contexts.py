"""Contexts: kept folders, reached by URLs and from sessions."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from agentbay import ContextListParams, ContextSync, CreateSessionParams

from ..engine import skip_unless_mapped
from ..plain import get, put, refused
from .conftest import NUMBERS, Do

DATA = bytes(range(256)) * 100
PATH = "/tmp/kept"


@pytest.fixture
def context(bay: Any, do: Do) -> Any:
    """Give a context that no other check uses."""
    result = do(bay.context.create(f"check-{time.time_ns()}-{next(NUMBERS)}"))
    assert result.success, result.error_message
    return result.context


@pytest.fixture
def upload(bay: Any, do: Do, context: Any) -> Callable[[str, bytes], None]:
    """Give what puts a file into the context."""

    def send(path: str, data: bytes) -> None:
        result = do(bay.context.get_file_upload_url(context.id, path))
        assert result.success, result.error_message
        assert put(result.url, data)[0] == 200

    return send


@pytest.fixture
def mapped(session: Any, do: Do) -> None:
    """Let a check run only where sessions have paths of their own."""
    skip_unless_mapped(do(session.info()).data.connection_properties)


def download(bay: Any, do: Do, context: Any, path: str) -> bytes:
    return get(do(bay.context.get_file_download_url(context.id, path)).url)


def test_a_context_is_created(context: Any) -> None:
    assert context.id.startswith("SdkCtx-")
    assert context.name.startswith("check-")
    assert context.created_at


def test_a_context_is_created_once(bay: Any, do: Do, context: Any) -> None:
    assert do(bay.context.create(context.name)).context_id == context.id


def test_a_context_is_got_by_name_and_by_id(bay: Any, do: Do, context: Any) -> None:
    assert do(bay.context.get(context.name)).context_id == context.id
    assert do(bay.context.get(context_id=context.id)).context.name == context.name


def test_an_unknown_context_is_not_got(bay: Any, do: Do) -> None:
    result = do(bay.context.get(f"never-{time.time_ns()}"))
    assert (result.success, result.context) == (False, None)


def test_contexts_are_listed_in_pages(bay: Any, do: Do) -> None:
    made = [do(bay.context.create(f"paged-{time.time_ns()}-{next(NUMBERS)}")).context_id for _ in range(3)]
    found: list[str] = []
    params = ContextListParams(max_results=2)
    for _ in range(200):
        page = do(bay.context.list(params))
        assert page.success, page.error_message
        assert len(page.contexts) <= 2
        found += [context.id for context in page.contexts]
        if not page.next_token:
            break
        params.next_token = page.next_token
    assert set(made) <= set(found)
    assert len(found) == len(set(found)) == page.total_count


def test_a_context_is_renamed(bay: Any, do: Do, context: Any) -> None:
    context.name += "-renamed"
    assert do(bay.context.update(context)).success
    assert do(bay.context.get(context_id=context.id)).context.name.endswith("-renamed")


def test_a_context_is_deleted(bay: Any, do: Do, context: Any) -> None:
    assert do(bay.context.delete(context)).success
    assert do(bay.context.get(context.name)).success is False


def test_a_file_goes_up_and_down_by_plain_http(bay: Any, do: Do, context: Any) -> None:
    up = do(bay.context.get_file_upload_url(context.id, f"{PATH}/a.bin"))
    assert (up.success, up.expire_time > 0) == (True, True)
    status, etag = put(up.url, DATA)
    assert (status, bool(etag)) == (200, True)
    assert download(bay, do, context, f"{PATH}/a.bin") == DATA


def test_a_file_with_a_relative_path_goes_up_and_down(
    bay: Any, do: Do, context: Any, upload: Callable[[str, bytes], None]
) -> None:
    upload("folder/a.txt", b"four")
    assert download(bay, do, context, "folder/a.txt") == b"four"
    assert [entry.file_name for entry in do(bay.context.list_files(context.id, "folder")).entries] == ["a.txt"]
    assert do(bay.context.delete_file(context.id, "folder/a.txt")).success
    assert do(bay.context.list_files(context.id, "folder")).entries == []


def test_a_second_upload_replaces_the_first(
    bay: Any, do: Do, context: Any, upload: Callable[[str, bytes], None]
) -> None:
    upload(f"{PATH}/a", b"a long first version")
    upload(f"{PATH}/a", b"short")
    assert download(bay, do, context, f"{PATH}/a") == b"short"


def test_a_url_is_good_for_one_thing_only(bay: Any, do: Do, context: Any) -> None:
    url = do(bay.context.get_file_upload_url(context.id, f"{PATH}/a")).url
    assert refused(url) >= 400
    assert refused(url[:-1] + ("0" if url[-1] != "0" else "1"), "PUT") >= 400


def test_a_missing_file_is_not_found_by_its_url(bay: Any, do: Do, context: Any) -> None:
    result = do(bay.context.get_file_download_url(context.id, f"{PATH}/missing"))
    assert not result.success or refused(result.url) == 404


def test_files_of_a_context_are_listed(bay: Any, do: Do, context: Any, upload: Callable[[str, bytes], None]) -> None:
    upload(f"{PATH}/a.txt", b"four")
    upload(f"{PATH}/\u540d.txt", b"")
    result = do(bay.context.list_files(context.id, PATH))
    assert (result.success, result.count) == (True, 2)
    assert {entry.file_name: entry.size for entry in result.entries} == {"a.txt": 4, "\u540d.txt": 0}
    assert {entry.file_type for entry in result.entries} == {"FILE"}


def test_a_file_of_a_context_is_deleted(bay: Any, do: Do, context: Any, upload: Callable[[str, bytes], None]) -> None:
    upload(f"{PATH}/a.txt", b"four")
    assert do(bay.context.delete_file(context.id, f"{PATH}/a.txt")).success
    assert do(bay.context.list_files(context.id, PATH)).entries == []


def test_a_context_is_cleared(bay: Any, do: Do, context: Any, upload: Callable[[str, bytes], None]) -> None:
    upload(f"{PATH}/a.txt", b"four")
    result = do(bay.context.clear(context.id, timeout=20, poll_interval=0.2))
    assert (result.success, result.status, result.context_id) == (True, "available", context.id)
    assert do(bay.context.list_files(context.id, PATH)).entries == []


@pytest.mark.usefixtures("mapped")
def test_a_session_begins_with_what_its_context_has(
    make: Callable[..., Any], do: Do, context: Any, upload: Callable[[str, bytes], None]
) -> None:
    upload(f"{PATH}/sub/a.bin", DATA)
    session = make(context_syncs=[ContextSync.new(context.id, PATH)])
    assert do(session.file_system.read_file(f"{PATH}/sub/a.bin", format="bytes")).content == DATA


@pytest.mark.usefixtures("mapped")
def test_a_sync_brings_what_a_session_wrote_to_its_context(
    make: Callable[..., Any], bay: Any, do: Do, context: Any
) -> None:
    session = make(context_syncs=[ContextSync.new(context.id, PATH)])
    do(session.file_system.write_file(f"{PATH}/new.txt", "Grüße"))
    result = do(session.context.sync(context.id, PATH, mode="upload"))
    assert (result.success, result.error_message) == (True, "")
    assert download(bay, do, context, f"{PATH}/new.txt") == "Grüße".encode()


@pytest.mark.usefixtures("mapped")
def test_a_sync_brings_what_came_later_into_a_session(
    make: Callable[..., Any], do: Do, context: Any, upload: Callable[[str, bytes], None]
) -> None:
    session = make(context_syncs=[ContextSync.new(context.id, PATH)])
    upload(f"{PATH}/late.txt", b"late")
    assert do(session.context.sync(context.id, PATH, mode="download")).success
    assert do(session.file_system.read_file(f"{PATH}/late.txt")).content == "late"


def test_the_tasks_of_a_context_are_reported(make: Callable[..., Any], do: Do, context: Any) -> None:
    session = make(context_syncs=[ContextSync.new(context.id, PATH)])
    do(session.context.sync(context.id, PATH, mode="upload"))
    result = do(session.context.info(context.id, PATH, task_type="upload"))
    assert [(e.context_id, e.path, e.status, e.task_type) for e in result.context_status_data] == [
        (context.id, PATH, "Success", "upload")
    ]


@pytest.mark.usefixtures("mapped")
def test_the_files_of_a_session_are_kept_for_the_next(make: Callable[..., Any], do: Do, context: Any) -> None:
    first = make(context_syncs=[ContextSync.new(context.id, PATH)])
    do(first.command.execute_command(f"mkdir -p {PATH}/deep && echo kept > {PATH}/deep/note"))
    assert do(first.delete(sync_context=True)).success
    second = make(context_syncs=[ContextSync.new(context.id, PATH)])
    assert do(second.command.execute_command(f"cat {PATH}/deep/note")).stdout == "kept\n"


@pytest.mark.usefixtures("mapped")
@pytest.mark.parametrize("path", ["/home/data", "/mnt/x", "/workspace"])
def test_a_context_has_any_path(
    make: Callable[..., Any], bay: Any, do: Do, context: Any, upload: Callable[[str, bytes], None], path: str
) -> None:
    upload(f"{path}/a", b"from the context")
    session = make(context_syncs=[ContextSync.new(context.id, path)])
    assert do(session.file_system.read_file(f"{path}/a")).content == "from the context"
    assert do(session.file_system.write_file(f"{path}/b", "from the session")).success
    assert do(session.context.sync(context.id, path, mode="upload")).success
    assert download(bay, do, context, f"{path}/b") == b"from the session"


def test_a_context_in_a_folder_that_cannot_be_written_is_refused(bay: Any, do: Do, context: Any) -> None:
    params = CreateSessionParams(context_syncs=[ContextSync.new(context.id, "/usr/share/x")])
    result = do(bay.create(params))
    assert (result.success, "/usr/share/x" in result.error_message) == (False, True)


@pytest.mark.usefixtures("mapped")
def test_a_context_is_bound_to_a_session_that_runs(
    make: Callable[..., Any], do: Do, context: Any, upload: Callable[[str, bytes], None]
) -> None:
    upload(f"{PATH}/a", b"bound")
    session = make()
    assert do(session.context.bind(ContextSync.new(context.id, PATH))).success
    (binding,) = do(session.context.list_bindings()).bindings
    assert (binding.context_id, binding.context_name, binding.path) == (context.id, context.name, PATH)
    assert do(session.file_system.read_file(f"{PATH}/a")).content == "bound"


def test_a_path_is_bound_once(make: Callable[..., Any], bay: Any, do: Do, context: Any) -> None:
    session = make(context_syncs=[ContextSync.new(context.id, PATH)])
    other = do(bay.context.create(f"{context.name}-other")).context_id
    result = do(session.context.bind(ContextSync.new(other, PATH)))
    assert (result.success, "PathAlreadyBound" in result.error_message) == (False, True)
