"""The reasons why code did not run, as calls and streams carry them."""

import pytest

from sessionbay import ErrorCode
from sessionbay.operations.code import parse_refusal

NO_JAVA = "code in java needs a JDK"


@pytest.mark.parametrize(
    ("text", "message", "code"),
    [
        (NO_JAVA, NO_JAVA, ErrorCode.LANGUAGE_UNAVAILABLE),
        (f"[failed] {NO_JAVA}", NO_JAVA, ErrorCode.LANGUAGE_UNAVAILABLE),
        (f"Execution failed. Error code:-32602 Error message: {NO_JAVA}", NO_JAVA, ErrorCode.LANGUAGE_UNAVAILABLE),
        ("[permission_denied] /x: Permission denied", "/x: Permission denied", ErrorCode.PERMISSION_DENIED),
        ("[InvalidParameter] Invalid params.", "[InvalidParameter] Invalid params.", ""),
        ("the machine is busy", "the machine is busy", ""),
        ("", "", ""),
    ],
)
def test_the_code_of_the_engine_is_parsed_out_of_the_message(text: str, message: str, code: str) -> None:
    assert parse_refusal(text) == {"error_message": message, "code": code}
