"""The code tool: its arguments, and the four formats of its answer."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from pydantic import AliasChoices, Field, ValidationError

from ..core import validation
from ..core.error_codes import ErrorCode
from ..core.errors import CodeError
from ..core.output import Keep, TruncatedBuffer
from ..core.tool import Tool
from ..core.wire_model import TextWire, Wire, parsed
from ..models.code import (
    FORMATS_BY_MIME,
    EnhancedCodeExecutionResult,
    ExecutionError,
    ExecutionLogs,
    ExecutionResult,
    result_text,
)
from .file_failures import strip_envelope
from .tools import ContentAnswer

SERVER = "wuying_codespace"
LANGUAGES = ("python", "javascript", "r", "java")
ALIASES = {"py": "python", "python3": "python", "js": "javascript", "node": "javascript", "nodejs": "javascript"}
FORMATS = {
    **FORMATS_BY_MIME,
    "application/vnd.vegalite.v4+json": "chart",
    "application/vnd.vega.v5+json": "chart",
    **{name: name for name in FORMATS_BY_MIME.values()},
}
KERNEL_DIED, VALUE_TOO_LARGE = "KernelDied", "ValueTooLarge"  # names of errors that the local engine reports
LANGUAGE = re.compile(r"\blanguage must be\b|\bruns code in\b|^code in \w+ needs\b|unsupported language", re.IGNORECASE)
_TAG = re.compile(r"\[(?P<code>\w+)\] ")
MAIN_RESULT_KEYS = ("isMainResult", "is_main_result")


class CodeArgs(Wire):
    code: str
    language: str
    timeout_s: int | float | None = None
    max_output: int | None = None  # the local engine only, like ``keep``
    keep: Keep | None = None


def parse_language(value: object) -> str:
    """Return the clouds' name of a language."""
    name = validation.text("language", value, CodeError).strip().lower()
    language = ALIASES.get(name, name)
    validation.choice("language", language, LANGUAGES, CodeError)
    return language


class ErrorEntry(Wire):
    name: str = ""
    value: str = ""
    traceback: str = ""


class LogsEntry(Wire):
    stdout: list[str] = Field(default_factory=list[str])
    stderr: list[str] = Field(default_factory=list[str])


class CodeAnswer(TextWire):
    """An answer in the kernel's format (``result``) or the rich one (``results``, ``logs``)."""

    result: list[Any] | None = None
    results: list[Any] | None = None
    logs: LogsEntry | None = None
    stdout: list[str] | None = None
    stderr: list[str] | None = None
    execution_error: str | None = None
    error: ErrorEntry | None = None
    is_error: bool | None = None
    omitted_bytes: int | None = None  # the local engine only
    trace_id: str | None = None
    execution_count: int | None = Field(
        default=None, validation_alias=AliasChoices("execution_count", "executionCount")
    )
    execution_time: float | None = Field(default=None, validation_alias=AliasChoices("execution_time", "executionTime"))

    def is_tool_response(self) -> bool:
        """Return whether this is the tool's answer rather than output that happens to be JSON."""
        return any(part is not None for part in (self.result, self.results, self.logs, self.execution_error))

    def parse_error(self) -> ExecutionError | None:
        """Return the exception of the code."""
        if self.error is not None and self.error.name:
            return ExecutionError(self.error.name, self.error.value, self.error.traceback)
        text = self.execution_error or ("the code failed" if self.is_error else "")
        name, colon, value = text.partition(": ")
        if not text:
            return None
        return ExecutionError(name, value) if colon and name.isidentifier() else ExecutionError("ExecutionError", text)


class _Envelope(Wire):
    content: list[ContentAnswer] | None = None


def parse_response(text: str) -> dict[str, Any]:
    """Parse an answer. Text in another format is the code's output."""
    answer = _parse_tool_response(text)
    if answer is None:
        return {"data": text, "logs": ExecutionLogs((text,)), "results": (ExecutionResult(text, is_main_result=True),)}
    return _fields(answer)


def parse_failure(text: str) -> dict[str, Any]:
    """Parse a failure of the tool. Some services report the code's own exception as one."""
    answer = _parse_tool_response(text)
    if answer is None:
        return parse_refusal(text)
    return {"error_message": "the code failed", **_fields(answer), "success": False}


