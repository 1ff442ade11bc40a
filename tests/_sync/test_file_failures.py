# Generated from tests/_async/test_file_failures.py by scripts/generate_sync.py. Do not edit.
"""File operations that are refused: a code, one wording, and Python's own exception, on every route."""

import os
from collections.abc import Callable
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

import pytest

from sessionbay import FileError, FileSystem, FileUsageError, Session

Call = Callable[[FileSystem], Any]
PREPARE = """
mkdir -p in/folder in/locked/shut; cd in; echo text > file; mkfifo pipe; printf '\\377' > raw
echo old > kept; chmod 400 kept; chmod 0 locked/shut
"""
REFUSED: list[tuple[Call, str, type[Exception], str]] = [
    (lambda fs: fs.read_file("in/none"), "not_found", FileNotFoundError, "in/none: No such file or directory"),
    (lambda fs: fs.get_file_info("in/none"), "not_found", FileNotFoundError, "in/none: No such file or directory"),
    (lambda fs: fs.list_directory("in/none"), "not_found", FileNotFoundError, "in/none: No such file or directory"),
    (lambda fs: fs.delete_file("in/none"), "not_found", FileNotFoundError, "in/none: No such file or directory"),
    (
        lambda fs: fs.delete_file("in/none", recursive=True),
        "not_found",
        FileNotFoundError,
        "in/none: No such file or directory",
    ),
    (lambda fs: fs.move_file("in/none", "x"), "not_found", FileNotFoundError, "in/none: No such file or directory"),
    (lambda fs: fs.search_files("in/none", "*"), "not_found", FileNotFoundError, "in/none: No such file or directory"),
    (
        lambda fs: fs.write_file("in/new/f", "x", parents=False),
        "not_found",
        FileNotFoundError,
        "in/new/f: No such file or directory",
    ),
    (
        lambda fs: fs.write_file("in/new/f", b"\xff", parents=False),
        "not_found",
        FileNotFoundError,
        "in/new/f: No such file or directory",
    ),
    (lambda fs: fs.read_file("in/folder"), "is_directory", IsADirectoryError, "in/folder: Is a directory"),
    (lambda fs: fs.write_file("in/folder", "x"), "is_directory", IsADirectoryError, "in/folder: Is a directory"),
    (lambda fs: fs.write_file("in/folder", b"\xff"), "is_directory", IsADirectoryError, "in/folder: Is a directory"),
    (lambda fs: fs.delete_file("in/folder"), "is_directory", IsADirectoryError, "in/folder: Is a directory"),
    (lambda fs: fs.list_directory("in/file"), "not_a_directory", NotADirectoryError, "in/file: Not a directory"),
    (lambda fs: fs.create_directory("in/file"), "not_a_directory", NotADirectoryError, "in/file: Not a directory"),
    (lambda fs: fs.search_files("in/file", "*"), "not_a_directory", NotADirectoryError, "in/file: Not a directory"),
    (lambda fs: fs.write_file("in/file/f", "x"), "not_a_directory", NotADirectoryError, "in/file/f: Not a directory"),
    (lambda fs: fs.move_file("in/file", "in/kept"), "already_exists", FileExistsError, "in/kept: File exists"),
    (
        lambda fs: fs.write_file("in/file", "x", "create_new"),
        "already_exists",
        FileExistsError,
        "in/file: File exists",
    ),
    (
        lambda fs: fs.write_file("in/file", b"\xff", "create_new"),
        "already_exists",
        FileExistsError,
        "in/file: File exists",
    ),
    (
        lambda fs: fs.edit_file("in/file", [{"oldText": "none", "newText": ""}]),
        "text_not_found",
        FileError,
        "in/file: edit 1: the text to replace is not in the file",
    ),
    (lambda fs: fs.read_file("in/pipe"), "not_a_file", FileError, "in/pipe: Not a regular file"),
    (
        lambda fs: fs.read_file("in/raw"),
        "not_text",
        UnicodeError,
        'in/raw: Not UTF-8 text: read it with format="bytes"',
    ),
]
FORBIDDEN: list[tuple[Call, str, type[Exception], str]] = [
    (lambda fs: fs.write_file("in/kept", "x"), "permission_denied", PermissionError, "in/kept: Permission denied"),
    (lambda fs: fs.write_file("in/kept", b"\xff"), "permission_denied", PermissionError, "in/kept: Permission denied"),
    (
        lambda fs: fs.search_files("in/locked/shut", "*"),
        "permission_denied",
        PermissionError,
        "in/locked/shut: Permission denied",
    ),
]


