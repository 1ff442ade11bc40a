"""What commands, files, tools and contexts answer, as callers see it."""

import pytest

from sessionbay.core.errors import CommandError, FileError, GitConflictError
from sessionbay.models.commands import CommandResult
from sessionbay.models.contexts import ContextInfoResult, ContextStatus
from sessionbay.models.files import (
    BinaryFileContentResult,
    DirectoryEntry,
    DirectoryListResult,
    FileContentResult,
    FileInfo,
    FileInfoResult,
    decode_text,
)
from sessionbay.models.git import GitDoneResult
from sessionbay.models.tools import McpTool, McpToolsResult, SessionMetrics, SessionMetricsResult, ToolContent


def test_the_output_of_a_command_is_what_it_wrote_in_both_ways() -> None:
    assert CommandResult(success=True, stdout="a\n", stderr="b\n").output == "a\nb\n"


@pytest.mark.parametrize("exit_code", [0, 1, 127])
def test_a_strict_client_does_not_raise_for_an_exit_code(exit_code: int) -> None:
    ended = CommandResult(success=not exit_code, exit_code=exit_code)
    assert ended.raise_if_strict() is ended


def test_a_strict_client_raises_for_a_command_that_did_not_run() -> None:
    with pytest.raises(CommandError, match="no shell"):
        CommandResult(error_message="no shell").raise_if_strict()


def test_a_command_that_ended_with_a_code_raises_where_that_is_asked_for() -> None:
    with pytest.raises(CommandError, match="exit code 2"):
        CommandResult(exit_code=2, error_message="exit code 2").raise_for_error()


def test_the_error_of_a_git_command_says_what_its_result_does() -> None:
    answer = GitDoneResult(
        error_message="CONFLICT (content)", reason="conflict", http_status_code=502, outcome_unknown=True
    )
    with pytest.raises(GitConflictError) as raised:
        answer.raise_for_error()
    assert (raised.value.outcome, raised.value.http_status_code, raised.value.result) == ("unknown", 502, answer)


def test_a_text_file_is_its_content() -> None:
    read = FileContentResult(success=True, data="first line")
    assert (read.content, str(read)) == ("first line", "first line")


def test_an_empty_file_has_content() -> None:
    assert FileContentResult(success=True, data="").content == ""


def test_a_binary_file_has_its_bytes_and_their_number() -> None:
    read = BinaryFileContentResult(success=True, data=b"\x00\xff")
    assert (read.content, read.size) == (b"\x00\xff", 2)


def test_bytes_are_read_as_text_where_they_are_some() -> None:
    read = BinaryFileContentResult(success=True, data="文".encode(), request_id="REQ-1")
    assert decode_text(read, "a") == FileContentResult(success=True, data="文", request_id="REQ-1")


def test_bytes_that_are_no_text_are_refused_not_mangled() -> None:
    read = decode_text(BinaryFileContentResult(success=True, data=b"ab\xff"), "a")
    assert (read.success, read.data) == (False, None)
    assert read.error_message == 'a: Not UTF-8 text: read it with format="bytes"'


def test_bytes_that_were_refused_are_refused_text_of() -> None:
    refused = BinaryFileContentResult(code="X", error_message="[X] why")
    assert decode_text(refused, "a") == FileContentResult(code="X", error_message="[X] why")


def test_an_entry_of_a_folder_is_a_file_or_a_folder() -> None:
    entries = [DirectoryEntry("a", is_directory=True), DirectoryEntry("b", is_directory=False)]
    assert [(entry.is_directory, entry.is_file) for entry in entries] == [(True, False), (False, True)]


def test_entries_keep_the_order_of_the_service() -> None:
    entries = (DirectoryEntry("b", is_directory=True), DirectoryEntry("a", is_directory=False))
    assert DirectoryListResult(success=True, data=entries).entries == list(entries)


def test_an_info_of_a_file_keeps_all_that_was_said() -> None:
    payload: dict[str, str | int | bool] = {"size": 3, "isDirectory": False, "owner": "root"}
    assert FileInfoResult(success=True, data=FileInfo(size=3, fields=payload)).file_info == payload


def test_what_was_said_of_a_file_can_be_changed_without_the_result() -> None:
    result = FileInfoResult(success=True, data=FileInfo(fields={"size": 3}))
    result.file_info["size"] = 4
    assert result.file_info == {"size": 3}


def test_a_refused_info_of_a_file_raises_a_file_error() -> None:
    refused = FileInfoResult(error_message="why")
    with pytest.raises(FileError, match="why"):
        dict(refused.file_info)


def test_the_tools_of_an_image_are_a_list() -> None:
    assert McpToolsResult(success=True, data=(McpTool("shell"),)).tools == [McpTool("shell")]


def test_the_tasks_of_contexts_are_a_list() -> None:
    assert ContextInfoResult(success=True, data=(ContextStatus("c"),)).context_status_data == [ContextStatus("c")]


def test_the_metrics_are_the_data() -> None:
    assert SessionMetricsResult(success=True, data=SessionMetrics(cpu_count=2)).metrics.cpu_count == 2


def test_an_image_that_a_tool_answered_fills_no_repr() -> None:
    assert "aGk=" not in repr(ToolContent("image", data="aGk="))
