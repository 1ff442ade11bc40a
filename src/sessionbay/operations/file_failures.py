"""The failures of file operations: codes and messages, whatever the wording of the service.

The clouds report failures as text alone: ``Execution failed. Error code:-32602 Error message: Failed to get file
status: /tmp/x, error: No such file or directory``. The local engine sends the same form.
"""

import re
from typing import Any

from ..core.error_codes import ErrorCode

MESSAGES = {
    ErrorCode.NOT_FOUND: "No such file or directory",
    ErrorCode.IS_DIRECTORY: "Is a directory",
    ErrorCode.NOT_A_DIRECTORY: "Not a directory",
    ErrorCode.NOT_A_FILE: "Not a regular file",
    ErrorCode.DIRECTORY_NOT_EMPTY: "Directory not empty",
    ErrorCode.PERMISSION_DENIED: "Permission denied",
    ErrorCode.ALREADY_EXISTS: "File exists",
    ErrorCode.TOO_LARGE: "File too large",
    ErrorCode.NOT_TEXT: "Not UTF-8 text",
    ErrorCode.READ_ONLY: "Read-only file system",
    ErrorCode.NO_SPACE: "No space left on device",
}
_WORDINGS = {
    ErrorCode.NOT_FOUND: "does not exist|not found|cannot find",
    ErrorCode.IS_DIRECTORY: "is an? (directory|folder)",
    ErrorCode.NOT_A_DIRECTORY: "not an? (directory|folder)",
    ErrorCode.NOT_A_FILE: "not a (regular )?file",
    ErrorCode.PERMISSION_DENIED: "operation not permitted|access( is)? denied|eacces",
    ErrorCode.ALREADY_EXISTS: "already exists?|eexist",
    ErrorCode.TOO_LARGE: r"too (large|big)|too many (bytes|files|watches)|larger than|more than \d+",
    ErrorCode.NOT_TEXT: "(not|invalid)( valid)? utf-?8|binary file|can't decode",
    ErrorCode.READ_ONLY: "read-?only",
    ErrorCode.NO_SPACE: "disk quota exceeded|no space left",
}
_CODES = [
    (code, re.compile(f"{re.escape(message)}|{_WORDINGS.get(code, re.escape(message))}", re.IGNORECASE))
    for code, message in {**MESSAGES, ErrorCode.TEXT_NOT_FOUND: "is not in the file"}.items()
]
_ENVELOPE = re.compile(
    r"^(?:Error in response: )?Execution failed\. ?Error code: ?-?\d+ ?Error message: ?", re.IGNORECASE
)
_CLOUD = re.compile(r"^Failed to [\w ]+: (?P<path>.+?),? (?:with )?error: (?P<reason>.+)$", re.DOTALL)


def strip_envelope(text: str) -> str:
    """Return the message in the text of a failed tool call."""
    return _ENVELOPE.sub("", text, count=1).strip() or text


def parse_failure(text: str) -> dict[str, Any]:
    """Parse the text of a failed file tool: ``path: reason`` on every service, and a code."""
    message = strip_envelope(text)
    if cloud := _CLOUD.match(message):
        message = f"{cloud['path']}: {cloud['reason']}"
    return {"error_message": message, "code": classify(message)}


def parse_text_failure(text: str) -> dict[str, Any]:
    """Parse the failure of a tool that reads text."""
    failure = parse_failure(text)
    hint = ': read it with format="bytes"' if failure["code"] == ErrorCode.NOT_TEXT else ""
    return {**failure, "error_message": failure["error_message"] + hint}


def classify(message: str) -> str:
    """Return the code of a failure; empty if it is unknown. The last match counts: a path may look like a reason."""
    found = [(match.end(), code) for code, pattern in _CODES for match in pattern.finditer(message)]
    return max(found)[1].value if found else ""


def classify_command(stderr: str) -> str:
    """Return the code of a failed command's last line, which ends with the system's message."""
    last = stderr.strip().rpartition("\n")[2]
    return next((code.value for code, message in MESSAGES.items() if last.endswith(f": {message}")), "")


def describe(path: str, code: str, otherwise: str) -> str:
    """Return the message of a failure at ``path``; the text ``otherwise`` if the code is unknown."""
    return f"{path}: {MESSAGES[ErrorCode(code)]}" if code in MESSAGES else otherwise
