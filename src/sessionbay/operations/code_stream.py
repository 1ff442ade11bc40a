"""Code that runs while its output comes over the session's WebSocket: what goes over, both ways."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, cast

from pydantic import Field

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
from .code import CodeAnswer, parse_result

RUN, CANCEL = "run_code", "cancel"  # no cloud knows the second: it is sent to the local engine alone
MODE = "stream"
MOST_CHUNK = 64 * 1024  # characters of one event, each of which takes up to twelve bytes of a frame
MOST_SAID = MOST_CHUNK // 2  # the same for each part of what code raised, which has two of them
MOST_FRAME = 700 * 1024  # bytes of what one frame carries, which clients limit to 1 MiB


class StreamParams(CamelWire):
    language: str
    timeout_s: int | None = Field(default=None, alias="timeoutS")
    code: str


def read_event(data: Mapping[str, Any]) -> CodeEvent | None:
    """Read an event; None where its kind is not known."""
    kind = data.get("eventType")
    if kind == "stdout" or kind == "stderr":
        chunk = data.get("chunk")
        return CodeOutput(kind, chunk) if isinstance(chunk, str) else None
    if kind == "result" and isinstance(found := data.get("result"), dict):
        return _result(cast("dict[str, Any]", found))
    if kind == "error":
        return _error(data.get("error"))
    return None


def _result(found: dict[str, Any]) -> ExecutionResult:
    mime = found.get("mime")
    return parse_result({**found, **cast("dict[str, Any]", mime)} if isinstance(mime, dict) else found)


def _error(found: object) -> ExecutionError:
    if not isinstance(found, dict):
        return ExecutionError("ExecutionError", str(found or ""))
    said = {name: str(value or "") for name, value in cast("dict[str, Any]", found).items()}
    trace = said.get("traceback") or (f"traceId={said['traceId']}" if said.get("traceId") else "")
    return ExecutionError(said.get("code") or "ExecutionError", said.get("message", ""), trace)


class CodeCollector:
    """What a run has told so far."""

    def __init__(self) -> None:
        self._written: dict[str, list[str]] = {"stdout": [], "stderr": []}
        self._results: list[ExecutionResult] = []
        self._error: ExecutionError | None = None

    def add(self, event: CodeEvent) -> None:
        """Take in an event."""
        if isinstance(event, CodeOutput):
            self._written[event.stream].append(event.text)
        elif isinstance(event, ExecutionResult):
            self._results.append(event)
        else:
            self._error = event

    def result(self, request_id: str, end: Mapping[str, Any], problem: str = "") -> EnhancedCodeExecutionResult:
        """Return the result of the run as its end tells it; ``problem`` says why there is none."""
        logs = ExecutionLogs(tuple(self._written["stdout"]), tuple(self._written["stderr"]))
        results = tuple(self._results)
        said = end.get("executionError")
        error = self._error or CodeAnswer(execution_error=said if isinstance(said, str) else None).parse_error()
        failed = "the code failed" if end.get("status") == "failed" else ""
        problem = problem or (str(error) if error else failed)
        count, seconds = end.get("executionCount"), end.get("executionTime")
        return EnhancedCodeExecutionResult(
            success=not problem,
            data=result_text(results, logs),
            request_id=request_id,
            error_message=problem,
            logs=logs,
            results=results,
            error=error,
            execution_count=count if isinstance(count, int) else None,
            execution_time=float(seconds) if isinstance(seconds, int | float) else 0.0,
        )


def write_events(event: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Word what a process of the local engine's tells of its code (the engine's side)."""
    kind = event["event"]
    if kind in ("stdout", "stderr"):
        chunk = str(event["chunk"])
        for start in range(0, len(chunk), MOST_CHUNK):
            yield {"eventType": kind, "chunk": chunk[start : start + MOST_CHUNK]}
    elif kind == "result":
        yield from _write_result(event["mime"], main=event.get("main") is True)
    elif kind == "error":
        trace = str(event.get("traceback", ""))[-MOST_SAID:]
        said = {"code": str(event.get("name") or "Error")[:200], "message": str(event.get("value", ""))[:MOST_SAID]}
        yield {"eventType": "error", "error": {**said, "traceId": "", "traceback": trace}}


def _write_result(mime: Mapping[str, Any], *, main: bool) -> Iterator[dict[str, Any]]:
    """Word a result in both layouts; clients read either. What is too long for a frame is left out, with a word."""
    left = MOST_FRAME
    forms: dict[str, Any] = {}
    for name, form in sorted(mime.items(), key=lambda item: len(str(item[1]))):
        size = len(json.dumps(form))
        if size <= left:
            forms[name], left = form, left - size
        else:
            told = f"[{name} of {len(str(form))} characters left out: run the code without a stream to get it]\n"
            yield {"eventType": "stderr", "chunk": told}
    both = forms if left > MOST_FRAME // 2 else {}
    yield {"eventType": "result", "result": {"isMainResult": main, **both, "mime": forms}}
