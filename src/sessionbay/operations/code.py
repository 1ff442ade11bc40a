"""The code tool: what goes over, and the four ways in which its answer is worded."""

from collections.abc import Mapping
from typing import Any, cast

from pydantic import AliasChoices, Field, ValidationError

from ..core import validation
from ..core.errors import CodeError
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
MAIN_RESULT_KEYS = ("isMainResult", "is_main_result")


class CodeArgs(Wire):
    code: str
    language: str
    timeout_s: int | None = None


def parse_language(value: object) -> str:
    """Return a language by the name that the clouds use."""
    name = validation.text("language", value, CodeError).strip().lower()
    found = ALIASES.get(name, name)
    validation.choice("language", found, LANGUAGES, CodeError)
    return found


class ErrorEntry(Wire):
    name: str = ""
    value: str = ""
    traceback: str = ""


class LogsEntry(Wire):
    stdout: list[str] = Field(default_factory=list[str])
    stderr: list[str] = Field(default_factory=list[str])


class CodeAnswer(TextWire):
    """The kernel's form (``result``) and the rich one (``results``, ``logs``), which share their other names."""

    result: list[Any] | None = None
    results: list[Any] | None = None
    logs: LogsEntry | None = None
    stdout: list[str] | None = None
    stderr: list[str] | None = None
    execution_error: str | None = None
    error: ErrorEntry | None = None
    is_error: bool | None = None
    trace_id: str | None = None
    execution_count: int | None = Field(
        default=None, validation_alias=AliasChoices("execution_count", "executionCount")
    )
    execution_time: float | None = Field(default=None, validation_alias=AliasChoices("execution_time", "executionTime"))

    def is_tool_response(self) -> bool:
        """Return whether this is an answer of the tool's, not output that happens to be JSON."""
        return any(part is not None for part in (self.result, self.results, self.logs, self.execution_error))

    def parse_error(self) -> ExecutionError | None:
        """Return what the code raised."""
        if self.error is not None and self.error.name:
            return ExecutionError(self.error.name, self.error.value, self.error.traceback)
        text = self.execution_error or ("the code failed" if self.is_error else "")
        name, colon, value = text.partition(": ")
        if not text:
            return None
        return ExecutionError(name, value) if colon and name.isidentifier() else ExecutionError("ExecutionError", text)


class _Wrapped(Wire):
    content: list[ContentAnswer] | None = None


def parse_response(text: str) -> dict[str, Any]:
    """Read what code that ran has shown and written; a text of another form is its output."""
    answer = _parse_tool_response(text)
    if answer is None:
        return {"data": text, "logs": ExecutionLogs((text,)), "results": (ExecutionResult(text, is_main_result=True),)}
    return _fields(answer)


def parse_failure(text: str) -> dict[str, Any]:
    """Read why code could not be run, or what it raised: some services answer that as the tool's failure."""
    answer = _parse_tool_response(text)
    if answer is None:
        return {"error_message": text}
    return {"error_message": "the code failed", **_fields(answer), "success": False}


def _parse_tool_response(text: str) -> CodeAnswer | None:
    """Return the answer that a text is, also when it stands inside a tool's own answer; None for other text."""
    try:
        found = _Wrapped.model_validate_json(text)
        answer = CodeAnswer.model_validate_json(text if not found.content else found.content[0].text or "")
    except ValidationError:
        return None
    return answer if answer.is_tool_response() else None


def _fields(answer: CodeAnswer) -> dict[str, Any]:
    logs = answer.logs or LogsEntry(stdout=answer.stdout or [], stderr=answer.stderr or [])
    written = ExecutionLogs(tuple(logs.stdout), tuple(logs.stderr))
    results = tuple(parse_result(entry) for entry in (answer.results if answer.result is None else answer.result) or [])
    fields: dict[str, Any] = {
        "data": result_text(results, written),
        "logs": written,
        "results": results,
        "error": answer.parse_error(),
        "execution_count": answer.execution_count,
        "execution_time": answer.execution_time or 0.0,
        "trace_id": answer.trace_id or "",
    }
    if fields["error"] is not None:
        fields |= {"success": False, "error_message": str(fields["error"])}
    return fields


def parse_result(entry: Any) -> ExecutionResult:
    """Read one result: a MIME bundle, JSON text of one, JSON text of that, or else plain text."""
    found = entry
    for _ in range(2):
        try:
            found = parsed(found)
        except ValueError:
            break
    if not isinstance(found, Mapping):
        return ExecutionResult(text=str(entry))
    bundle = cast("Mapping[str, Any]", found)
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