def test_every_refusal_has_a_code_one_wording_and_pythons_exception(routed: Session) -> None:
    (routed.command.run(PREPARE)).raise_for_error()
    is_root = (routed.command.run("id -u")).stdout == "0\n"
    for call, code, python, message in REFUSED + ([] if is_root else FORBIDDEN):
        result = call(routed.file_system)
        assert (result.success, result.code, result.error_message) == (False, code, message)
        with pytest.raises(python) as caught:
            result.raise_for_error()
        assert isinstance(caught.value, FileError)
    if not is_root:
        found = routed.file_system.search_files("in/locked", "*")
        assert (found.matches, dict(found.skipped)) == (["in/locked/shut"], {"in/locked/shut": "Permission denied"})
    routed.command.run("chmod 700 in/locked/shut")


def test_parents_are_created_and_folders_deleted_with_all_that_is_in_them(routed: Session) -> None:
    files = routed.file_system
    assert (files.write_file("top/text/f", "x")).success
    assert (files.write_file("top/bytes/f", b"\xff")).success
    with files.open("top/open/f", "w") as file:
        file.write("x")
    assert (files.search_files("top", "f")).matches == ["top/bytes/f", "top/open/f", "top/text/f"]
    assert (files.delete_file("top", recursive=True)).success
    assert (files.get_file_info("top")).code == "not_found"


def test_paths_may_be_path_objects_and_a_listing_has_sizes(bay_session: Session) -> None:
    files, folder = bay_session.file_system, PurePosixPath("paths")
    files.write_file(folder / "a", b"12345")
    files.create_directory(PureWindowsPath("paths\\b"))
    files.move_file(folder / "a", folder / "b" / "c")
    assert (files.read_file(Path("paths") / "b" / "c")).content == "12345"
    sizes = {entry.name: entry.size for entry in (files.list_directory(folder / "b")).entries}
    assert sizes == {"c": 5}
    assert (files.read_multiple_files([folder / "b" / "c"])).contents == {"paths/b/c": "12345"}
    assert (files.delete_file(folder, recursive=True)).success


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda fs: fs.write_file("x/", "a"), "path must name a file, and 'x/' ends with a slash"),
        (lambda fs: fs.upload_file("/etc/passwd", "x/"), "remote_path must name a file"),
        (lambda fs: fs.write_file("x", {}), "content must be a string or bytes, not dict: use json.dumps"),
        (lambda fs: fs.write_file("x\0", "a"), "path must not contain NUL, which it has at index 1"),
        (lambda fs: fs.read_file("~/x"), "relative paths start at the home folder"),
        (lambda fs: fs.read_file("x", format="binary"), "format must be 'text' or 'bytes', not 'binary'"),
        (lambda fs: fs.read_file("x", offset=-1), "offset must be a whole number of 0 or more"),
        (lambda fs: fs.read_file("x", length=0), "length must be a whole number of 1 or more"),
        (lambda fs: fs.search_files(".", "**/*.py"), "it matches names, so give the folder in path"),
        (lambda fs: fs.upload_file(os.curdir, "x"), "is a folder, not a file: push"),
        (lambda fs: fs.upload_file("nowhere", "x"), "there is no file nowhere on this machine"),
        (lambda fs: fs.push("/etc/passwd", "x"), "is not a folder: use upload_file"),
        (lambda fs: fs.push("/nowhere", "x"), "does not exist on this machine"),
        (lambda fs: fs.download_file("x", os.curdir), "local_path must name the file to write"),
        (lambda fs: fs.open("x", "w").write("a"), "the file is not open: enter it as a context manager"),
        (lambda fs: fs.open("x").read(), "the file is not open: enter it as a context manager"),
    ],
)
def test_a_mistake_has_a_message_that_says_what_to_do(bay_session: Session, call: Call, message: str) -> None:
    with pytest.raises(FileUsageError) as caught:
        call(bay_session.file_system)
    assert message in str(caught.value)