def parse_refusal(text: str) -> dict[str, str]:
    """Parse the reason why code did not run. The local engine's streams put its code in front: ``[failed] message``."""
    message, code = strip_envelope(text), ""
    if (tag := _TAG.match(message)) and tag["code"] in set(ErrorCode):
        message, code = message[tag.end() :], tag["code"]
    return {"error_message": message, "code": refusal_code(message) or code}


def refusal_code(message: str) -> str:
    """Return the code of the reason why code did not run; empty if it is unknown."""
    return ErrorCode.LANGUAGE_UNAVAILABLE if LANGUAGE.search(message) else ""


def _parse_tool_response(text: str) -> CodeAnswer | None:
    """Parse the tool's answer, also inside the envelope of a tool call; return None for other text."""
    try:
        envelope = _Envelope.model_validate_json(text)
        answer = CodeAnswer.model_validate_json(text if not envelope.content else envelope.content[0].text or "")
    except ValidationError:
        return None
    return answer if answer.is_tool_response() else None


def _fields(answer: CodeAnswer) -> dict[str, Any]:
    logs = answer.logs or LogsEntry(stdout=answer.stdout or [], stderr=answer.stderr or [])
    output = ExecutionLogs(tuple(logs.stdout), tuple(logs.stderr))
    results = tuple(parse_result(entry) for entry in (answer.results if answer.result is None else answer.result) or [])
    fields: dict[str, Any] = {
        "data": result_text(results, output),
        "logs": output,
        "results": results,
        "error": answer.parse_error(),
        "execution_count": answer.execution_count,
        "execution_time": answer.execution_time or 0.0,
        "trace_id": answer.trace_id or "",
        "omitted_bytes": answer.omitted_bytes or 0,
    }
    if (error := fields["error"]) is not None:
        fields |= {"success": False, "error_message": str(error), "code": error_code(error)}
    return fields


def error_code(error: ExecutionError) -> str:
    """Return the code of a run that raised."""
    if error.name == "TimeoutError" and error.value.startswith("[timeout]"):
        return ErrorCode.TIMEOUT
    codes = {KERNEL_DIED: ErrorCode.KERNEL_DIED, VALUE_TOO_LARGE: ErrorCode.TOO_LARGE}
    return codes.get(error.name, ErrorCode.CODE_RAISED)


def limit_output(result: EnhancedCodeExecutionResult, budget: int, keep: Keep) -> EnhancedCodeExecutionResult:
    """Return a result with at most ``budget`` bytes of each output."""
    omitted = result.omitted_bytes
    texts: dict[str, tuple[str, ...]] = {}
    for name, chunks in (("stdout", result.logs.stdout), ("stderr", result.logs.stderr)):
        buffer = TruncatedBuffer(budget, keep)
        for chunk in chunks:
            buffer.add(chunk.encode("utf-8", "replace"))
        texts[name] = (text,) if (text := buffer.text()) else ()
        omitted += buffer.omitted
    logs = ExecutionLogs(**texts)
    return replace(result, logs=logs, data=result_text(result.results, logs), omitted_bytes=omitted)


def parse_result(entry: Any) -> ExecutionResult:
    """Parse one result: a MIME bundle, once or twice encoded as JSON text, or plain text."""
    decoded = entry
    for _ in range(2):
        try:
            decoded = parsed(decoded)
        except ValueError:
            break
    if not isinstance(decoded, Mapping):
        return ExecutionResult(text=str(entry))
    bundle = cast("Mapping[str, Any]", decoded)
    forms = {FORMATS[name]: value for name, value in bundle.items() if name in FORMATS and value is not None}
    texts: dict[str, Any] = {name: value if name in ("json", "chart") else str(value) for name, value in forms.items()}
    return ExecutionResult(**texts, is_main_result=any(bool(bundle.get(name)) for name in MAIN_RESULT_KEYS))


RUN_CODE = Tool(
    name="run_code",
    server=SERVER,
    about="Run code (python, javascript, r, java); variables stay from one run to the next.",
    args=CodeArgs,
    result=EnhancedCodeExecutionResult,
    read=parse_response,
    read_error=parse_failure,
)
