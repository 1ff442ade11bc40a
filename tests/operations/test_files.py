"""How the answers of the file tools are worded and read."""

import string
from base64 import b64encode
from typing import Any

import pytest
from hypothesis import given, strategies as st

from sessionbay.core.errors import FileUsageError
from sessionbay.core.tool import Tool
from sessionbay.models.files import DirectoryEntry, FileInfo, FileResult
from sessionbay.models.tools import McpToolResult
from sessionbay.operations import file_codecs, files
from sessionbay.operations.tools import to_tool_result

from ..support import some, texts

plain_texts = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]))
said_of_files = st.fixed_dictionaries(
    {"isDirectory": st.booleans(), "size": st.integers(0)},
    optional={"isFile": st.booleans(), **{name: plain_texts.map(str.strip) for name in ("name", "path", "modified")}},
)
names = texts.filter(lambda name: "\n" not in name and not name.endswith("\r"))
INFO = """name: a.txt
path: /tmp/a.txt
size: 11
isDirectory: false
isFile: True
permissions: rw-r--r--
modified: 2025-05-06T07:08:09+00:00
owner: root
"""


def test_an_info_is_read_line_by_line() -> None:
    info: FileInfo = file_codecs.parse_info(INFO)["data"]
    assert info == FileInfo(
        size=11,
        is_file=True,
        permissions="rw-r--r--",
        modified="2025-05-06T07:08:09+00:00",
        fields={
            "name": "a.txt",
            "path": "/tmp/a.txt",
            "size": 11,
            "isDirectory": False,
            "isFile": True,
            "permissions": "rw-r--r--",
            "modified": "2025-05-06T07:08:09+00:00",
            "owner": "root",
        },
    )


@pytest.mark.parametrize(("line", "is_directory"), [("true", True), ("True", True), ("false", False), ("no", False)])
def test_what_is_no_folder_is_a_file_unless_said_otherwise(line: str, is_directory: bool) -> None:
    info: FileInfo = file_codecs.parse_info(f"isDirectory: {line}")["data"]
    assert (info.is_directory, info.is_file) == (is_directory, not is_directory)


def test_only_size_and_flags_are_made_more_than_text() -> None:
    info: FileInfo = file_codecs.parse_info("isDirectory: false\nname: 0755\nmode: 0644")["data"]
    assert (info.fields["name"], info.fields["mode"]) == ("0755", "0644")


def test_lines_that_name_nothing_are_passed_over() -> None:
    info: FileInfo = file_codecs.parse_info("File information\nisDirectory: false\n\n")["data"]
    assert info.fields == {"isDirectory": False}


@pytest.mark.parametrize("text", ["", "no such file", "size: 5", "isDirectory: false\nsize: large"])
def test_what_is_no_info_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"isDirectory|large"):
        file_codecs.parse_info(text)


@some
@given(said_of_files)
def test_an_info_is_read_as_it_was_written(payload: dict[str, str | int | bool]) -> None:
    assert file_codecs.parse_info(file_codecs.format_info(payload))["data"].fields == payload


@pytest.mark.parametrize("name", ["a\x0cb", "a\u2028b", "a\x1cb", "a\x85b"])
def test_a_name_with_a_rare_end_of_line_is_read_whole(name: str) -> None:
    payload: dict[str, str | int | bool] = {"name": name, "isDirectory": False}
    assert file_codecs.parse_info(file_codecs.format_info(payload))["data"].fields == payload


def test_a_listing_is_read_line_by_line() -> None:
    entries = file_codecs.parse_listing("[DIR] src\n[FILE] a [FILE] b.txt\r\n[FILE]  c\nTotal: 3\n[LINK] d\n")["data"]
    assert entries == (
        DirectoryEntry("src", is_directory=True),
        DirectoryEntry("a [FILE] b.txt", is_directory=False),
        DirectoryEntry(" c", is_directory=False),
    )


@pytest.mark.parametrize("text", ["", "\n", "empty"])
def test_an_empty_folder_has_no_entries(text: str) -> None:
    assert file_codecs.parse_listing(text)["data"] == ()


@some
@given(st.lists(st.builds(DirectoryEntry, names, is_directory=st.booleans())))
def test_a_listing_is_read_as_it_was_written(entries: list[DirectoryEntry]) -> None:
    assert file_codecs.parse_listing(file_codecs.format_listing(entries))["data"] == tuple(entries)


@some
@given(st.binary())
def test_bytes_are_read_out_of_base64(content: bytes) -> None:
    answer = McpToolResult(success=True, data=b64encode(content).decode())
    assert to_tool_result(files.READ_BYTES, answer).content == content


@pytest.mark.parametrize("text", ["a", "ab=", "====", "no base64", "YQ==\n", "文"])
def test_what_is_no_base64_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        to_tool_result(files.READ_BYTES, McpToolResult(success=True, data=text))


@some
@given(texts)
def test_text_is_read_as_it_is(text: str) -> None:
    assert to_tool_result(files.READ_TEXT, McpToolResult(success=True, data=text)).content == text


@pytest.mark.parametrize(
    "tool", [files.WRITE, files.MAKE_DIRECTORY, files.DELETE, files.MOVE], ids=lambda tool: tool.name
)
def test_an_action_that_worked_says_no_more(tool: Tool[Any, FileResult]) -> None:
    result = to_tool_result(tool, McpToolResult(success=True, data="Successfully done"))
    assert (result.success, result.data) == (True, True)


@pytest.mark.parametrize(
    "tool", [files.WRITE, files.READ_TEXT, files.READ_BYTES, files.INFO, files.LIST], ids=lambda tool: tool.name
)
def test_an_action_that_failed_keeps_its_reason(tool: Tool[Any, FileResult]) -> None:
    result = to_tool_result(tool, McpToolResult(is_error=True, error_message="no such file", request_id="REQ-1"))
    assert (result.success, result.data, result.error_message) == (False, None, "no such file")


@pytest.mark.parametrize("path", ["", "  "])
def test_a_blank_path_is_the_callers_mistake(path: str) -> None:
    with pytest.raises(FileUsageError, match="path must be a string that is not blank"):
        files.PathArgs.of(path)


def test_a_path_is_passed_on_as_it_is() -> None:
    assert files.PathArgs.of(f" {string.punctuation} 文").dump() == {"path": f" {string.punctuation} 文"}
