"""What results are: a yes with data, or a no with its reason."""

import copy
import pickle
from itertools import product
from typing import Any

import pytest

from sessionbay.core.errors import AgentBayError, SessionError, SessionTimeoutError
from sessionbay.core.result import Delegated, Result, format_refusal
from sessionbay.models.commands import CommandResult
from sessionbay.models.contexts import ContextStatus
from sessionbay.models.extensions import Extension
from sessionbay.models.files import DirectoryEntry, FileInfo, FileResult
from sessionbay.models.git import GitStatus
from sessionbay.models.input import CursorPosition
from sessionbay.models.screen import ScreenSize
from sessionbay.models.sessions import (
    InfoResult,
    SessionEntry,
    SessionInfo,
    SessionPauseResult,
    SessionStatusResult,
    WaitResult,
)
from sessionbay.models.tools import McpTool, SessionMetrics, SessionMetricsResult

from ..support import PUBLIC_RESULTS

REFUSAL: dict[str, Any] = {
    "code": "X",
    "error_message": "[X] why",
    "request_id": "REQ-1",
    "http_status_code": 409,
}
DATA: dict[str, Any] = {
    "GitStatusResult": GitStatus(current_branch="main", upstream="origin/main", ahead=1),
    "BinaryFileContentResult": b"\xff\x00",
    "CommandResult": "out",
    "CursorPositionResult": CursorPosition(512, 384),
    "ContextInfoResult": (ContextStatus("SdkCtx-1", "/p", "Success", "upload"),),
    "DirectoryListResult": (DirectoryEntry("a", is_directory=False),),
    "ExtensionResult": Extension("ext_1.zip", "mine.zip"),
    "FileContentResult": "text",
    "FileInfoResult": FileInfo(size=3, is_file=True, fields={"size": 3, "isDirectory": False}),
    "FileResult": True,
    "InfoResult": SessionInfo("session-1", "https://page.invalid"),
    "LabelsResult": {"a": "b"},
    "LinkResult": "wss://gw.invalid/T",
    "McpToolResult": "hi",
    "McpToolsResult": (McpTool("shell", "Runs.", {"type": "object"}),),
    "ScreenSizeResult": ScreenSize(1024, 768, dpi_scaling_factor=1.5),
    "SessionListResult": (SessionEntry("session-1", "RUNNING"),),
    "SessionMetricsResult": SessionMetrics(cpu_count=2),
    "SessionStatusResult": "RUNNING",
}
READERS = [
    (result, name) for result in PUBLIC_RESULTS for name, value in vars(result).items() if isinstance(value, Delegated)
]


def test_the_truth_of_a_result_is_its_success() -> None:
    for result, success in product(PUBLIC_RESULTS, [True, False]):
        assert bool(result(success=success)) is success


def test_a_result_without_a_word_is_a_refusal() -> None:
    for result in PUBLIC_RESULTS:
        assert not result()


def test_a_success_raises_nothing_and_is_returned() -> None:
    for result in PUBLIC_RESULTS:
        granted = result(success=True)
        assert granted.raise_for_error() is granted


def test_a_refused_result_raises_its_modules_error() -> None:
    for result in PUBLIC_RESULTS:
        refused = result(**REFUSAL)
        with pytest.raises(result.error_type) as raised:
            refused.raise_for_error()
        assert type(raised.value) is result.error_type


def test_the_error_of_a_refusal_carries_all_of_it() -> None:
    refused = SessionStatusResult(**REFUSAL)
    with pytest.raises(SessionError, match=r"^\[X\] why$") as raised:
        refused.raise_for_error()
    error = raised.value
    assert (error.kind, error.code, error.request_id, error.http_status_code) == ("refused", "X", "REQ-1", 409)
    assert error.result is refused


def test_a_refusal_without_a_reason_says_so() -> None:
    with pytest.raises(SessionError, match="refused without a reason"):
        Result[str]().raise_for_error()


def test_a_wait_that_ran_out_raises_a_timeout() -> None:
    with pytest.raises(SessionTimeoutError, match="not PAUSED") as raised:
        SessionPauseResult(timed_out=True, error_message="not PAUSED after 5 s").raise_for_error()
    assert raised.value.kind == "timeout"


def test_a_wait_that_was_refused_raises_a_refusal() -> None:
    with pytest.raises(SessionError) as raised:
        WaitResult(**REFUSAL).raise_for_error()
    assert raised.value.kind == "refused"


def test_the_data_of_a_success_is_unwrapped() -> None:
    assert SessionStatusResult(success=True, data="RUNNING").unwrap() == "RUNNING"


