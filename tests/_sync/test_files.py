# Generated from tests/_async/test_files.py by scripts/generate_sync.py. Do not edit.
"""Files: written, read and moved for real, whole and in pieces."""

from pathlib import Path
from typing import Any

import pytest

from sessionbay import AgentBay, FileUsageError, Session

from ..fake_cloud import KEY, FakeCloud

EMOJI = "\N{GRINNING FACE}"


@pytest.mark.parametrize("text", ["", "plain\n", "tab\tnul\0end", f"{EMOJI} \u4e2d\u6587", 'quotes " and \\ back'])
def test_what_was_written_is_read(shared_routed: Session, text: str) -> None:
    assert (shared_routed.file_system.write_file("a.txt", text)).success
    assert (shared_routed.file_system.read_file("a.txt")).content == text


@pytest.mark.parametrize("shift", range(4))
def test_a_character_is_never_cut_at_the_end_of_a_piece(shared_routed: Session, shift: int) -> None:
    text = "x" * shift + EMOJI * 40_000
    shared_routed.file_system.write_file("large.txt", text)
    assert (shared_routed.file_system.read_file("large.txt")).content == text


@pytest.mark.slow
def test_ten_megabytes_survive(shared_routed: Session) -> None:
    text = "0123456789abcde\n" * (10 * 2**20 // 16)
    assert (shared_routed.file_system.write_file("ten.txt", text)).success
    assert (shared_routed.file_system.get_file_info("ten.txt")).size == len(text)
    assert (shared_routed.file_system.read_file("ten.txt")).content == text


def test_bytes_are_read_as_they_are(shared_routed: Session) -> None:
    shared_routed.command.run(r"printf '\000\377\n' > raw; head -c 200000 /dev/zero > zeros")
    assert (shared_routed.file_system.read_file("raw", format="bytes")).content == b"\0\xff\n"
    assert (shared_routed.file_system.read_file("zeros", format="bytes")).size == 200_000


def test_a_file_that_is_no_text_is_refused_not_mangled(shared_routed: Session) -> None:
    shared_routed.command.run(r"printf 'a\377b' > small; head -c 200000 /dev/urandom > large")
    for name in ("small", "large"):
        result = shared_routed.file_system.read_file(name)
        assert (result.success, result.data) == (False, None)
        assert "UTF-8" in result.error_message


def test_a_file_of_the_system_that_claims_to_be_empty_is_read(shared_routed: Session) -> None:
    assert "MemTotal" in (shared_routed.file_system.read_file("/proc/meminfo")).content


def test_text_is_appended(session: Session) -> None:
    files = session.file_system
    files.write_file("log", "one\n")
    files.write_file("log", "two\n", mode="append")
    assert (files.read_file("log")).content == "one\ntwo\n"


def test_create_new_leaves_an_existing_file_alone(session: Session) -> None:
    files = session.file_system
    files.write_file("kept", "old", mode="create_new")
    result = files.write_file("kept", "new", mode="create_new")
    assert not result.success
    assert (files.read_file("kept")).content == "old"


def test_overwriting_keeps_the_permissions_of_a_file(session: Session) -> None:
    session.command.run("echo old > tool; chmod 750 tool")
    session.file_system.write_file("tool", "new")
    assert (session.command.run("stat -c %a tool; cat tool")).stdout == "750\nnew"


def test_writing_through_a_link_changes_what_it_leads_to(session: Session) -> None:
    session.command.run("echo old > target; ln -s target link")
    session.file_system.write_file("link", "new")
    assert (session.command.run("readlink link; cat target")).stdout == "target\nnew"


def test_info_distinguishes_kinds(session: Session) -> None:
    session.file_system.write_file("1234", "12345")
    session.file_system.create_directory("folder")
    file, folder = [session.file_system.get_file_info(name) for name in ("1234", "folder")]
    assert (file.is_file, file.is_directory, file.size, file.permissions) == (True, False, 5, "rw-r--r--")
    assert (folder.is_file, folder.is_directory) == (False, True)
    assert file.file_info["name"] == "1234"
    assert file.modified.startswith("20")


def test_a_listing_distinguishes_folders_from_files(session: Session) -> None:
    session.command.run("mkdir -p box/inner; touch 'box/a file' 'box/[DIR] odd' box/\u540d")
    entries = (session.file_system.list_directory("box")).entries
    assert [(entry.name, entry.is_directory, entry.is_file) for entry in entries] == [
        ("[DIR] odd", False, True),
        ("a file", False, True),
        ("inner", True, False),
        ("\u540d", False, True),
    ]


def test_a_link_that_leads_nowhere_does_not_hide_its_folder(session: Session) -> None:
    session.command.run(
        "mkdir box; cd box; ln -s round round; ln -s /nowhere broken; ln -s . here; touch a", check=True
    )
    entries = (session.file_system.list_directory("box")).unwrap()
    assert [(entry.name, entry.is_directory) for entry in entries] == [
        ("a", False),
        ("broken", False),
        ("here", True),
        ("round", False),
    ]


@pytest.mark.parametrize("content", [b"text", b"\xff no text", b"\xff" * 200_000], ids=["text", "bytes", "long"])
def test_a_name_may_be_as_long_as_the_system_allows(shared_routed: Session, tmp_path: Path, content: bytes) -> None:
    files, name = shared_routed.file_system, "n" * 255
    for _ in range(2):  # which makes it, and replaces it
        (files.write_file(name, content)).unwrap()
    assert (files.read_file(name, format="bytes")).content == content
    assert (files.download_file(name, tmp_path / name)).success
    assert (files.upload_file(tmp_path / name, f"up/{name}")).success
    assert (files.pull("up", tmp_path / "back")).sent == (name,)
    assert (tmp_path / "back" / name).read_bytes() == content


def test_folders_are_made_with_those_above_them_and_again(session: Session) -> None:
    for _ in range(2):
        assert (session.file_system.create_directory("deep/er/still")).success


def test_a_moved_file_is_at_its_new_place_only(session: Session) -> None:
    files = session.file_system
    files.write_file("from", "text")
    assert (files.move_file("from", "to")).success
    assert not (files.get_file_info("from")).success
    assert (files.read_file("to")).content == "text"


def test_moving_replaces_nothing(session: Session) -> None:
    files = session.file_system
    for name in ("one", "two"):
        files.write_file(name, name)
    assert "two: File exists" in (files.move_file("one", "two")).error_message
    assert (files.read_file("two")).content == "two"


def test_a_deleted_file_is_gone(session: Session) -> None:
    session.file_system.write_file("old", "x")
    assert (session.file_system.delete_file("old")).success
    assert not (session.file_system.get_file_info("old")).success


@pytest.mark.parametrize("method", ["read_file", "get_file_info", "list_directory", "delete_file"])
def test_what_is_not_there_is_refused_with_its_path(routed: Session, method: str) -> None:
    result = getattr(routed.file_system, method)("missing")
    assert not result.success
    assert "missing: No such file or directory" in result.error_message


def test_a_folder_is_neither_read_nor_deleted_as_a_file(routed: Session) -> None:
    routed.file_system.create_directory("folder")
    assert not (routed.file_system.read_file("folder")).success
    assert "folder: Is a directory" in (routed.file_system.delete_file("folder")).error_message


def test_a_pipe_keeps_nobody_waiting(session: Session) -> None:
    session.command.run("mkfifo pipe")
    assert "pipe: Not a regular file" in (session.file_system.read_file("pipe")).error_message


def test_files_and_commands_see_the_same_paths(session: Session) -> None:
    folder = (session.command.run("mktemp -d")).output.strip()
    session.file_system.write_file(f"{folder}/x", "shared")
    assert (session.command.run(f"cat {folder}/x")).output == "shared"


def test_agbs_names_do_the_same(session: Session) -> None:
    files = session.file
    assert (files.write("x", "text")).success
    assert (files.read("x")).content == "text"
    assert (files.mkdir("y")).success
    assert (files.move("x", "y/x")).success
    assert [entry.name for entry in (files.list("y")).entries] == ["x"]
    assert (files.info("y/x")).is_file
    assert (files.remove("y/x")).success


@pytest.mark.parametrize(
    ("method", "mistake"),
    [
        ("read_file", {"path": ""}),
        ("read_file", {"path": "x", "format": "binary"}),
        ("read_file", {"path": "\ud800"}),
        ("write_file", {"path": "a\0b", "content": "x"}),
        ("write_file", {"path": "x", "content": 5}),
        ("write_file", {"path": "x", "content": "\ud800"}),
        ("write_file", {"path": "x", "content": "x", "mode": "replace"}),
        ("list_directory", {"path": None}),
        ("read_multiple_files", {"paths": []}),
        ("read_multiple_files", {"paths": "a.txt"}),
        ("read_multiple_files", {"paths": ["a.txt", ""]}),
        ("search_files", {"path": "/tmp", "pattern": ""}),
        ("search_files", {"path": "/tmp", "pattern": "*", "exclude_patterns": "*.py"}),
        ("search_files", {"path": "/tmp", "pattern": "*", "exclude_patterns": ["a,b"]}),
        ("edit_file", {"path": "x", "edits": []}),
        ("edit_file", {"path": "x", "edits": {"oldText": "a", "newText": "b"}}),
        ("edit_file", {"path": "x", "edits": [{"oldText": "", "newText": "b"}]}),
        ("edit_file", {"path": "x", "edits": [{"oldText": "a"}]}),
        ("move_file", {"source": "x", "destination": " "}),
    ],
)
def test_a_mistake_raises_before_sending(method: str, mistake: dict[str, Any]) -> None:
    cloud = FakeCloud()
    session = Session(AgentBay(api_key=KEY, transport=cloud), "session-1")
    with pytest.raises(FileUsageError):
        getattr(session.file_system, method)(**mistake)
    assert cloud.requests == []
