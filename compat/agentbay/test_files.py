"""Files, on both routes; the control plane carries them in pieces."""

import hashlib
from typing import Any

import pytest

from .conftest import Do

TEXT = "line one\n\tline two\n\n  line four, and no end of line"
ANY_LANGUAGE = "Grüße, \u540d\u524d, \u05e9\u05dc\u05d5\u05dd, \U0001f600\u200d\U0001f4bb, e\u0301\n"


def test_a_text_is_written_and_read(machine: Any, do: Do, folder: str) -> None:
    assert do(machine.file_system.write_file(f"{folder}/a.txt", TEXT)).success
    result = do(machine.file_system.read_file(f"{folder}/a.txt"))
    assert (result.success, result.content) == (True, TEXT)


def test_text_of_any_language_is_kept(machine: Any, do: Do, folder: str) -> None:
    assert do(machine.file_system.write_file(f"{folder}/\u540d.txt", ANY_LANGUAGE)).success
    assert do(machine.file_system.read_file(f"{folder}/\u540d.txt")).content == ANY_LANGUAGE


def test_control_characters_are_kept(machine: Any, do: Do, folder: str) -> None:
    text = "".join(map(chr, range(32))) + "\x7f\r\n\r"
    assert do(machine.file_system.write_file(f"{folder}/control", text)).success
    assert do(machine.file_system.read_file(f"{folder}/control")).content == text


def test_an_empty_file_is_written_and_read(machine: Any, do: Do, folder: str) -> None:
    assert do(machine.file_system.write_file(f"{folder}/empty", "")).success
    result = do(machine.file_system.read_file(f"{folder}/empty"))
    assert (result.success, result.content) == (True, "")


def test_append_adds_at_the_end(machine: Any, do: Do, folder: str) -> None:
    do(machine.file_system.write_file(f"{folder}/log", "one\n"))
    assert do(machine.file_system.write_file(f"{folder}/log", "two\n", mode="append")).success
    assert do(machine.file_system.read_file(f"{folder}/log")).content == "one\ntwo\n"


def test_overwrite_leaves_nothing_of_a_longer_file(machine: Any, do: Do, folder: str) -> None:
    do(machine.file_system.write_file(f"{folder}/a", "x" * 1000))
    do(machine.file_system.write_file(f"{folder}/a", "y"))
    assert do(machine.file_system.read_file(f"{folder}/a")).content == "y"


def test_an_unknown_mode_is_refused_by_the_client(machine: Any, do: Do, folder: str) -> None:
    result = do(machine.file_system.write_file(f"{folder}/a", "x", mode="prepend"))
    assert (result.success, "Invalid write mode" in result.error_message) == (False, True)


def test_text_that_is_cut_amid_a_character_is_joined_without_loss(machine: Any, do: Do, folder: str) -> None:
    text = "x" + "\u00fc" * 60_000 + "\U0001f600" * 20_000
    assert do(machine.file_system.write_file(f"{folder}/cut", text)).success
    assert do(machine.file_system.read_file(f"{folder}/cut")).content == text