@pytest.mark.parametrize("data", ["", 0, False, ()])
def test_data_that_is_falsy_is_data(data: Any) -> None:
    assert Result[Any](success=True, data=data).unwrap() == data


def test_a_success_without_data_has_nothing_to_unwrap() -> None:
    with pytest.raises(SessionError, match="carries no data"):
        SessionStatusResult(success=True).unwrap()


def test_a_refusal_raises_in_place_of_being_unwrapped() -> None:
    with pytest.raises(SessionError, match="why"):
        SessionStatusResult(**REFUSAL).unwrap()


def test_a_field_of_the_data_is_read_on_the_result() -> None:
    for result, name in READERS:
        data = DATA[result.__name__]
        assert getattr(result(success=True, data=data), name) == getattr(data, name)


def test_a_field_of_refused_data_raises() -> None:
    for result, name in READERS:
        with pytest.raises(result.error_type, match="why"):
            getattr(result(**REFUSAL), name)


@pytest.mark.parametrize(
    ("result", "name"),
    [
        ("BinaryFileContentResult", "content"),
        ("BinaryFileContentResult", "size"),
        ("ContextInfoResult", "context_status_data"),
        ("DirectoryListResult", "entries"),
        ("FileContentResult", "content"),
        ("FileContentResult", "__str__"),
        ("FileInfoResult", "file_info"),
        ("InfoResult", "keys"),
        ("LabelsResult", "keys"),
        ("LabelsResult", "items"),
        ("LabelsResult", "__iter__"),
        ("LabelsResult", "__len__"),
        ("LabelsResult", "__str__"),
        ("LinkResult", "__str__"),
        ("McpToolsResult", "tools"),
        ("SessionListResult", "sessions"),
        ("SessionListResult", "session_ids"),
        ("SessionMetricsResult", "metrics"),
        ("SessionResult", "session"),
        ("SessionStatusResult", "status"),
    ],
)
def test_whatever_reads_refused_data_raises(result: str, name: str) -> None:
    kind = next(kind for kind in PUBLIC_RESULTS if kind.__name__ == result)
    with pytest.raises(kind.error_type, match="why"):
        getattr(kind(**REFUSAL), name)()


def test_a_reader_on_the_class_is_the_reader_itself() -> None:
    assert isinstance(SessionMetricsResult.cpu_count, Delegated)


def test_a_refusal_is_handed_on_as_another_kind_of_result() -> None:
    assert SessionStatusResult(**REFUSAL).as_failure(CommandResult) == CommandResult(**REFUSAL)


def test_a_refusal_is_handed_on_with_a_reason_of_its_own() -> None:
    handed = SessionStatusResult(**REFUSAL).as_failure(FileResult, "it is a folder")
    assert handed == FileResult(**REFUSAL | {"error_message": "it is a folder"})


def test_nothing_of_a_success_is_handed_on_as_a_success() -> None:
    assert not SessionStatusResult(success=True, data="RUNNING").as_failure(FileResult).success


def test_a_strict_client_raises_a_refusal() -> None:
    for result in PUBLIC_RESULTS:
        with pytest.raises(AgentBayError, match="why"):
            result(**REFUSAL).raise_if_strict()


def test_a_result_survives_being_pickled() -> None:
    for result in PUBLIC_RESULTS:
        made = result(success=True, data=DATA.get(result.__name__), request_id="REQ-1", code="ok", http_status_code=200)
        assert pickle.loads(pickle.dumps(made)) == made


def test_a_result_survives_being_copied() -> None:
    for result in PUBLIC_RESULTS:
        made = result(success=True, data=DATA.get(result.__name__), request_id="REQ-1")
        assert copy.deepcopy(made) == made


def test_a_result_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        InfoResult().success = True  # type: ignore[misc]  # that it is refused is the point


@pytest.mark.parametrize(
    ("code", "message", "text"),
    [
        ("X", "why", "[X] why"),
        ("X", "  why ", "[X] why"),
        ("X", "", "[X]"),
        ("", " why ", "why"),
        ("", "", ""),
    ],
)
def test_a_refusal_reads_as_its_code_and_message(code: str, message: str, text: str) -> None:
    assert format_refusal(code, message) == text


def test_a_message_shows_control_characters_but_keeps_its_lines() -> None:
    result = InfoResult(error_message="\x1b]0;X\x07 two\n\tlines\r\x9b\x7f\u2028\u202e\udc80 日本")
    assert result.error_message == r"\x1b]0;X\x07 two" "\n\t" r"lines\r\x9b\x7f\u2028\u202e\udc80 日本"
    with pytest.raises(AgentBayError) as caught:
        result.raise_for_error()
    assert str(caught.value) == result.error_message
