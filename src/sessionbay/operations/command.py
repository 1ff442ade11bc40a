"""The shell tool: its arguments and its two response formats."""

from typing import Any

from pydantic import Field, ValidationError

from ..core.error_codes import ErrorCode
from ..core.output import Keep
from ..core.tool import Tool
from ..core.wire_model import Wire
from ..models.commands import CommandResult
from .file_failures import strip_envelope


class ShellArgs(Wire):
    """The arguments. Those from ``max_output`` on are sent to the local engine only; ``stdin`` is base64."""

    command: str
    timeout_ms: int | None = None
    cwd: str | None = None
    envs: dict[str, str] | None = None
    max_output: int | None = Field(default=None, ge=1)
    keep: Keep | None = None
    stdin: str | None = None
    detach_on_cancel: bool | None = None


class ShellAnswer(Wire):
    """The response, as JSON text. In error responses ``errorCode`` takes the place of ``exit_code``.

    Only the local engine sends ``omitted_bytes`` and ``message``.
    """

    stdout: str | None = None
    stderr: str | None = None
    exit_code: int | None = None
    error_code: int | None = None
    trace_id: str | None = None
    omitted_bytes: int | None = None
    message: str | None = None

    def is_wrapper(self) -> bool:
        """Return whether this is the tool's wrapper, not output that happens to be JSON."""
        some = self.stdout is not None or self.stderr is not None
        both = self.stdout is not None and self.stderr is not None
        return both or (some and (self.exit_code is not None or self.error_code is not None))


TIMEOUT_MARK = "[timeout]"
TIMED_OUT = {"timed_out": True, "code": ErrorCode.TIMEOUT}


def parse_response(text: str) -> dict[str, Any]:
    """Parse the response for a command that ran; text without the wrapper is standard output."""
    answer = _parse_wrapper(text)
    if answer is None:
        return {"data": text, "stdout": text, "exit_code": 0}
    return _fields(answer, exit_code=answer.exit_code or 0)


def parse_failure(text: str) -> dict[str, Any]:
    """Parse the response for a command that could not run, or was killed."""
    answer = _parse_wrapper(text)
    if answer is None:
        message = strip_envelope(text)
        return {"error_message": message} | (TIMED_OUT if message.startswith(TIMEOUT_MARK) else {})
    exit_code = answer.error_code if answer.exit_code is None else answer.exit_code
    fields = _fields(answer, exit_code=None if exit_code is None or exit_code < 0 else exit_code)
    message = answer.message or (answer.stderr or "").strip() or "the command failed"
    timed_out = TIMED_OUT if exit_code == -1 and message.startswith(TIMEOUT_MARK) else {}
    return fields | {"success": False, "error_message": message} | timed_out


def _parse_wrapper(text: str) -> ShellAnswer | None:
    try:
        answer = ShellAnswer.model_validate_json(text)
    except ValidationError:
        return None
    return answer if answer.is_wrapper() else None


def _fields(answer: ShellAnswer, exit_code: int | None) -> dict[str, Any]:
    stdout, stderr = answer.stdout or "", answer.stderr or ""
    fields: dict[str, Any] = {
        "data": stdout + stderr,
        "stdout": stdout,
        "stderr": stderr,
        "exit_code": exit_code,
        "trace_id": answer.trace_id or "",
        "omitted_bytes": answer.omitted_bytes or 0,
    }
    if exit_code:
        fields |= {"success": False, "code": ErrorCode.EXIT_CODE, "error_message": format_exit_code(exit_code, stderr)}
    return fields


def format_exit_code(exit_code: int, stderr: str) -> str:
    """Return a one-line message for an exit code other than 0."""
    last = stderr.strip().rpartition("\n")[2]
    return f"exit code {exit_code}" + (f": {last}" if last else "")


SHELL = Tool(
    name="shell",
    server="wuying_shell",
    about="Run a command in the session's shell.",
    args=ShellArgs,
    result=CommandResult,
    read=parse_response,
    read_error=parse_failure,
)