def megabytes(number: int) -> str:
    """Return so much text."""
    return (ANY_LANGUAGE * (number * 2**20 // len(ANY_LANGUAGE.encode()) + 1))[: number * 2**20]


def write_and_read(session: Any, do: Do, path: str, text: str) -> None:
    assert do(session.file_system.write_file(path, text)).success
    digest = do(session.command.execute_command(f"sha256sum < {path}")).stdout.split()[0]
    assert digest == hashlib.sha256(text.encode()).hexdigest()
    assert do(session.file_system.read_file(path)).content == text


def test_five_megabytes_of_text_are_written_and_read(session: Any, do: Do, folder: str) -> None:
    write_and_read(session, do, f"{folder}/big", megabytes(5))


def test_a_megabyte_of_text_is_written_and_read_by_the_control_plane(
    session: Any, do: Do, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "link_url", "")
    write_and_read(session, do, f"{folder}/big", megabytes(1))


def test_bytes_are_read_as_they_are(machine: Any, do: Do, folder: str) -> None:
    program = "import sys; sys.stdout.buffer.write(bytes(range(256)) * 500)"
    do(machine.command.execute_command(f"python3 -c '{program}' > {folder}/bytes"))
    result = do(machine.file_system.read_file(f"{folder}/bytes", format="bytes"))
    assert (result.success, result.content, result.size) == (True, bytes(range(256)) * 500, 128_000)


def test_a_file_that_is_no_text_is_refused_as_text(machine: Any, do: Do, folder: str) -> None:
    do(machine.command.execute_command(f"printf '\\377\\376' > {folder}/bytes"))
    result = do(machine.file_system.read_file(f"{folder}/bytes"))
    assert (result.success, "UTF-8" in result.error_message) == (False, True)


def test_commands_and_files_see_the_same(machine: Any, do: Do, folder: str) -> None:
    do(machine.file_system.write_file(f"{folder}/shared", "from the file\n"))
    assert do(machine.command.execute_command(f"cat {folder}/shared")).stdout == "from the file\n"
    do(machine.command.execute_command(f"echo from the shell > {folder}/shared"))
    assert do(machine.file_system.read_file(f"{folder}/shared")).content == "from the shell\n"


def test_a_folder_is_made_with_its_parents_and_again(machine: Any, do: Do, folder: str) -> None:
    for _ in range(2):
        assert do(machine.file_system.create_directory(f"{folder}/a/b/c")).success
    assert do(machine.command.execute_command(f"cd {folder}/a/b/c && pwd")).stdout == f"{folder}/a/b/c\n"


def test_a_folder_is_listed(machine: Any, do: Do, folder: str) -> None:
    do(machine.command.execute_command(f"cd {folder} && mkdir sub .hidden && touch 'a b' \u540d"))
    result = do(machine.file_system.list_directory(folder))
    found = {entry.name: entry.is_directory for entry in result.entries}
    assert (result.success, found) == (True, {"sub": True, ".hidden": True, "a b": False, "\u540d": False})


@pytest.mark.defect("An entry of a list never says that it is a file, nor its size.")
def test_the_kind_and_size_of_an_entry(machine: Any, do: Do, folder: str) -> None:
    do(machine.file_system.write_file(f"{folder}/a", "four"))
    (entry,) = do(machine.file_system.list_directory(folder)).entries
    assert (entry.name, entry.is_file, entry.size) == ("a", False, 0)


def test_the_details_of_a_file(machine: Any, do: Do, folder: str) -> None:
    do(machine.file_system.write_file(f"{folder}/a.txt", "Grüße"))
    result = do(machine.file_system.get_file_info(f"{folder}/a.txt"))
    assert (result.success, result.size, result.is_file, result.is_directory) == (True, 7, True, False)
    assert (result.file_info["name"], result.file_info["path"]) == ("a.txt", f"{folder}/a.txt")
    assert result.permissions.startswith("rw")


def test_the_details_of_a_folder(machine: Any, do: Do, folder: str) -> None:
    result = do(machine.file_system.get_file_info(folder))
    assert (result.is_directory, result.is_file) == (True, False)


@pytest.mark.defect("It makes an integer of a file name that has only digits.")
def test_the_name_of_a_file_that_is_a_number(machine: Any, do: Do, folder: str) -> None:
    do(machine.file_system.write_file(f"{folder}/0123", "x"))
    assert do(machine.file_system.get_file_info(f"{folder}/0123")).file_info["name"] == 123


def test_a_missing_path_is_refused_by_name(machine: Any, do: Do, folder: str) -> None:
    files = machine.file_system
    calls = [files.get_file_info, files.read_file, files.list_directory, files.delete_file]
    for result in [do(call(f"{folder}/missing")) for call in calls]:
        assert (result.success, "missing" in result.error_message) == (False, True)


def test_a_folder_is_not_read_as_a_file(machine: Any, do: Do, folder: str) -> None:
    result = do(machine.file_system.read_file(folder))
    assert (result.success, folder in result.error_message) == (False, True)


def test_a_file_is_moved(machine: Any, do: Do, folder: str) -> None:
    do(machine.file_system.write_file(f"{folder}/old", "moved"))
    assert do(machine.file_system.move_file(f"{folder}/old", f"{folder}/new")).success
    assert do(machine.file_system.read_file(f"{folder}/new")).content == "moved"
    assert do(machine.file_system.get_file_info(f"{folder}/old")).success is False


def test_a_folder_is_moved_with_what_is_in_it(machine: Any, do: Do, folder: str) -> None:
    do(machine.file_system.create_directory(f"{folder}/old/sub"))
    do(machine.file_system.write_file(f"{folder}/old/sub/a", "inside"))
    assert do(machine.file_system.move_file(f"{folder}/old", f"{folder}/new")).success
    assert do(machine.file_system.read_file(f"{folder}/new/sub/a")).content == "inside"


def test_a_file_is_deleted(machine: Any, do: Do, folder: str) -> None:
    do(machine.file_system.write_file(f"{folder}/gone", "x"))
    assert do(machine.file_system.delete_file(f"{folder}/gone")).success
    assert do(machine.command.execute_command(f"ls -a {folder}")).stdout.split() == [".", ".."]


def test_the_other_names_of_the_methods_work(machine: Any, do: Do, folder: str) -> None:
    files = machine.fs
    assert files is machine.files
    assert do(files.write(f"{folder}/a", "short")).success
    assert do(files.read(f"{folder}/a")).content == "short"
    assert [entry.name for entry in do(files.ls(folder)).entries] == ["a"]
    assert do(files.rm(f"{folder}/a")).success
    assert do(files.list(folder)).entries == []


def test_a_path_without_a_root_begins_at_home(machine: Any, do: Do, folder: str) -> None:
    name = folder.rpartition("/")[2]
    do(machine.file_system.write_file(f"{name}/a", "home"))
    assert do(machine.file_system.read_file(f"{folder}/a")).content == "home"


def test_a_file_is_edited(machine: Any, do: Do, folder: str) -> None:
    do(machine.file_system.write_file(f"{folder}/a", "one two\ntwo\n"))
    edits = [{"oldText": "one", "newText": "1"}, {"oldText": "two", "newText": "2"}]
    assert do(machine.file_system.edit_file(f"{folder}/a", edits, dry_run=True)).success
    assert do(machine.file_system.read_file(f"{folder}/a")).content == "one two\ntwo\n"
    assert do(machine.file_system.edit_file(f"{folder}/a", edits)).success
    assert do(machine.file_system.read_file(f"{folder}/a")).content == "1 2\ntwo\n"


def test_files_are_found_by_pattern(machine: Any, do: Do, folder: str) -> None:
    do(machine.command.execute_command("mkdir -p sub .git && touch a.py sub/b.py sub/c.txt .git/d.py", cwd=folder))
    found = do(machine.file_system.search_files(folder, "*.py", exclude_patterns=[".git"]))
    assert (found.success, sorted(found.matches)) == (True, [f"{folder}/a.py", f"{folder}/sub/b.py"])
    none = do(machine.file_system.search_files(folder, "*.rs"))
    assert (none.success, none.matches) == (True, [])


def test_files_are_read_together(machine: Any, do: Do, folder: str) -> None:
    texts = {f"{folder}/a": "line one\nline two", f"{folder}/b": "Grüße"}
    for path, text in texts.items():
        do(machine.file_system.write_file(path, text))
    result = do(machine.file_system.read_multiple_files(list(texts)))
    assert (result.success, result.contents) == (True, texts)
