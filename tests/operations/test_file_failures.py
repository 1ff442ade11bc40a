"""The codes and messages of failed file operations, from the texts of the clouds and of the local engine."""

import pickle
from typing import Any

import pytest

from sessionbay import FileError
from sessionbay.models.files import FileContentResult
from sessionbay.operations.file_failures import classify_command, parse_failure

ENVELOPE = "Execution failed. Error code:-32602 Error message: "


@pytest.mark.parametrize(
    ("text", "message", "code"),
    [
        (
            f"{ENVELOPE}Failed to get file status: /tmp/x, error: No such file or directory",
            "/tmp/x: No such file or directory",
            "not_found",
        ),
        (
            f"Error in response: {ENVELOPE}Failed to create directory: /x, error: Permission denied",
            "/x: Permission denied",
            "permission_denied",
        ),
        (f"{ENVELOPE}a: b: Is a directory", "a: b: Is a directory", "is_directory"),
        ("Path does not exist: /x", "Path does not exist: /x", "not_found"),
        ("open /x: is a directory", "open /x: is a directory", "is_directory"),
        ("mkdir /x: not a directory", "mkdir /x: not a directory", "not_a_directory"),
        ("file already exists", "file already exists", "already_exists"),
        ("Permission denied: No such file or directory", "Permission denied: No such file or directory", "not_found"),
        ("x: File too large: read it in parts", "x: File too large: read it in parts", "too_large"),
        ("'utf-8' codec can't decode byte 0xff", "'utf-8' codec can't decode byte 0xff", "not_text"),
        ("open /usr/x: read-only file system", "open /usr/x: read-only file system", "read_only"),
        ("write /x: no space left on device", "write /x: no space left on device", "no_space"),
        ("operation not permitted", "operation not permitted", "permission_denied"),
        ("/l: Too many levels of symbolic links", "/l: Too many levels of symbolic links", ""),
        ("the tool crashed", "the tool crashed", ""),
        (ENVELOPE, ENVELOPE, ""),
    ],
)
def test_a_failure_has_a_code_and_a_message_without_the_envelope(text: str, message: str, code: str) -> None:
    assert parse_failure(text) == {"error_message": message, "code": code}


@pytest.mark.parametrize(
    ("stderr", "code"),
    [
        ("mv: cannot move 'a' to 'b': Permission denied\n", "permission_denied"),
        ("warning: x: File exists\nrm: cannot remove 'a': No such file or directory", "not_found"),
        ("realpath: command not found", ""),
        ("", ""),
    ],
)
def test_a_failed_command_has_the_code_of_its_last_line(stderr: str, code: str) -> None:
    assert classify_command(stderr) == code


@pytest.mark.parametrize(
    ("code", "python"),
    [
        ("not_found", FileNotFoundError),
        ("is_directory", IsADirectoryError),
        ("not_a_directory", NotADirectoryError),
        ("permission_denied", PermissionError),
        ("already_exists", FileExistsError),
        ("too_large", OSError),
        ("read_only", OSError),
        ("not_text", UnicodeError),
        ("", FileError),
    ],
)
def test_the_error_of_a_code_is_pythons_own_too(code: str, python: type[Exception]) -> None:
    result = FileContentResult(error_message="x: why", code=code, request_id="r")
    with pytest.raises(python, match=r"^x: why$") as caught:
        result.raise_for_error()
    copy: Any = pickle.loads(pickle.dumps(caught.value))
    assert isinstance(copy, FileError)
    assert (type(copy), str(copy), copy.code, copy.kind) == (type(caught.value), "x: why", code, "refused")
    if issubclass(python, OSError):
        assert python is OSError or type(OSError(getattr(copy, "errno", 0), "")) is python
