"""Files, on both routes; this client transfers pieces on both."""

import hashlib
from typing import Any

import pytest

ANY_LANGUAGE = "Grüße, \u540d\u524d, \u05e9\u05dc\u05d5\u05dd, \U0001f600\u200d\U0001f4bb, e\u0301\n"


def test_a_text_is_written_and_read(machine: Any, folder: str) -> None:
    text = "line one\n\tline two\n\n  line four, and no end of line"
    assert machine.file.write(f"{folder}/a.txt", text).success
    result = machine.file.read(f"{folder}/a.txt")
    assert (result.success, result.content) == (True, text)


def test_text_of_any_language_is_kept(machine: Any, folder: str) -> None:
    assert machine.file.write(f"{folder}/\u540d.txt", ANY_LANGUAGE).success
    assert machine.file.read(f"{folder}/\u540d.txt").content == ANY_LANGUAGE


def test_append_adds_at_the_end(machine: Any, folder: str) -> None:
    machine.file.write(f"{folder}/log", "one\n")
    assert machine.file.write(f"{folder}/log", "two\n", mode="append").success
    assert machine.file.read(f"{folder}/log").content == "one\ntwo\n"


def test_an_empty_file_is_written_and_read(machine: Any, folder: str) -> None:
    assert machine.file.write(f"{folder}/empty", "").success
    result = machine.file.read(f"{folder}/empty")
    assert (result.success, result.content) == (True, "")


def test_text_that_is_cut_amid_a_character_is_joined_without_loss(machine: Any, folder: str) -> None:
    text = "x" + "\u00fc" * 60_000 + "\U0001f600" * 20_000
    assert machine.file.write(f"{folder}/cut", text).success
    assert machine.file.read(f"{folder}/cut").content == text


def test_five_megabytes_of_text_are_written_and_read(
    session: Any, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "link_url", "")  # it is the faster route: for each direct call the client is new
    text = ANY_LANGUAGE * (5 * 2**20 // len(ANY_LANGUAGE.encode()) + 1)
    assert session.file.write(f"{folder}/big", text).success
    digest = session.command.execute(f"sha256sum < {folder}/big", timeout_ms=60_000).stdout.split()[0]
    assert digest == hashlib.sha256(text.encode()).hexdigest()
    assert session.file.read(f"{folder}/big").content == text


def test_bytes_are_read_as_they_are(machine: Any, folder: str) -> None:
    program = "import sys; sys.stdout.buffer.write(bytes(range(256)) * 500)"
    machine.command.execute(f"python3 -c '{program}' > {folder}/bytes", timeout_ms=60_000)
    result = machine.file.read(f"{folder}/bytes", format="bytes")
    assert (result.success, result.content, result.size) == (True, bytes(range(256)) * 500, 128_000)


def test_commands_and_files_see_the_same(machine: Any, folder: str) -> None:
    machine.file.write(f"{folder}/shared", "from the file\n")
    assert machine.command.execute(f"cat {folder}/shared", timeout_ms=60_000).stdout == "from the file\n"


def test_a_folder_is_made_and_listed(machine: Any, folder: str) -> None:
    assert machine.file.mkdir(f"{folder}/sub/deep").success
    machine.file.write(f"{folder}/a b", "x")
    result = machine.file.list(folder)
    found = {entry["name"]: entry["isDirectory"] for entry in result.entries}
    assert (result.success, found) == (True, {"sub": True, "a b": False})


def test_the_details_of_a_file(machine: Any, folder: str) -> None:
    machine.file.write(f"{folder}/a.txt", "Grüße")
    info = machine.file.info(f"{folder}/a.txt").file_info
    assert (info["size"], info["isDirectory"], info["isFile"], info["name"]) == (7, False, True, "a.txt")


def test_a_missing_path_is_refused_by_name(machine: Any, folder: str) -> None:
    files = machine.file
    for result in [call(f"{folder}/missing") for call in (files.info, files.read, files.list, files.remove)]:
        assert (result.success, "missing" in result.error_message) == (False, True)


def test_a_file_is_moved_and_removed(machine: Any, folder: str) -> None:
    machine.file.write(f"{folder}/old", "moved")
    assert machine.file.move(f"{folder}/old", f"{folder}/new").success
    assert machine.file.read(f"{folder}/new").content == "moved"
    assert machine.file.remove(f"{folder}/new").success
    assert machine.file.list(folder).entries == []


@pytest.mark.defect("It takes a file that has no size for an empty one, as those of the kernel under /proc.")
def test_a_file_of_the_kernel(machine: Any) -> None:
    result = machine.file.read("/proc/self/status")
    assert (result.success, result.content) == (True, "")


def test_a_file_is_edited(session: Any, folder: str) -> None:
    session.file.write(f"{folder}/a", "one two\ntwo\n")
    assert session.file.edit(f"{folder}/a", [{"oldText": "two", "newText": "2"}]).success
    assert session.file.read(f"{folder}/a").content == "one 2\ntwo\n"


def test_files_are_found_by_pattern(session: Any, folder: str) -> None:
    session.command.execute(f"cd {folder} && mkdir sub && touch a.py sub/b.py sub/c.txt", timeout_ms=60_000)
    result = session.file.search(folder, "*.py", exclude_patterns=["sub"])
    assert (result.success, result.matches) == (True, [f"{folder}/a.py"])
