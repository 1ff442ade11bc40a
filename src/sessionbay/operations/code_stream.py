"""The events of code with streamed output, encoded and decoded."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, cast

from pydantic import Field

from ..core.output import STREAMS, Keep, OutputLimit
from ..core.wire_model import CamelWire
from ..models.code import (
    CodeEvent,
    CodeOutput,
    EnhancedCodeExecutionResult,
    ExecutionError,
    ExecutionLogs,
    ExecutionResult,
    result_text,
)
from .code import CodeAnswer, error_code, parse_refusal, parse_result

RUN, CANCEL = "run_code", "cancel"  # only the local engine supports the second
MODE = "stream"
MAX_CHUNK = 64 * 1024  # characters per event; JSON takes up to twelve bytes for one
MAX_ERROR_PART = MAX_CHUNK // 2  # characters of an error's message and of its traceback
MAX_FRAME = 700 * 1024  # bytes of a result per frame; clients limit a frame to 1 MiB


class StreamParams(CamelWire):
    language: str
    timeout_s: int | float | None = Field(default=None, alias="timeoutS")
    code: str


def read_event(data: Mapping[str, Any]) -> CodeEvent | None:
    """Parse an event; return None for an unknown kind."""
    kind = data.get("eventType")
    if kind == "stdout" or kind == "stderr":
        chunk = data.get("chunk")
        return CodeOutput(kind, chunk) if isinstance(chunk, str) else None
    if kind == "result" and isinstance(result := data.get("result"), dict):
        return _result(cast("dict[str, Any]", result))
    if kind == "error":
        return _error(data.get("error"))
    return None


def _result(entry: dict[str, Any]) -> ExecutionResult:
    mime = entry.get("mime")
    return parse_result({**entry, **cast("dict[str, Any]", mime)} if isinstance(mime, dict) else entry)


def _error(entry: object) -> ExecutionError:
    if not isinstance(entry, dict):
        return ExecutionError("ExecutionError", str(entry or ""))
    fields = {name: str(value or "") for name, value in cast("dict[str, Any]", entry).items()}
    trace = fields.get("traceback") or (f"traceId={fields['traceId']}" if fields.get("traceId") else "")
    return ExecutionError(fields.get("code") or "ExecutionError", fields.get("message", ""), trace)


class CodeCollector:
    """Collects the events of a run."""

    def __init__(self, budget: int | None = None, keep: Keep = "head+tail") -> None:
        self._output: dict[str, list[str]] = {name: [] for name in STREAMS}
        self._limits = {} if budget is None else {name: OutputLimit(budget, keep) for name in STREAMS}
        self._results: list[ExecutionResult] = []
        self._error: ExecutionError | None = None

    def add(self, event: CodeEvent) -> None:
        """Add an event."""
        if isinstance(event, CodeOutput):
            limit = self._limits.get(event.stream)
            if text := event.text if limit is None else limit.take(event.text):
                self._output[event.stream].append(text)
        elif isinstance(event, ExecutionResult):
            self._results.append(event)
        else:
            self._error = event

    def result(self, request_id: str, end: Mapping[str, Any], problem: str = "") -> EnhancedCodeExecutionResult:
        """Return the result of a run from its end frame; ``problem`` is the reason for a missing one."""
        for name, limit in self._limits.items():
            self._output[name] += filter(None, [limit.end()])
        logs = ExecutionLogs(tuple(self._output["stdout"]), tuple(self._output["stderr"]))
        results = tuple(self._results)
        reason = end.get("executionError")
        error = self._error or CodeAnswer(execution_error=reason if isinstance(reason, str) else None).parse_error()
        failed = "the code failed" if end.get("status") == "failed" else ""
        refusal = parse_refusal(problem)
        problem = refusal["error_message"] or (str(error) if error else failed)
        count, seconds, omitted = (end.get(name) for name in ("executionCount", "executionTime", "omittedBytes"))
        return EnhancedCodeExecutionResult(
            success=not problem,
            data=result_text(results, logs),
            request_id=request_id,
            error_message=problem,
            code=error_code(error) if error else refusal["code"],
            logs=logs,
            results=results,
            error=error,
            execution_count=count if isinstance(count, int) else None,
            execution_time=float(seconds) if isinstance(seconds, int | float) else 0.0,
            omitted_bytes=(omitted if isinstance(omitted, int) else 0)
            + sum(limit.omitted for limit in self._limits.values()),
        )


def write_events(event: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Encode an event of a code kernel (the engine's side)."""
    kind = event["event"]
    if kind in ("stdout", "stderr"):
        chunk = str(event["chunk"])
        for start in range(0, len(chunk), MAX_CHUNK):
            yield {"eventType": kind, "chunk": chunk[start : start + MAX_CHUNK]}
    elif kind == "result":
        yield from _write_result(event["mime"], main=event.get("main") is True)
    elif kind == "error":
        trace = str(event.get("traceback", ""))[-MAX_ERROR_PART:]
        fields = {
            "code": str(event.get("name") or "Error")[:200],
            "message": str(event.get("value", ""))[:MAX_ERROR_PART],
        }
        yield {"eventType": "error", "error": {**fields, "traceId": "", "traceback": trace}}


def _write_result(mime: Mapping[str, Any], *, main: bool) -> Iterator[dict[str, Any]]:
    """Encode a result in both layouts that clients read. Formats too large for a frame are replaced by a note."""
    remaining = MAX_FRAME
    forms: dict[str, Any] = {}
    for name, form in sorted(mime.items(), key=lambda item: len(str(item[1]))):
        size = len(json.dumps(form))
        if size <= remaining:
            forms[name], remaining = form, remaining - size
        else:
            note = f"[{name} of {len(str(form))} characters left out: run the code without a stream to get it]\n"
            yield {"eventType": "stderr", "chunk": note}
    both = forms if remaining > MAX_FRAME // 2 else {}
    yield {"eventType": "result", "result": {"isMainResult": main, **both, "mime": forms}}
